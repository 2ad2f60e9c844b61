"""Articles in the SQL database."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, insert, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aisle.knowledge.articles.fields import ArticleFilter, written
from aisle.knowledge.errors import ArticleExists
from aisle.knowledge.models import Article

IDS_AT_ONCE = 500
"""Databases take a limited number of parameters in a statement."""


class SqlArticleStore:
    """``ArticleStore`` that works in the session's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, article_id: str) -> Article | None:
        return self.some([article_id]).get(article_id)

    def some(self, article_ids: Iterable[str]) -> dict[str, Article]:
        ids = list(article_ids)
        parts = (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))
        is_one = (Article.id.in_(part) for part in parts)  # type: ignore[attr-defined]
        return {article.id: article for one in is_one for article in self._read(one)}

    def all(self) -> list[Article]:
        return self._read()

    def listing(self, wanted: ArticleFilter, limit: int, after: str = "") -> list[Article]:
        return self._read(Article.id > after, *self._taken(wanted), limit=limit)

    def add(self, article: Article) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(insert(Article).values(id=article.id, **written(article)))
        except IntegrityError as error:
            raise ArticleExists(f"There is an article {article.id!r} already") from error

    def replace(self, article: Article, expected_version: int) -> bool:
        return self._update(article.id, written(article), Article.version == expected_version)

    def remove(self, article_id: str, expected_version: int | None = None) -> bool:
        statement = delete(Article).where(Article.id == article_id)
        if expected_version is not None:
            statement = statement.where(Article.version == expected_version)
        return bool(self._session.execute(statement).rowcount)

    def set_effectiveness(self, article_id: str, score: float) -> None:
        self._update(article_id, {"effectiveness_score": score})

    def _update(self, article_id: str, values: dict[str, Any], *conditions: Any) -> bool:
        statement = update(Article).where(Article.id == article_id, *conditions).values(**values)
        return bool(self._session.execute(statement).rowcount)

    def _read(self, *conditions: Any, limit: int | None = None) -> list[Article]:
        statement = select(Article).where(*conditions).order_by(Article.id).limit(limit)
        articles = list(self._session.execute(statement).scalars())
        for article in articles:
            self._session.expunge(article)
        return articles

    def _taken(self, wanted: ArticleFilter) -> list[Any]:
        terms = {"status": wanted.status, "category": wanted.category, "language": wanted.language}
        same = [getattr(Article, name) == term for name, term in terms.items() if term is not None]
        return same if wanted.tags is None else [*same, self._has_tag(wanted.tags)]

    def _has_tag(self, tag: str) -> Any:
        if self._session.get_bind().dialect.name == "postgresql":
            return type_coerce(Article.tags, JSONB).contains([tag])  # its index knows this
        each = func.json_each(Article.tags).table_valued("value")
        return select(each.c.value).where(each.c.value == tag).exists()
