"""Reads articles (Markdown files with front matter) into the article store."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError
from sqlalchemy.orm import Session

from aisle.knowledge.article_stores import ArticleStore, article_store
from aisle.knowledge.errors import ArticlesMissing
from aisle.knowledge.models import Article

_FRONT_MATTER = re.compile(r"---\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)(.*)", re.DOTALL | re.MULTILINE)


class FrontMatter(BaseModel):
    """The head of an article file. ``id`` is the file's name without ``.md``."""

    id: str = Field(regex=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)
    title: str = Field(min_length=1, max_length=300)
    category: str = Field(min_length=1, max_length=100)
    tags: list[str] = []
    status: Literal["draft", "published", "archived"]
    updated_at: date

    class Config:
        extra = Extra.forbid


@dataclass
class LoadReport:
    """What loading changed. ``errors`` name file and line; those articles stay as they were."""

    articles: int = 0
    added: int = 0
    changed: int = 0
    archived: int = 0
    errors: list[str] = field(default_factory=list)


class _BrokenFile(Exception):
    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


def load_articles(session: Session, folder: Path) -> LoadReport:
    """Make the article store hold what the folder's ``*.md`` files say.

    Loading twice changes nothing.

    An article whose file is gone is archived. A broken file is reported and skipped.

    Raises:
        ArticlesMissing: the folder is not there or holds no ``*.md`` file.
        MongodbUnavailable: articles are kept there, and it does not answer.
    """
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise ArticlesMissing(f"There are no articles (*.md) in {folder}")
    store = article_store(session)
    present = {article.id: article for article in store.all()}
    report = LoadReport()
    for path in paths:
        try:
            values = _read(path)
        except _BrokenFile as error:
            report.errors.append(str(error))
            continue
        report.articles += 1
        _store(store, present.get(path.stem), values, report)
    for gone in present.keys() - {path.stem for path in paths}:
        if present[gone].status != "archived":
            present[gone].status = "archived"
            store.put(present[gone])
            report.archived += 1
    return report


def _store(
    store: ArticleStore, present: Article | None, values: dict[str, Any], report: LoadReport
) -> None:
    if present is None:
        report.added += 1
    elif any(getattr(present, name) != value for name, value in values.items()):
        report.changed += 1
    else:
        return
    store.put(Article(**values))


def _read(path: Path) -> dict[str, Any]:
    text = _text(path)
    parts = _FRONT_MATTER.match(text)
    if parts is None:
        raise _BrokenFile(path, 1, "the file must begin with front matter between two lines '---'")
    front, content = parts[1], parts[2].strip()
    head = _front_matter(path, front)
    if head.id != path.stem:
        raise _BrokenFile(path, _line(front, "id"), f"id must be the file's name, '{path.stem}'")
    if not content:
        raise _BrokenFile(path, text.count("\n") + 1, "the article has no content")
    updated_at = datetime.combine(head.updated_at, time.min, tzinfo=timezone.utc)
    return {**head.dict(), "updated_at": updated_at, "content": content}


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _BrokenFile(path, line, "the file is not UTF-8 text") from error


def _front_matter(path: Path, front: str) -> FrontMatter:
    try:
        values = yaml.safe_load(front)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _BrokenFile(path, line, f"the front matter is not YAML: {error.problem}") from error
    if not isinstance(values, dict):
        raise _BrokenFile(path, 2, "the front matter must be lines of the form 'name: value'")
    try:
        return FrontMatter.parse_obj(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        problem = f"{name}: {first['msg']}"
        raise _BrokenFile(path, _line(front, name), problem) from error


def _line(front: str, name: str) -> int:
    return next(_lines_with(front, name), 1)


def _lines_with(front: str, name: str) -> Iterator[int]:
    for number, line in enumerate(front.splitlines(), start=2):
        if line.startswith(f"{name}:"):
            yield number
