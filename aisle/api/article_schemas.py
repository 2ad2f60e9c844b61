"""What the API takes and gives of articles."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from aisle.api.schemas import Documented, Input, Output
from aisle.knowledge.articles.fields import (
    MOST_TAGS,
    ArticleId,
    Category,
    Content,
    Language,
    Link,
    Source,
    Status,
    Tag,
    Title,
)

LARGEST_VERSION = 2**31 - 1
_VERSION = "The one that you read; another means that somebody else changed the article (409)."


class NewArticle(Input):
    id: ArticleId | None = Field(None, description="Made of the title if there is none.")
    title: Title
    content: Content = Field(description="Markdown; each heading begins a passage of its own.")
    category: Category = Category("general")
    tags: list[Tag] = Field([], max_items=MOST_TAGS)
    status: Literal["draft", "published"] = "draft"
    language: Language = Language("en")
    link: Link | None = Field(None, description="Where the original is, if it is elsewhere.")

    class Config:
        example = {
            "title": "Parcel lockers",
            "content": "## Can I use a parcel locker?\nYes, choose one at the checkout.",
            "category": "delivery",
            "tags": ["locker", "pick up"],
        }


class ArticleChange(Input):
    """What is left out or null stays as it is; only ``link`` is taken away by null."""

    version: int = Field(ge=1, le=LARGEST_VERSION, description=_VERSION)
    title: Title | None = None
    content: Content | None = None
    category: Category | None = None
    tags: list[Tag] | None = Field(None, max_items=MOST_TAGS)
    language: Language | None = None
    link: Link | None = None

    def changes(self) -> dict[str, Any]:
        given = self.dict(exclude={"version"}, exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name == "link"}

    class Config:
        example = {"version": 1, "title": "Parcel lockers and shops"}


class ArticleVersion(Input):
    version: int = Field(ge=1, le=LARGEST_VERSION, description=_VERSION)

    class Config:
        example = {"version": 1}


class ArticleSummary(Output):
    id: str
    title: str
    category: str
    tags: list[str]
    status: Status
    language: str
    link: str | None
    source: Source = Field(description="Who wrote it last: article files, an import or this API.")
    version: int
    effectiveness_score: float = Field(description="How helpful customers found it, from 0 to 1.")
    updated_at: datetime


class ArticleOut(ArticleSummary):
    content: str


class ArticlePage(Documented):
    items: list[ArticleSummary]
    next_cursor: str | None = Field(description="For the next page; null on the last one.")


class ArticleFound(Output):
    """``aisle.knowledge.service.ArticleResult``, described there."""

    article_id: str
    title: str
    content: str
    relevance_score: float
    category: str
    effectiveness_score: float


class GapOut(Output):
    """``aisle.knowledge.gaps.Gap``, described there."""

    question: str
    asked: int
    unhelpful: int
    last_asked_at: datetime
    examples: list[str]
    article_ids: list[str]
