"""Articles in MongoDB."""

from collections.abc import Iterable
from typing import Any

from pymongo.errors import DuplicateKeyError

from aisle.documents.indexes import ARTICLES
from aisle.documents.mongodb import Mongodb
from aisle.knowledge.articles.fields import ArticleFilter, written
from aisle.knowledge.errors import ArticleExists
from aisle.knowledge.models import UNRATED_EFFECTIVENESS, Article

_NOT_RATED = {"effectiveness_score": UNRATED_EFFECTIVENESS}
# What older documents lack.
_DEFAULTS = {"language": "en", "link": None, "source": "folder", "version": 1, **_NOT_RATED}


class MongoArticleStore:
    """``ArticleStore`` with one document for each article; its ``_id`` is the article's id.

    Every method raises MongodbUnavailable.
    """

    def __init__(self, mongodb: Mongodb) -> None:
        self._mongodb = mongodb

    def get(self, article_id: str) -> Article | None:
        return self.some([article_id]).get(article_id)

    def some(self, article_ids: Iterable[str]) -> dict[str, Article]:
        found = self._read({"_id": {"$in": list(article_ids)}})
        return {article.id: article for article in found}

    def all(self) -> list[Article]:
        return self._read({})

    def listing(self, wanted: ArticleFilter, limit: int, after: str = "") -> list[Article]:
        return self._read({"_id": {"$gt": after}, **_taken(wanted)}, limit)

    def add(self, article: Article) -> None:
        with self._mongodb.collection(ARTICLES) as articles:
            try:
                articles.insert_one({"_id": article.id, **_NOT_RATED, **written(article)})
            except DuplicateKeyError as error:
                raise ArticleExists(f"There is an article {article.id!r} already") from error

    def replace(self, article: Article, expected_version: int) -> bool:
        return self._update(_of_version(article.id, expected_version), written(article))

    def remove(self, article_id: str, expected_version: int | None = None) -> bool:
        with self._mongodb.collection(ARTICLES) as articles:
            removed = articles.delete_one(_of_version(article_id, expected_version))
            return removed.deleted_count == 1

    def set_effectiveness(self, article_id: str, score: float) -> None:
        self._update({"_id": article_id}, {"effectiveness_score": score})

    def _update(self, wanted: dict[str, Any], values: dict[str, Any]) -> bool:
        with self._mongodb.collection(ARTICLES) as articles:
            return articles.update_one(wanted, {"$set": values}).matched_count == 1

    def _read(self, wanted: dict[str, Any], limit: int = 0) -> list[Article]:
        with self._mongodb.collection(ARTICLES) as articles:
            return [_article(found) for found in articles.find(wanted).sort("_id").limit(limit)]


def _article(document: dict[str, Any]) -> Article:
    values = {**_DEFAULTS, **document}
    return Article(id=values.pop("_id"), **values)


def _of_version(article_id: str, version: int | None) -> dict[str, Any]:
    return {"_id": article_id, **_matching(version=version)}


def _taken(wanted: ArticleFilter) -> dict[str, Any]:
    return _matching(
        status=wanted.status,
        category=wanted.category,
        tags=wanted.tags,
        language=wanted.language,
    )


def _matching(**terms: Any) -> dict[str, Any]:
    """Return what a document has to fulfil; what it lacks has the default, None means any."""
    return {
        name: {"$in": [term, None]} if _DEFAULTS.get(name) == term else term
        for name, term in terms.items()
        if term is not None
    }
