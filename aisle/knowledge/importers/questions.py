"""Reads questions and answers, each of which becomes an article, from CSV or JSON."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, StrictStr, ValidationError

from aisle.knowledge.importers.drafts import BrokenRecord, Draft, Drafts, Options, new_draft
from aisle.knowledge.importers.tables import BrokenTable, rows_of
from aisle.language.cleaning import clean, storable

_TAG_SEPARATORS = re.compile(r"[;|]")


class Question(BaseModel):
    """One record of a file of questions; its field names are the column names."""

    question: StrictStr
    answer: StrictStr
    id: StrictStr | None = None
    category: StrictStr | None = None
    tags: list[StrictStr] | None = None
    language: StrictStr | None = None
    link: StrictStr | None = None

    class Config:
        extra = Extra.forbid


NAMES = tuple(Question.__fields__)
REQUIRED = ("question", "answer")


def read_questions(path: Path, options: Options) -> Drafts:
    """Read a ``.csv`` or ``.json`` file; what is broken in it is reported and skipped.

    Raises:
        FileNotFoundError: there is no such file.
    """
    drafts = Drafts()
    text = _text(path, drafts)
    if text is None:
        return drafts
    if not text.strip():
        drafts.report(f"{path}:1", "the file is empty")
    elif path.suffix.lower() == ".json":
        _read_json(path, text, options, drafts)
    else:
        _read_csv(path, text, options, drafts)
    return drafts


def _text(path: Path, drafts: Drafts) -> str | None:
    raw = path.read_bytes()
    try:
        return clean(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        drafts.report(f"{path}:{line}", "the file is not UTF-8 text; save it as UTF-8")
        return None


def _read_csv(path: Path, text: str, options: Options, drafts: Drafts) -> None:
    try:
        for row in rows_of(text, NAMES, REQUIRED):
            place = f"{path}:{row.line}"
            if row.problem:
                drafts.report(place, row.problem)
                continue
            values: dict[str, Any] = {name: value for name, value in row.values.items() if value}
            if "tags" in values:
                values["tags"] = _TAG_SEPARATORS.split(values["tags"])
            _keep(values, place, options, drafts)
    except BrokenTable as error:
        drafts.report(f"{path}:1", error)


def _read_json(path: Path, text: str, options: Options, drafts: Drafts) -> None:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        drafts.report(f"{path}:{error.lineno}", f"the file is not JSON: {error.msg}")
        return
    except RecursionError:
        drafts.report(f"{path}:1", "the lists in the file are nested too deeply")
        return
    items = content.get("questions") if isinstance(content, dict) else content
    if not isinstance(items, list):
        problem = 'the file must hold a list of questions, or {"questions": [...]}'
        drafts.report(f"{path}:1", problem)
        return
    for number, item in enumerate(items, start=1):
        _keep(storable(item), f"{path}: item {number}", options, drafts)


def _keep(values: Any, place: str, options: Options, drafts: Drafts) -> None:
    try:
        drafts.keep(_draft(values, options), place)
    except BrokenRecord as error:
        drafts.report(place, error)


def _draft(values: Any, options: Options) -> Draft:
    record = _record(values)
    question = " ".join(record.question.split())
    for name, text in (("question", question), ("answer", record.answer.strip())):
        if not text:
            raise BrokenRecord(f"{name}: is empty")
    return new_draft(
        options,
        title=question,
        content=f"## {question}\n{record.answer.strip()}",
        id=record.id,
        category=record.category,
        tags=tuple(record.tags or ()),
        language=record.language,
        link=record.link,
    )


def _record(values: Any) -> Question:
    if not isinstance(values, dict):
        raise BrokenRecord(f"must be an object with the names {', '.join(NAMES)}")
    try:
        return Question.parse_obj(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = first["loc"][0]
        if name not in NAMES:
            problem = f"unknown name '{name}'; known are {', '.join(NAMES)}"
            raise BrokenRecord(problem) from error
        if first["type"] == "value_error.missing":
            raise BrokenRecord(f"{name}: is missing") from error
        raise BrokenRecord(f"{name}: {first['msg']}") from error
