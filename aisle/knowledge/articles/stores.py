"""Where articles are kept: the SQL database, or MongoDB when the settings name one."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy.orm import Session

from aisle.documents.mongodb import get_mongodb
from aisle.knowledge.articles.fields import ArticleFilter
from aisle.knowledge.articles.mongodb_store import MongoArticleStore
from aisle.knowledge.articles.sql_store import SqlArticleStore
from aisle.knowledge.errors import UnknownArticle
from aisle.knowledge.models import Article


class ArticleStore(Protocol):
    """Articles come out as values: changing one changes nothing here.

    What is written is the article as it is given, with its ``version`` and ``updated_at``, and
    without its ``effectiveness_score``: that is changed by ``set_effectiveness`` alone.
    ``aisle.knowledge.articles.writing`` is the place that changes articles.
    """

    def get(self, article_id: str) -> Article | None: ...

    def some(self, article_ids: Iterable[str]) -> dict[str, Article]:
        """Return those of the articles that there are, by id."""

    def all(self) -> list[Article]:
        """Return the articles of every status, ordered by id."""

    def listing(self, wanted: ArticleFilter, limit: int, after: str = "") -> list[Article]:
        """Return the first articles whose id comes after ``after``, ordered by id."""

    def add(self, article: Article) -> None:
        """Keep a new article.

        Raises:
            ArticleExists: there is one with its id.
        """

    def replace(self, article: Article, expected_version: int) -> bool:
        """Keep this instead of the article with its id, in one step with looking at the version.

        Returns:
            False, and nothing is changed, when the version is another or there is none.
        """

    def remove(self, article_id: str, expected_version: int | None = None) -> bool:
        """Delete an article.

        Returns:
            False, and nothing is changed, when the version is another or there is none.
        """

    def set_effectiveness(self, article_id: str, score: float) -> None:
        """Change an article's score, from 0 to 1; an unknown article is passed over."""


def article_store(session: Session) -> ArticleStore:
    """Return the store that the settings name. With MongoDB, the session is not used."""
    mongodb = get_mongodb()
    return SqlArticleStore(session) if mongodb is None else MongoArticleStore(mongodb)


def get_article(store: ArticleStore, article_id: str) -> Article:
    """Return the article with this id.

    Raises:
        UnknownArticle: there is none.
    """
    article = store.get(article_id)
    if article is None:
        raise UnknownArticle(f"There is no article {article_id!r}")
    return article
