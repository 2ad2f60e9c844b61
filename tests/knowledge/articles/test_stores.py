"""The article stores: one contract for SQL and MongoDB, and what MongoDB alone has."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from threading import Barrier

import pytest

from aisle.database.engine import Database
from aisle.documents.indexes import ARTICLES
from aisle.documents.mongodb import Mongodb, MongodbUnavailable
from aisle.knowledge.articles.fields import ArticleFilter
from aisle.knowledge.articles.mongodb_store import MongoArticleStore
from aisle.knowledge.articles.sql_store import IDS_AT_ONCE
from aisle.knowledge.articles.stores import ArticleStore, article_store
from aisle.knowledge.errors import ArticleExists
from aisle.knowledge.models import Article
from aisle.settings import MongodbSettings
from tests.documents.databases import configured, empty_database, needs_mongodb, opened

MakeArticle = Callable[..., Article]
NOBODY = MongodbSettings(uri="mongodb://127.0.0.1:1/", database="aisle")
MONDAY = datetime(2026, 10, 5, tzinfo=timezone.utc)
ALL = {
    "title": "Parcel lockers",
    "category": "delivery",
    "tags": ["a", "b"],
    "status": "draft",
    "language": "pt-BR",
    "link": "https://shop.example/lockers",
    "content": "## Where?\nHere — “there”.",
    "source": "import",
    "version": 3,
    "updated_at": MONDAY,
}


@pytest.fixture
def store(database: Database, articles_in: str) -> Iterator[ArticleStore]:
    with database.transaction() as session:
        yield article_store(session)


def _fields(article: Article | None) -> dict[str, object]:
    assert article is not None
    return {column.name: getattr(article, column.name) for column in Article.__table__.columns}


def test_an_article_that_was_added_is_found_with_all_it_has(store: ArticleStore) -> None:
    assert store.get("lockers") is None
    store.add(Article(id="lockers", **ALL))
    assert _fields(store.get("lockers")) == {"id": "lockers", "effectiveness_score": 0.5, **ALL}


def test_an_id_is_given_once(store: ArticleStore, make_article: MakeArticle) -> None:
    store.add(make_article("lockers", "first"))
    with pytest.raises(ArticleExists, match="'lockers'"):
        store.add(make_article("lockers", "second"))
    store.add(make_article("drones", "after it, the store can still be used"))
    assert [article.content[:5] for article in store.all()] == ["after", "first"]


def test_some_articles_are_found_by_their_ids(
    store: ArticleStore, make_article: MakeArticle
) -> None:
    for article_id in ("a", "b", "c"):
        store.add(make_article(article_id, f"text of {article_id}"))
    unknown = [f"unknown-{number}" for number in range(IDS_AT_ONCE)]
    found = store.some(["a", *unknown, "c", "c"])
    assert {id_: article.content for id_, article in found.items()} == {
        "a": "text of a",
        "c": "text of c",
    }
    assert store.some([]) == {}


def test_a_changed_article_changes_nothing_in_the_store(
    store: ArticleStore, make_article: MakeArticle
) -> None:
    store.add(make_article("lockers", "text", tags=["a"]))
    taken = store.get("lockers")
    assert taken is not None
    taken.content = "changed"
    taken.tags.append("b")
    kept = store.get("lockers")
    assert kept is not None
    assert (kept.content, kept.tags) == ("text", ["a"])


def test_an_article_is_replaced_if_it_has_the_expected_version(store: ArticleStore) -> None:
    store.add(Article(id="lockers", **ALL))
    store.set_effectiveness("lockers", 0.9)
    later = {**ALL, "title": "Lockers", "tags": [], "link": None, "source": "api", "version": 4}
    assert store.replace(Article(id="lockers", **later), expected_version=3)
    assert _fields(store.get("lockers")) == {"id": "lockers", "effectiveness_score": 0.9, **later}


def test_an_article_of_another_version_is_not_replaced(store: ArticleStore) -> None:
    store.add(Article(id="lockers", **ALL))
    later = Article(id="lockers", **{**ALL, "title": "Lockers", "version": 3})
    assert not store.replace(later, expected_version=2)
    assert not store.replace(later, expected_version=4)
    assert _fields(store.get("lockers")) == {"id": "lockers", "effectiveness_score": 0.5, **ALL}


def test_an_article_that_is_not_there_is_not_replaced(store: ArticleStore) -> None:
    assert not store.replace(Article(id="lockers", **ALL), expected_version=3)
    assert store.all() == []


def test_of_two_who_replace_the_same_version_at_once_one_succeeds(
    database: Database, articles_in: str
) -> None:
    with database.transaction() as session:
        article_store(session).add(Article(id="lockers", **ALL))
    together = Barrier(4)

    def replace(name: str) -> bool:
        together.wait()
        with database.transaction() as session:
            later = Article(id="lockers", **{**ALL, "title": name, "version": 4})
            return article_store(session).replace(later, expected_version=3)

    names = ["one", "two", "three", "four"]
    with ThreadPoolExecutor(4) as pool:
        succeeded = list(pool.map(replace, names))
    assert succeeded.count(True) == 1
    with database.reading() as session:
        kept = article_store(session).get("lockers")
    assert kept is not None
    assert kept.title == names[succeeded.index(True)]


def test_an_article_that_replaces_another_does_not_change_its_effectiveness(
    store: ArticleStore, make_article: MakeArticle
) -> None:
    store.add(make_article("lockers", "old", tags=["a"]))
    store.set_effectiveness("lockers", 0.9)
    new = make_article("lockers", "new", tags=[], status="archived", effectiveness_score=0.1)
    assert store.replace(new, expected_version=1)
    (kept,) = store.all()
    assert (kept.content, kept.tags, kept.status) == ("new", [], "archived")
    assert kept.effectiveness_score == 0.9


def test_removed_articles_are_gone(store: ArticleStore, make_article: MakeArticle) -> None:
    for article_id in ("a", "b"):
        store.add(make_article(article_id, "text", version=2))
    assert not store.remove("a", expected_version=1)
    assert store.remove("a", expected_version=2)
    assert store.remove("b")
    assert not store.remove("b")
    assert store.all() == []


def test_the_effectiveness_of_an_unknown_article_is_passed_over(store: ArticleStore) -> None:
    store.set_effectiveness("unknown", 0.9)
    assert store.all() == []


def _add_five(store: ArticleStore, make_article: MakeArticle) -> None:
    store.add(make_article("c", "text", category="returns", tags=["box"]))
    store.add(make_article("a", "text", tags=["box", 'a "locker", größer']))
    store.add(make_article("b", "text", language="de"))
    store.add(make_article("d", "text", tags=["box"], status="draft"))
    store.add(make_article("e", "text", tags=["box"], status="archived"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ArticleFilter(), "abcde"),
        (ArticleFilter(status="draft"), "d"),
        (ArticleFilter(category="delivery"), "abde"),
        (ArticleFilter(tags="box"), "acde"),
        (ArticleFilter(tags='a "locker", größer'), "a"),
        (ArticleFilter(tags="bo"), ""),
        (ArticleFilter(language="en"), "acde"),
        (ArticleFilter(language="de"), "b"),
        (ArticleFilter(status="published", category="returns", tags="box", language="en"), "c"),
        (ArticleFilter(status="published", category="returns", tags="locker"), ""),
    ],
)
def test_articles_are_listed_by_exact_terms(
    store: ArticleStore, make_article: MakeArticle, wanted: ArticleFilter, found: str
) -> None:
    _add_five(store, make_article)
    assert "".join(article.id for article in store.listing(wanted, limit=10)) == found


def test_a_listing_goes_on_after_an_article(store: ArticleStore, make_article: MakeArticle) -> None:
    _add_five(store, make_article)
    first = store.listing(ArticleFilter(tags="box"), limit=2)
    assert [article.id for article in first] == ["a", "c"]
    rest = store.listing(ArticleFilter(tags="box"), limit=2, after="c")
    assert [article.id for article in rest] == ["d", "e"]
    assert store.listing(ArticleFilter(tags="box"), limit=2, after="e") == []


@pytest.fixture
def mongodb() -> Iterator[Mongodb]:
    with empty_database() as settings, opened(settings) as mongodb:
        yield mongodb


@needs_mongodb
def test_a_document_from_before_articles_had_versions_is_read_listed_and_replaced(
    mongodb: Mongodb, make_article: MakeArticle
) -> None:
    store = MongoArticleStore(mongodb)
    former = {name: ALL[name] for name in ("title", "category", "tags", "status", "content")}
    with mongodb.collection(ARTICLES) as articles:
        articles.insert_one({"_id": "lockers", "updated_at": MONDAY, **former})
    kept = _fields(store.get("lockers"))
    assert (kept["language"], kept["source"], kept["version"]) == ("en", "folder", 1)
    assert (kept["link"], kept["effectiveness_score"]) == (None, 0.5)
    assert len(store.listing(ArticleFilter(language="en"), limit=10)) == 1
    assert store.listing(ArticleFilter(language="de"), limit=10) == []
    assert not store.remove("lockers", expected_version=2)
    assert store.replace(make_article("lockers", "new", version=2), expected_version=1)
    assert _fields(store.get("lockers"))["version"] == 2


def test_articles_in_a_mongodb_that_is_gone_cannot_be_read(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        configured(NOBODY, tmp_path, monkeypatch),
        database.reading() as session,
        pytest.raises(MongodbUnavailable, match="check that the server runs"),
    ):
        article_store(session).all()
