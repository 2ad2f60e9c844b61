"""Creating, changing and importing articles in either article store."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.knowledge.articles.stores import ArticleStore, article_store
from aisle.knowledge.articles.writing import (
    ImportReport,
    archive,
    create,
    delete,
    publish,
    save_imported,
    update,
)
from aisle.knowledge.errors import ArticleExists, UnknownArticle, VersionConflict
from aisle.knowledge.importers.drafts import Draft
from aisle.knowledge.models import Article

LOCKERS = {"title": "Parcel lockers", "content": "## Where?\nHere."}
DRAFT = Draft(
    id="lockers",
    title="Lockers",
    content="Text.",
    category="delivery",
    tags=("box",),
    language="en",
    link="https://shop.example/lockers",
)
Act = Callable[[ArticleStore, str, int], object]
ACTS: list[Act] = [
    lambda store, article_id, version: update(store, article_id, {"title": "New"}, version),
    publish,
    archive,
    delete,
]


@pytest.fixture
def store(database: Database, articles_in: str) -> Iterator[ArticleStore]:
    with database.transaction() as session:
        yield article_store(session)


def _fields(article: Article | None) -> dict[str, Any]:
    assert article is not None
    return {column.name: getattr(article, column.name) for column in Article.__table__.columns}


def _is_now(article: Article) -> bool:
    return abs(article.updated_at - utc_now()) < timedelta(minutes=1)


def test_a_new_article_has_an_id_made_of_its_title_and_defaults(store: ArticleStore) -> None:
    article = create(store, LOCKERS)
    assert (article.id, article.category, article.tags) == ("parcel-lockers", "general", [])
    assert (article.status, article.language, article.link) == ("published", "en", None)
    assert (article.source, article.version, article.effectiveness_score) == ("api", 1, 0.5)
    assert _is_now(article)
    assert _fields(store.get("parcel-lockers")) == _fields(article)


def test_a_new_article_may_have_an_id_of_its_own(store: ArticleStore) -> None:
    assert create(store, {**LOCKERS, "id": "p1"}).id == "p1"


def test_two_articles_cannot_have_one_id(store: ArticleStore) -> None:
    create(store, LOCKERS)
    with pytest.raises(ArticleExists, match="parcel-lockers"):
        create(store, {**LOCKERS, "content": "other"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 301},
        {"title": "a\x00b"},
        {"category": "x" * 101},
        {"content": " \n"},
        {"content": "x" * 200_001},
        {"tags": ["x"] * 51},
        {"tags": ["x" * 101]},
        {"language": "pt_BR"},
        {"link": "ftp://shop.example"},
        {"link": f"https://{'x' * 2000}"},
        {"status": "gone"},
        {"version": 7},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_article_that_makes_no_sense_is_refused(
    store: ArticleStore, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        create(store, {**LOCKERS, **wrong})
    article = create(store, LOCKERS)
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        update(store, article.id, wrong, 1)
    assert _fields(store.get(article.id)) == _fields(article)


def test_what_no_database_keeps_is_left_out_of_the_content(store: ArticleStore) -> None:
    article = create(store, {**LOCKERS, "content": "a\x00b \ud83d"})
    assert article.content == "ab ?"
    assert _fields(store.get(article.id)) == _fields(article)


def test_a_change_makes_the_next_version(store: ArticleStore) -> None:
    first = create(store, LOCKERS)
    store.set_effectiveness(first.id, 0.9)
    changes = {"title": "Lockers", "tags": ["box"], "link": "https://shop.example/lockers"}
    second = update(store, first.id, changes, version=1)
    assert (second.version, second.effectiveness_score) == (2, 0.9)
    assert second.updated_at >= first.updated_at
    expected = {**_fields(second), **changes, "content": LOCKERS["content"]}
    assert _fields(second) == _fields(store.get(first.id)) == expected
    assert update(store, first.id, {"link": None}, version=2).link is None


def test_a_change_to_what_it_is_already_changes_nothing(store: ArticleStore) -> None:
    first = create(store, LOCKERS)
    assert _fields(update(store, first.id, LOCKERS, version=1)) == _fields(first)
    assert _fields(publish(store, first.id, version=1)) == _fields(first)
    assert _fields(store.get(first.id)) == _fields(first)


def test_articles_are_archived_and_published_again(store: ArticleStore) -> None:
    article = create(store, {**LOCKERS, "status": "draft"})
    assert archive(store, article.id, version=1).status == "archived"
    assert publish(store, article.id, version=2).status == "published"
    assert _fields(store.get(article.id))["version"] == 3


def test_a_deleted_article_is_gone(store: ArticleStore) -> None:
    article = create(store, LOCKERS)
    delete(store, article.id, version=1)
    assert store.all() == []


@pytest.mark.parametrize("act", ACTS)
def test_an_article_that_somebody_else_changed_is_left_alone(store: ArticleStore, act: Act) -> None:
    create(store, LOCKERS)
    theirs = update(store, "parcel-lockers", {"title": "Theirs"}, version=1)
    with pytest.raises(VersionConflict, match="has version 2 by now, not 1") as refused:
        act(store, "parcel-lockers", 1)
    assert refused.value.present == 2
    assert _fields(store.get("parcel-lockers")) == _fields(theirs)


@pytest.mark.parametrize("act", ACTS)
def test_an_unknown_article_cannot_be_changed(store: ArticleStore, act: Act) -> None:
    with pytest.raises(UnknownArticle, match="'nothing'"):
        act(store, "nothing", 1)


def test_imported_drafts_are_added_changed_or_left_as_they_are(store: ArticleStore) -> None:
    other = replace(DRAFT, id="drones", tags=())
    assert save_imported(store, [DRAFT, other]) == ImportReport(added=["lockers", "drones"])
    first = _fields(store.get("lockers"))
    assert (first["source"], first["version"], first["status"]) == ("import", 1, "published")
    assert (first["tags"], first["link"]) == (["box"], DRAFT.link)
    store.set_effectiveness("drones", 0.9)
    changed = replace(other, content="New.")
    assert save_imported(store, [DRAFT, changed]) == ImportReport(
        changed=["drones"], unchanged=["lockers"]
    )
    assert _fields(store.get("lockers")) == first
    drones = _fields(store.get("drones"))
    assert (drones["content"], drones["version"], drones["effectiveness_score"]) == ("New.", 2, 0.9)


def test_imported_drafts_may_wait_to_be_published(store: ArticleStore) -> None:
    save_imported(store, [DRAFT], "draft")
    assert _fields(store.get("lockers"))["status"] == "draft"
    assert save_imported(store, [DRAFT]).changed == ["lockers"]
    assert _fields(store.get("lockers"))["status"] == "published"


def test_an_import_overwrites_nothing_that_others_wrote(
    store: ArticleStore, make_article: Callable[..., Article]
) -> None:
    store.add(make_article("lockers", "By a file.", source="folder"))
    create(store, {**LOCKERS, "id": "drones"})
    save_imported(store, [replace(DRAFT, id="boats")])
    update(store, "boats", {"title": "Corrected"}, version=1)
    before = [_fields(article) for article in store.all()]
    drafts = [replace(DRAFT, id=name) for name in ("lockers", "drones", "boats")]
    assert save_imported(store, drafts) == ImportReport(kept=["lockers", "drones", "boats"])
    assert [_fields(article) for article in store.all()] == before


def test_a_draft_that_cannot_be_an_article_is_named_and_the_rest_is_imported(
    store: ArticleStore,
) -> None:
    long = replace(DRAFT, id="long", content="x" * 200_001)
    tagged = replace(DRAFT, id="tagged", tags=("x" * 101,))
    report = save_imported(store, [long, DRAFT, tagged])
    assert report.added == ["lockers"]
    assert [error.split(": ")[:2] for error in report.errors] == [
        ["long", "content"],
        ["tagged", "tags"],
    ]
