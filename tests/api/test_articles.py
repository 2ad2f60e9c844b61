"""Articles, as the shop's server writes them."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aisle.database.engine import Database
from aisle.knowledge.indexes.active import get_index
from aisle.knowledge.indexes.contract import Filters
from aisle.language.encoder import get_encoder
from tests.api.acts import at_once, fields_in, new_visitor, problem, unique
from tests.api.serving import API_KEY, Api, database_settings, make_empty_index, serving
from tests.documents.databases import STORES
from tests.documents.databases import empty_database as empty_mongodb

ARTICLES = "/knowledge/articles"
LOCKERS = {
    "title": "Parcel lockers",
    "content": "## Can I use a parcel locker?\nYes, größer 🙂.",
    "category": "delivery",
    "tags": ["locker"],
    "language": "pt-BR",
    "link": "https://shop.example/lockers",
}


@pytest.fixture(scope="module", params=STORES)
def api(request: pytest.FixtureRequest, database: Database, folder: Path) -> Iterator[Api]:
    """It keeps articles in SQL and in MongoDB in turn, and has an index of none."""
    if request.param == "sql":
        with serving(folder, database_settings(database)) as api:
            make_empty_index()
            yield api
        return
    with empty_mongodb() as mongodb:
        values = {"uri": mongodb.uri.get_secret_value(), "database": mongodb.database}
        with serving(folder, {**database_settings(database), "mongodb": values}) as api:
            make_empty_index()
            yield api


def create(shop: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = shop.post(ARTICLES, json={**LOCKERS, "id": unique("lockers"), **fields})
    assert response.status_code == 201, response.text
    return dict(response.json())


def of(article: dict[str, Any], act: str = "") -> str:
    return f"{ARTICLES}/{article['id']}{act}"


def found(word: str) -> set[str]:
    """Return the published articles that a search finds by a word in them."""
    vector = get_encoder().encode([word])[0]
    candidates = get_index().find([word], vector, Filters(), 10)
    return {entry.passage.article_id for entry in candidates.keywords}


def test_an_article_is_created_and_read(shop: httpx.Client) -> None:
    article = create(shop)
    assert {name: article[name] for name in LOCKERS} == LOCKERS
    assert (article["status"], article["source"], article["version"]) == ("draft", "api", 1)
    assert article["effectiveness_score"] == 0.5
    assert shop.get(of(article)).json() == article


def test_an_article_has_an_id_made_of_its_title_once(shop: httpx.Client) -> None:
    title = unique("Rücksendung nach 30 Tagen?")
    new = {"title": title, "content": "Text."}
    article = shop.post(ARTICLES, json=new)
    assert article.json()["id"] == f"rucksendung-nach-30-tagen-{title.partition('?-')[2]}"
    again = shop.post(ARTICLES, json={**new, "content": "Other."})
    assert article.json()["id"] in problem(again, 409)["detail"]


def test_the_same_article_five_times_at_once_is_one(shop: httpx.Client) -> None:
    new = {**LOCKERS, "id": unique("lockers")}
    answers = at_once(lambda: shop.post(ARTICLES, json=new))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


def test_a_change_makes_the_next_version_and_leaves_the_rest(shop: httpx.Client) -> None:
    article = create(shop)
    changes = {"title": "Lockers", "tags": [], "category": None, "link": None}
    changed = shop.patch(of(article), json={"version": 1, **changes}).json()
    expected = {**article, "title": "Lockers", "tags": [], "link": None, "version": 2}
    assert changed == {**expected, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] >= article["updated_at"]
    assert shop.get(of(article)).json() == changed


def test_a_change_that_changes_nothing_is_no_version(shop: httpx.Client) -> None:
    article = create(shop)
    assert shop.patch(of(article), json={"version": 1}).json() == article
    assert shop.patch(of(article), json={"version": 1, **LOCKERS}).json() == article


def test_articles_are_published_archived_and_deleted(shop: httpx.Client) -> None:
    article = create(shop)
    published = shop.post(of(article, "/publish"), json={"version": 1}).json()
    assert (published["status"], published["version"]) == ("published", 2)
    archived = shop.post(of(article, "/archive"), json={"version": 2}).json()
    assert (archived["status"], archived["version"]) == ("archived", 3)
    assert shop.get(of(article)).json() == archived
    assert shop.delete(of(article), params={"version": 3}).status_code == 204
    problem(shop.get(of(article)), 404)


def change_in_every_way(
    shop: httpx.Client, article: dict[str, Any], version: int
) -> Iterator[httpx.Response]:
    yield shop.patch(of(article), json={"version": version, "title": "Mine"})
    yield shop.post(of(article, "/publish"), json={"version": version})
    yield shop.post(of(article, "/archive"), json={"version": version})
    yield shop.delete(of(article), params={"version": version})


def test_who_changes_a_former_version_is_told_the_present_one(shop: httpx.Client) -> None:
    article = create(shop)
    theirs = shop.patch(of(article), json={"version": 1, "title": "Theirs"}).json()
    for refused in change_in_every_way(shop, article, version=1):
        document = problem(refused, 409)
        assert document["version"] == 2
        assert "version 2 by now, not 1" in document["detail"]
    assert shop.get(of(article)).json() == theirs


def test_of_five_who_change_one_version_at_once_one_succeeds(shop: httpx.Client) -> None:
    article = create(shop)

    def change() -> httpx.Response:
        return shop.patch(of(article), json={"version": 1, "title": unique("Lockers")})

    answers = at_once(change)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    (changed,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert shop.get(of(article)).json() == changed


def test_an_unknown_article_is_not_found(shop: httpx.Client) -> None:
    problem(shop.get(f"{ARTICLES}/nothing"), 404)
    for refused in change_in_every_way(shop, {"id": "nothing"}, version=1):
        problem(refused, 404)


def test_a_change_is_searched_at_once(shop: httpx.Client) -> None:
    word, other = unique("zeppelin").replace("-", ""), unique("balloon").replace("-", "")
    article = create(shop, content=f"## Do you have a {word}?\nNo.", status="published")
    hidden = create(shop, content=f"## Do you have a {word}?\nYes.")
    assert found(word) == {article["id"]}
    shop.post(of(hidden, "/publish"), json={"version": 1})
    assert found(word) == {article["id"], hidden["id"]}
    shop.patch(of(article), json={"version": 1, "content": f"## Do you have a {other}?\nNo."})
    assert (found(word), found(other)) == ({hidden["id"]}, {article["id"]})
    shop.post(of(hidden, "/archive"), json={"version": 2})
    shop.delete(of(article), params={"version": 2})
    assert (found(word), found(other)) == (set(), set())


def listed(shop: httpx.Client, **params: Any) -> list[str]:
    """Return the ids on all pages."""
    ids: list[str] = []
    cursor = None
    while True:
        page = shop.get(ARTICLES, params={**params, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        ids += [item["id"] for item in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return ids


def test_articles_are_listed_page_by_page_without_their_content(shop: httpx.Client) -> None:
    category = unique("category")
    ids = [create(shop, category=category)["id"] for _ in range(5)]
    assert listed(shop, category=category) == sorted(ids)
    assert listed(shop, category=category, limit=2) == sorted(ids)
    assert listed(shop, category=category, limit=5) == sorted(ids)
    (item, *_) = shop.get(ARTICLES, params={"category": category}).json()["items"]
    expected = shop.get(of(item)).json()
    expected.pop("content")
    assert item == expected


def test_articles_are_listed_by_status_category_tag_and_language(shop: httpx.Client) -> None:
    category, tag = unique("category"), unique("a tag, größer")
    draft = create(shop, category=category, tags=["x", tag])["id"]
    published = create(shop, category=category, status="published", language="de")["id"]
    both = sorted([draft, published])
    assert listed(shop, category=category) == both
    assert listed(shop, category=category, status="draft") == [draft]
    assert listed(shop, category=category, status="archived") == []
    assert listed(shop, category=category, language="de") == [published]
    assert listed(shop, tags=tag) == [draft]
    assert listed(shop, category=category, tags=tag, status="draft", language="pt-BR") == [draft]


@pytest.mark.parametrize(
    "params",
    [
        {"status": "gone"},
        {"language": "English please"},
        {"category": "a\0b"},
        {"tags": ""},
        {"limit": 0},
        {"limit": 201},
        {"cursor": "Not an id"},
    ],
    ids=lambda params: next(iter(params)),
)
def test_a_listing_that_makes_no_sense_is_refused(
    shop: httpx.Client, params: dict[str, Any]
) -> None:
    (name,) = params
    assert fields_in(problem(shop.get(ARTICLES, params=params), 422)) == {f"query.{name}"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": None}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"content": " \n\0"}, "content"),
        ({"content": "x" * 200_001}, "content"),
        ({"category": "x" * 101}, "category"),
        ({"tags": "locker"}, "tags"),
        ({"tags": ["x"] * 51}, "tags"),
        ({"tags": ["x", "y" * 101]}, "tags.1"),
        ({"language": "pt_BR"}, "language"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://shop.example/" + "x" * 2_000}, "link"),
        ({"status": "archived"}, "status"),
        ({"id": "No id"}, "id"),
        ({"id": "x" * 101}, "id"),
        ({"source": "folder"}, "source"),
        ({"effectiveness_score": 1}, "effectiveness_score"),
    ],
)
def test_an_article_that_makes_no_sense_is_refused(
    shop: httpx.Client, fields: dict[str, Any], wrong: str
) -> None:
    new = {**LOCKERS, **fields}
    assert fields_in(problem(shop.post(ARTICLES, json=new), 422)) == {f"body.{wrong}"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "version"),
        ({"version": 0}, "version"),
        ({"version": 2**31}, "version"),
        ({"version": 1, "title": ""}, "title"),
        ({"version": 1, "status": "published"}, "status"),
        ({"version": 1, "id": "other"}, "id"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    shop: httpx.Client, fields: dict[str, Any], wrong: str
) -> None:
    article = create(shop)
    assert fields_in(problem(shop.patch(of(article), json=fields), 422)) == {f"body.{wrong}"}
    assert shop.get(of(article)).json() == article


def test_an_article_is_deleted_in_a_version_only(shop: httpx.Client) -> None:
    article = create(shop)
    assert fields_in(problem(shop.delete(of(article)), 422)) == {"query.version"}
    assert shop.get(of(article)).json() == article


def test_the_longest_article_is_stored_and_a_larger_body_is_refused(shop: httpx.Client) -> None:
    body = b'{"title": "x", "content": "' + rb"\u00f6" * 200_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    created = shop.post(ARTICLES, content=body, headers=headers)
    assert created.status_code == 201, created.text
    assert created.json()["content"] == "ö" * 200_000
    shop.delete(of(created.json()), params={"version": 1})
    problem(shop.post(ARTICLES, content=body + b" " * 100_000, headers=headers), 413)


def test_articles_are_the_shops(api: Api, shop: httpx.Client, anybody: httpx.Client) -> None:
    article = create(shop)
    visitor, _ = new_visitor(api)
    for client, status in ((visitor, 403), (anybody, 401)):
        problem(client.post(ARTICLES, json=LOCKERS), status)
        problem(client.get(ARTICLES), status)
        problem(client.get(of(article)), status)
        for refused in change_in_every_way(client, article, version=1):
            problem(refused, status)
    assert shop.get(of(article)).json() == article


def test_while_mongodb_is_away_requests_about_articles_are_asked_to_come_back(
    database: Database, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"mongodb://aisle:marigold@127.0.0.1:{probe.getsockname()[1]}/"
    values = {**database_settings(database), "mongodb": {"uri": nobody, "database": "aisle"}}
    with serving(tmp_path, values) as api, api.client(X_API_Key=API_KEY) as shop:
        for refused in (
            shop.get(ARTICLES),
            shop.post(ARTICLES, json=LOCKERS),
            *change_in_every_way(shop, {"id": "lockers"}, version=1),
        ):
            assert "marigold" not in refused.text
            assert int(refused.headers["retry-after"]) > 0
            problem(refused, 503)


def test_without_an_index_articles_are_stored_all_the_same(
    database: Database, tmp_path: Path
) -> None:
    with (
        serving(tmp_path, database_settings(database)) as api,
        api.client(X_API_Key=API_KEY) as shop,
    ):
        article = create(shop)
        assert shop.get(of(article)).json() == article
