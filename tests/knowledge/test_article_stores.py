"""The article stores: one contract for SQL and MongoDB, and what MongoDB alone has."""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.documents.indexes import ARTICLES
from aisle.documents.mongodb import MongodbUnavailable, get_mongodb
from aisle.knowledge.article_stores import ArticleStore, MongoArticleStore, article_store
from aisle.knowledge.models import Article
from aisle.settings import MongodbSettings
from tests.documents.databases import configured, empty_database, needs_mongodb

MakeArticle = Callable[..., Article]
NOBODY = MongodbSettings(uri="mongodb://127.0.0.1:1/", database="aisle")
MONDAY = datetime(2026, 10, 5, tzinfo=timezone.utc)


@pytest.fixture
def store(database: Database, articles_in: str) -> Iterator[ArticleStore]:
    with database.transaction() as session:
        yield article_store(session)


def _fields(article: Article | None) -> dict[str, object]:
    assert article is not None
    return {column.name: getattr(article, column.name) for column in Article.__table__.columns}


def test_an_article_that_was_put_is_found(store: ArticleStore, make_article: MakeArticle) -> None:
    assert store.get("lockers") is None
    lockers = make_article("lockers", "## Where?\nHere — “there”.", tags=["a", "b"])
    store.put(lockers)
    assert _fields(store.get("lockers")) == _fields(lockers)


def test_an_article_that_is_put_again_replaces_the_first(
    store: ArticleStore, make_article: MakeArticle
) -> None:
    store.put(make_article("lockers", "old", tags=["a"]))
    later = make_article("lockers", "new", tags=[], status="archived", updated_at=MONDAY)
    store.put(later)
    (kept,) = store.all()
    assert _fields(kept) == _fields(later)


def test_published_articles_come_in_order_and_can_be_chosen(
    store: ArticleStore, make_article: MakeArticle
) -> None:
    store.put(make_article("c", "text", category="returns", tags=["box"]))
    store.put(make_article("a", "text", tags=["box", "locker"]))
    store.put(make_article("b", "text"))
    store.put(make_article("d", "text", tags=["box"], status="draft"))
    store.put(make_article("e", "text", tags=["box"], status="archived"))

    def ids(**chosen: str) -> list[str]:
        return [article.id for article in store.published(**chosen)]

    assert ids() == ["a", "b", "c"]
    assert ids(category="delivery") == ["a", "b"]
    assert ids(tag="box") == ["a", "c"]
    assert ids(category="returns", tag="box") == ["c"]
    assert ids(tag="bo") == []
    assert {article.id for article in store.all()} == {"a", "b", "c", "d", "e"}


@needs_mongodb
def test_putting_an_article_leaves_its_effectiveness_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_article: MakeArticle
) -> None:
    with empty_database() as settings, configured(settings, tmp_path, monkeypatch):
        mongodb = get_mongodb()
        assert mongodb is not None
        MongoArticleStore(mongodb).put(make_article("lockers", "old"))
        with mongodb.collection(ARTICLES) as articles:
            first = articles.find_one({"_id": "lockers"})
            assert first is not None
            assert first["effectiveness_score"] == 0.5
            articles.update_one({"_id": "lockers"}, {"$set": {"effectiveness_score": 0.9}})
            MongoArticleStore(mongodb).put(make_article("lockers", "new"))
            second = articles.find_one({"_id": "lockers"})
    assert second is not None
    assert (second["content"], second["effectiveness_score"]) == ("new", 0.9)


def test_articles_in_a_mongodb_that_is_gone_cannot_be_read(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        configured(NOBODY, tmp_path, monkeypatch),
        database.reading() as session,
        pytest.raises(MongodbUnavailable, match="check that the server runs"),
    ):
        article_store(session).published()
