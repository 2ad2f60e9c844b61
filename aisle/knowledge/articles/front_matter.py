"""Article files: Markdown with front matter."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, validator

from aisle.knowledge.articles.fields import ArticleFields, ArticleHead, first_problem

_PARTS = re.compile(r"---\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)(.*)", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"^id:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


class FrontMatter(ArticleHead):
    """The head of an article file. Without an id, the article has the file's name."""

    updated_at: date | None = None

    @validator("updated_at", pre=True)
    def _day(cls, value: Any) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValueError("must be a day such as 2026-10-01") from None


class BrokenFile(Exception):
    """A file is not an article; the message names the file, the line and the problem."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True)
class ArticleFile:
    """``values`` are fields of ``ArticleFields``, and ``updated_at`` if the file has it."""

    path: Path
    id_line: int
    values: dict[str, Any]


def read_article_file(path: Path) -> ArticleFile:
    """Read one file.

    Raises:
        BrokenFile: it is not an article.
    """
    text = _text(path)
    parts = _PARTS.match(text)
    if parts is None:
        raise BrokenFile(path, 1, "the file must begin with front matter between two lines '---'")
    front, content = parts[1], parts[2]
    if not content.strip():
        raise BrokenFile(path, text.count("\n") + 1, "the article has no content")
    head = _head(path, front)
    values = head.dict(exclude={"updated_at"})
    try:
        values = ArticleFields.parse_obj({**values, "content": content}).dict()
    except ValidationError as error:
        raise BrokenFile(path, front.count("\n") + 3, ": ".join(first_problem(error))) from error
    if head.updated_at is not None:
        values["updated_at"] = datetime.combine(head.updated_at, time.min, tzinfo=timezone.utc)
    return ArticleFile(path, _line(front, "id"), values)


def ids_claimed(path: Path) -> set[str]:
    """Return the ids of the articles that a broken file may be."""
    found = _ID.search(path.read_text(encoding="utf-8", errors="replace"))
    return {path.stem, *(found.groups() if found else ())}


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BrokenFile(path, line, "the file is not UTF-8 text") from error


def _head(path: Path, front: str) -> FrontMatter:
    values = _yaml(path, front)
    try:
        return FrontMatter.parse_obj({"id": path.stem, **values})
    except ValidationError as error:
        name, problem = first_problem(error)
        if name == "id" and "id" not in values:
            problem = f"there is none, and the file's name cannot be one: it {problem}"
        raise BrokenFile(path, _line(front, name), f"{name}: {problem}") from error


def _yaml(path: Path, front: str) -> dict[str, Any]:
    try:
        # Words stay words: "no" is a language, not False. It builds nothing but texts and lists.
        values = yaml.load(front, yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise BrokenFile(path, *_yaml_problem(front, error)) from error
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise BrokenFile(path, 2, "the front matter must be lines of the form 'name: value'")
    return {name: value for name, value in values.items() if value != ""}


def _yaml_problem(front: str, error: yaml.YAMLError) -> tuple[int, str]:
    if isinstance(error, yaml.reader.ReaderError):
        line = front.count("\n", 0, error.position) + 2
        return line, "the front matter has a character that YAML does not allow"
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return (mark.line + 2 if mark else 1), f"the front matter is not YAML: {problem}"


def _line(front: str, name: str) -> int:
    """Return the line of the file on which this is given; 1 when it is not."""
    lines = enumerate(front.splitlines(), start=2)
    return next((number for number, line in lines if line.startswith(f"{name}:")), 1)
