"""Where articles are kept: the SQL database, or MongoDB when the settings name one."""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.documents.indexes import ARTICLES
from aisle.documents.mongodb import Mongodb, get_mongodb
from aisle.knowledge.models import Article

PUBLISHED = "published"
UNRATED_EFFECTIVENESS = 0.5

_FIELDS = ("title", "category", "tags", "status", "content", "updated_at")


class ArticleStore(Protocol):
    def get(self, article_id: str) -> Article | None: ...

    def all(self) -> list[Article]:
        """Return the articles of every status."""

    def published(self, category: str | None = None, tag: str | None = None) -> list[Article]:
        """Return the published articles in the order of their ids.

        Args:
            category: only those of this category.
            tag: only those with this tag among theirs.
        """

    def put(self, article: Article) -> None:
        """Add an article, or change the one with its id."""


def article_store(session: Session) -> ArticleStore:
    """Return the store that the settings name. With MongoDB, the session is not used."""
    mongodb = get_mongodb()
    return SqlArticleStore(session) if mongodb is None else MongoArticleStore(mongodb)


class SqlArticleStore:
    """Works in the session's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, article_id: str) -> Article | None:
        return self._session.get(Article, article_id)

    def all(self) -> list[Article]:
        return list(self._session.execute(select(Article)).scalars())

    def published(self, category: str | None = None, tag: str | None = None) -> list[Article]:
        statement = select(Article).where(Article.status == PUBLISHED).order_by(Article.id)
        if category is not None:
            statement = statement.where(Article.category == category)
        articles: Iterable[Article] = self._session.execute(statement).scalars()
        return [article for article in articles if tag is None or tag in article.tags]

    def put(self, article: Article) -> None:
        self._session.merge(article)
        self._session.flush()


class MongoArticleStore:
    """One document for each article; its ``_id`` is the article's id.

    ``effectiveness_score`` belongs to whoever computes it: ``put`` leaves it as it is.
    Every method raises MongodbUnavailable.
    """

    def __init__(self, mongodb: Mongodb) -> None:
        self._mongodb = mongodb

    def get(self, article_id: str) -> Article | None:
        return next(iter(self._find({"_id": article_id})), None)

    def all(self) -> list[Article]:
        return self._find({})

    def published(self, category: str | None = None, tag: str | None = None) -> list[Article]:
        wanted = {"status": PUBLISHED, "category": category, "tags": tag}
        return self._find({name: value for name, value in wanted.items() if value is not None})

    def put(self, article: Article) -> None:
        with self._mongodb.collection(ARTICLES) as articles:
            articles.update_one(
                {"_id": article.id},
                {
                    "$set": {name: getattr(article, name) for name in _FIELDS},
                    "$setOnInsert": {"effectiveness_score": UNRATED_EFFECTIVENESS},
                },
                upsert=True,
            )

    def _find(self, wanted: dict[str, Any]) -> list[Article]:
        with self._mongodb.collection(ARTICLES) as articles:
            return [_article(found) for found in articles.find(wanted).sort("_id")]


def _article(document: dict[str, Any]) -> Article:
    return Article(id=document["_id"], **{name: document[name] for name in _FIELDS})
