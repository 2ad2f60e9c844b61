"""What an article may hold, whoever writes it."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConstrainedStr, Extra, Field, ValidationError, validator

from aisle.knowledge.models import Article
from aisle.language.cleaning import NOT_BLANK, ONE_LINE, clean

Status = Literal["draft", "published", "archived"]
Source = Literal["folder", "import", "api"]

MOST_TAGS = 50
LONGEST_CONTENT = 200_000
_WRITTEN = (
    *("title", "category", "tags", "status", "language", "link", "content"),
    *("source", "version", "updated_at"),
)


class _Text(ConstrainedStr):
    """A text of a form that people can be told."""

    min_length = 1
    regex = ""
    form: ClassVar[str]

    @classmethod
    def validate(cls, value: str) -> str:
        if not re.match(str(cls.regex), value):
            raise ValueError(f"must be {cls.form}")
        return value


class ArticleId(_Text):
    max_length = 100
    regex = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
    form = "small letters a-z and digits in words joined by single hyphens"


class Title(_Text):
    strip_whitespace = True
    max_length = 300
    regex = ONE_LINE
    form = "one line without control characters"


class Category(Title):
    max_length = 100


class Tag(Title):
    max_length = 100


class Language(_Text):
    max_length = 20
    regex = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"
    form = "the code of a language, such as 'en' or 'pt-BR'"


class Link(_Text):
    max_length = 2_000
    regex = r"^[hH][tT][tT][pP][sS]?://[^\s\"<>\x00-\x1f\x7f-\x9f\ud800-\udfff]+\Z"
    form = "an address that begins with http:// or https://"


class Content(_Text):
    """Markdown. It may have any characters; those that no database keeps are left out."""

    max_length = LONGEST_CONTENT
    regex = NOT_BLANK
    form = "more than spaces"


class ArticleHead(BaseModel):
    """All that is written of an article but its content."""

    id: ArticleId
    title: Title
    category: Category = Category("general")
    tags: list[Tag] = Field([], max_items=MOST_TAGS)
    status: Status = "published"
    language: Language = Language("en")
    link: Link | None = None

    class Config:
        extra = Extra.forbid


class ArticleFields(ArticleHead):
    """All that is written of an article."""

    content: Content

    @validator("content")
    def _storable(cls, value: str) -> str:
        return clean(value).strip()


@dataclass(frozen=True)
class ArticleFilter:
    """Exact terms; None means any. ``tags`` is one that an article must have."""

    status: str | None = None
    category: str | None = None
    tags: str | None = None
    language: str | None = None


def written(article: Article) -> dict[str, Any]:
    """Return what a store writes of an article: all but its id and its score."""
    return {name: getattr(article, name) for name in _WRITTEN}


def first_problem(error: ValidationError) -> tuple[str, str]:
    """Return the field that is wrong, the first if there are several, and what is wrong."""
    first = error.errors()[0]
    return str(first["loc"][0]), str(first["msg"])
