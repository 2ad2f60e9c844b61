"""Articles, as the shop's server writes them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from aisle.api.article_schemas import (
    LARGEST_VERSION,
    ArticleChange,
    ArticleOut,
    ArticlePage,
    ArticleVersion,
    NewArticle,
)
from aisle.api.doors import CurrentShop, CurrentState
from aisle.knowledge.articles import writing
from aisle.knowledge.articles.fields import (
    ArticleFilter,
    ArticleId,
    Category,
    Language,
    Status,
    Tag,
)
from aisle.knowledge.articles.stores import article_store, get_article
from aisle.knowledge.indexing import reindex
from aisle.knowledge.models import Article

router = APIRouter(prefix="/knowledge/articles", tags=["knowledge"])


@router.post("", response_model=ArticleOut, status_code=201)
def create(new: NewArticle, _: CurrentShop, state: CurrentState) -> Article:
    """Write an article. Once it is published, customers' questions are answered from it."""
    with state.database.transaction() as session:
        article = writing.create(article_store(session), new.dict(exclude_none=True))
    reindex(state.database, [article.id])
    return article


@router.get("", response_model=ArticlePage)
def read_many(
    _: CurrentShop,
    state: CurrentState,
    status: Status | None = None,
    category: Category | None = None,
    tags: Annotated[Tag | None, Query(description="One that an article must have.")] = None,
    language: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: ArticleId | None = None,
) -> dict[str, Any]:
    """List articles of every status, without their content, ordered by id."""
    wanted = ArticleFilter(status, category, tags, language)
    with state.database.reading() as session:
        found = article_store(session).listing(wanted, limit + 1, after=cursor or "")
    page = found[:limit]
    return {"items": page, "next_cursor": page[-1].id if len(found) > limit else None}


@router.get("/{article_id}", response_model=ArticleOut)
def read(article_id: ArticleId, _: CurrentShop, state: CurrentState) -> Article:
    with state.database.reading() as session:
        return get_article(article_store(session), article_id)


@router.patch("/{article_id}", response_model=ArticleOut)
def change(
    article_id: ArticleId, wanted: ArticleChange, _: CurrentShop, state: CurrentState
) -> Article:
    """Change an article. From then on it is this API's: its file is read no more."""
    with state.database.transaction() as session:
        store = article_store(session)
        article = writing.update(store, article_id, wanted.changes(), wanted.version)
    reindex(state.database, [article_id])
    return article


@router.post("/{article_id}/publish", response_model=ArticleOut)
def publish(
    article_id: ArticleId, wanted: ArticleVersion, _: CurrentShop, state: CurrentState
) -> Article:
    """Let customers' questions be answered from an article."""
    with state.database.transaction() as session:
        article = writing.publish(article_store(session), article_id, wanted.version)
    reindex(state.database, [article_id])
    return article


@router.post("/{article_id}/archive", response_model=ArticleOut)
def archive(
    article_id: ArticleId, wanted: ArticleVersion, _: CurrentShop, state: CurrentState
) -> Article:
    """Keep an article, but answer no more questions from it."""
    with state.database.transaction() as session:
        article = writing.archive(article_store(session), article_id, wanted.version)
    reindex(state.database, [article_id])
    return article


@router.delete("/{article_id}", status_code=204)
def delete(
    article_id: ArticleId,
    version: Annotated[int, Query(ge=1, le=LARGEST_VERSION)],
    _: CurrentShop,
    state: CurrentState,
) -> None:
    """Forget an article. If it came from a file, the next `aisle index` reads that again."""
    with state.database.transaction() as session:
        writing.delete(article_store(session), article_id, version)
    reindex(state.database, [article_id])
