"""Questions to the articles, as the shop's server and visitors ask them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aisle.api.routes.knowledge import LONGEST_QUERY
from aisle.conversations.dialogue import append_events
from aisle.conversations.service import ConversationService
from aisle.database.engine import Database
from aisle.knowledge.models import UnansweredQuestion
from aisle.knowledge.ratings import rate_article
from tests.api.acts import fields_in, new_visitor, open_conversation, problem, unique
from tests.api.serving import API_KEY, Api, database_settings, make_empty_index, serving

ARTICLES = "/knowledge/articles"
SEARCH = "/knowledge/search"
LOCKERS = {
    "title": "Parcel lockers",
    "content": "## Can I use a parcel locker?\nYes, choose one at checkout.",
    "category": "delivery",
    "tags": ["locker"],
    "status": "published",
}


@pytest.fixture(scope="module")
def api(database: Database, folder: Path) -> Iterator[Api]:
    with serving(folder, database_settings(database)) as api:
        make_empty_index()
        yield api


@pytest.fixture(scope="module")
def lockers(shop: httpx.Client) -> dict[str, Any]:
    """A published article; there is a draft on the same."""
    create(shop, title="Parcel lockers to come", status="draft")
    return create(shop)


@pytest.fixture(scope="module")
def visitor(api: Api) -> Iterator[httpx.Client]:
    client, _ = new_visitor(api)
    with client:
        yield client


def create(shop: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = shop.post(ARTICLES, json={**LOCKERS, "id": unique("lockers"), **fields})
    assert response.status_code == 201, response.text
    return dict(response.json())


def search(client: httpx.Client, query: str, **params: Any) -> list[dict[str, Any]]:
    response = client.get(SEARCH, params={"query": query, **params})
    assert response.status_code == 200, response.text
    return list(response.json())


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {item["article_id"] for item in found}


def test_the_shop_and_visitors_find_what_is_published(
    shop: httpx.Client, visitor: httpx.Client, lockers: dict[str, Any]
) -> None:
    (found,) = search(shop, "can i use a parcel locker?")
    assert 0.7 < found.pop("relevance_score") < 1
    assert found == {
        "article_id": lockers["id"],
        "title": "Parcel lockers",
        "content": "Can I use a parcel locker?\nYes, choose one at checkout.",
        "category": "delivery",
        "effectiveness_score": 0.5,
    }
    assert ids(search(visitor, "can i use a parcel locker?")) == {lockers["id"]}


def test_who_shows_nothing_finds_nothing(anybody: httpx.Client) -> None:
    problem(anybody.get(SEARCH, params={"query": "locker"}), 401)


def test_what_is_found_can_be_narrowed(
    shop: httpx.Client, visitor: httpx.Client, lockers: dict[str, Any]
) -> None:
    german = create(shop, category="abholen", tags=["größer & kleiner"], language="de")
    for client in (shop, visitor):
        assert ids(search(client, "locker")) == {lockers["id"], german["id"]}
        assert ids(search(client, "locker", category="delivery")) == {lockers["id"]}
        assert ids(search(client, "locker", language="de")) == {german["id"]}
        assert ids(search(client, "locker", tags="größer & kleiner")) == {german["id"]}
        assert ids(search(client, "locker", category="delivery", language="de")) == set()
        assert len(search(client, "locker", limit=1)) == 1
    shop.delete(f"{ARTICLES}/{german['id']}", params={"version": 1})


def test_the_shop_may_look_for_drafts_and_visitors_may_not(
    shop: httpx.Client, visitor: httpx.Client, lockers: dict[str, Any]
) -> None:
    (draft,) = search(shop, "locker", status="draft")
    assert draft["title"] == "Parcel lockers to come"
    for status in ("draft", "published"):
        params = {"query": "locker", "status": status, "category": "delivery"}
        detail = problem(visitor.get(SEARCH, params=params), 422)["detail"]
        assert detail == "You cannot filter by status, only by category, language, tags"


def test_an_unknown_filter_is_refused_with_the_known_ones(
    shop: httpx.Client, visitor: httpx.Client
) -> None:
    params = {"query": "locker", "author": "me"}
    detail = problem(shop.get(SEARCH, params=params), 422)["detail"]
    assert "by author" in detail
    assert "category, language, status, tags" in detail
    detail = problem(visitor.get(SEARCH, params=params), 422)["detail"]
    assert "by author, only by category, language, tags" in detail


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": "x" * 10_001}, "query"),
        ({"query": "x", "limit": 0}, "limit"),
        ({"query": "x", "limit": 101}, "limit"),
        ({"query": "x", "limit": 1000}, "limit"),
        ({"query": "x", "limit": "many"}, "limit"),
        ({"query": "x", "category": "y" * 101}, "category"),
    ],
    ids=str,
)
def test_a_search_that_makes_no_sense_is_refused(
    shop: httpx.Client, params: dict[str, Any], wrong: str
) -> None:
    assert fields_in(problem(shop.get(SEARCH, params=params), 422)) == {f"query.{wrong}"}


def test_the_longest_question_is_read(shop: httpx.Client, lockers: dict[str, Any]) -> None:
    start = "can i use a parcel locker? "
    for letter in ("x", " ", "?", "ö", "\N{GRINNING FACE}"):
        found = search(shop, start + letter * (LONGEST_QUERY - len(start)), limit=100)
        assert ids(found) == {lockers["id"]}


@pytest.mark.parametrize(
    "query",
    [
        '"', '"locker', "locker*", "*", "AND", "locker AND", "OR NOT locker", "NEAR(a b)",
        "title:locker", "^locker", "(", ")", "-locker", "+locker", "locker~2", "{locker}", "a/b",
        "/.*/", "'; DROP TABLE passages; --", "\0locker\0", "%", "_", "\\", "<b>locker</b>", "😀",
        " ", "\ufffe", "lo\u0301cker", "我的包裹在哪里",
    ],
)  # fmt: skip
def test_any_characters_are_a_question(shop: httpx.Client, query: str) -> None:
    for item in search(shop, query):
        assert 0 <= item["relevance_score"] <= 1


@pytest.mark.parametrize("value", ['"', "*", "a' OR 1=1 --", "\0", "😀", "", "[locker]"])
def test_any_characters_are_a_filter(
    shop: httpx.Client, lockers: dict[str, Any], value: str
) -> None:
    for name in ("category", "tags", "language", "status"):
        assert search(shop, "locker", **{name: value}) == []


def test_an_article_is_found_once_it_is_published_and_until_it_is_deleted(
    shop: httpx.Client, visitor: httpx.Client
) -> None:
    question = "do you sell zeppelins?"
    text = "## Do you sell zeppelins?\nOnly small ones."
    article = create(shop, title="Zeppelins", content=text, status="draft")
    path = f"{ARTICLES}/{article['id']}"
    assert article["id"] not in ids(search(visitor, question))
    shop.post(f"{path}/publish", json={"version": 1})
    best = search(visitor, question)[0]
    assert (best["article_id"], best["content"]) == (article["id"], text[3:])
    assert shop.delete(path, params={"version": 2}).status_code == 204
    assert article["id"] not in ids(search(visitor, question))


def talk_about(api: Api, conversation_id: str, intent: str, **entities: str) -> None:
    """Let the customer have said something that was understood so."""
    found = [{"entity": kind, "value": value} for kind, value in entities.items()]
    parsed = {"intent": {"name": intent, "confidence": 0.9}, "entities": found}
    event = {"event": "user", "text": "well", "timestamp": 1.0, "parse_data": parsed}
    with api.state.database.transaction() as session:
        conversation = ConversationService(session).lock_conversation(conversation_id)
        append_events(session, conversation, [event])


def test_what_the_customer_talked_about_is_recommended(
    api: Api, shop: httpx.Client, lockers: dict[str, Any]
) -> None:
    visitor, conversation = new_visitor(api)
    path = f"/conversations/{conversation}/recommendations"
    assert shop.get(path).json() == []
    talk_about(api, conversation, "use_parcel_locker", product="parcel locker")
    (recommended,) = shop.get(path).json()
    assert (recommended["article_id"], recommended["title"]) == (lockers["id"], "Parcel lockers")
    assert recommended["relevance_score"] > 0.7
    assert visitor.get(path).json() == [recommended]


def test_recommendations_are_for_those_who_may_see_the_conversation(
    api: Api, shop: httpx.Client, anybody: httpx.Client, visitor: httpx.Client
) -> None:
    path = f"/conversations/{open_conversation(shop)}/recommendations"
    hidden = visitor.get(path)
    unknown = "/conversations/00000000-0000-0000-0000-000000000000"
    missing = visitor.get(f"{unknown}/recommendations")
    assert hidden.status_code == missing.status_code
    problem(hidden, missing.status_code)
    assert hidden.status_code in (403, 404)
    problem(anybody.get(path), 401)
    problem(shop.get(f"{unknown}/recommendations"), 404)
    problem(shop.get("/conversations/none/recommendations"), 422)


def test_gaps_are_shown_to_the_shop_only(
    api: Api, shop: httpx.Client, anybody: httpx.Client, visitor: httpx.Client
) -> None:
    problem(visitor.get("/knowledge/gaps"), 403)
    problem(anybody.get("/knowledge/gaps"), 401)
    for limit in (0, 101):
        refused = shop.get("/knowledge/gaps", params={"limit": limit})
        assert fields_in(problem(refused, 422)) == {"query.limit"}


def test_gaps_are_what_had_no_answer_and_what_did_not_help(
    api: Api, shop: httpx.Client, lockers: dict[str, Any]
) -> None:
    assert shop.get("/knowledge/gaps").json() == []
    with api.state.database.transaction() as session:
        for question in ("do you rent tents?", "can i rent a tent", "do you wrap presents?"):
            session.add(UnansweredQuestion(question=question))
        rate_article(session, lockers["id"], "mia", False, "do you rent out tents")
    tents, presents = shop.get("/knowledge/gaps").json()
    assert (tents["asked"], tents["unhelpful"], tents["article_ids"]) == (3, 1, [lockers["id"]])
    assert len(tents["examples"]) == 2
    assert presents == {
        "question": "do you wrap presents?",
        "asked": 1,
        "unhelpful": 0,
        "last_asked_at": presents["last_asked_at"],
        "examples": [],
        "article_ids": [],
    }
    assert shop.get("/knowledge/gaps", params={"limit": 1}).json() == [tents]


def test_without_an_index_requests_are_asked_to_come_back(
    database: Database, tmp_path: Path
) -> None:
    with (
        serving(tmp_path, database_settings(database)) as api,
        api.client(X_API_Key=API_KEY) as shop,
    ):
        conversation = open_conversation(shop)
        talk_about(api, conversation, "use_parcel_locker")
        with api.state.database.transaction() as session:
            session.add(UnansweredQuestion(question="do you rent tents?"))
        for refused in (
            shop.get(SEARCH, params={"query": "locker"}),
            shop.get(f"/conversations/{conversation}/recommendations"),
            shop.get("/knowledge/gaps"),
        ):
            assert int(refused.headers["retry-after"]) > 0
            assert str(tmp_path) not in refused.text
            problem(refused, 503)
