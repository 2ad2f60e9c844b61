"""Conversation files: their format, and what may be wrong with one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from aisle.settings import PROJECT_ROOT
from aisle.shop.policies.changes import Operation
from tests.conversations.records import TABLES
from tests.conversations.shop_changes import NotationError, read_changes

ANYTHING_MORE = "..."
NO_ROW = "none"
CODES = ("code", "previous_code", "wrong_code")
"""What ``${…}`` in a customer's text may name."""


class CaseError(Exception):
    """A conversation file cannot be used; the message names file, case and step."""


@dataclass(frozen=True)
class Expected:
    """A message of the bot, known by its response's name, its text or both."""

    utter: str | None = None
    text: str | None = None


@dataclass
class Turn:
    """What the customer says, and everything that is expected to follow."""

    user: str | None
    """None when this turn is not the customer's but an agent's, who gives the bot its turn back."""
    said: list[Expected] = field(default_factory=list)
    more_may_follow: bool = False
    not_said: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, Mapping[str, Any] | None]] = field(default_factory=list)
    """Table and columns of a row that must be there; None for no row at all."""
    shop: tuple[str, ...] | None = None
    """All that differs in the shop from now on (see ``shop_changes``); None: as before."""
    audit: tuple[str, ...] | None = None
    """All operations in the audit log from now on; None: as before."""


@dataclass(frozen=True)
class Case:
    name: str
    turns: list[Turn]


def read_cases(file: Path) -> list[Case]:
    """Return the test cases of a conversation file.

    Raises:
        CaseError: the file is no valid conversation file.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CaseError(f"{file}: {error}") from error
    cases = content.get("test_cases") if isinstance(content, dict) else None
    if not isinstance(cases, list) or not cases or len(content) > 1:
        raise CaseError(f"{file}: the file must hold 'test_cases:' with a list, and nothing else")
    read = [_case(file, number, case) for number, case in enumerate(cases, start=1)]
    names = [case.name for case in read]
    for name in names:
        if names.count(name) > 1:
            raise CaseError(f"{file}: two cases are named '{name}'")
    return read


def _case(file: Path, number: int, content: Any) -> Case:
    if not isinstance(content, dict) or set(content) != {"test_case", "steps"}:
        raise CaseError(f"{file}: case {number} must have 'test_case:' and 'steps:', no more")
    name, steps = str(content["test_case"]), content["steps"]
    if not isinstance(steps, list) or not steps:
        raise CaseError(f"{file}: '{name}' has no steps")
    turns: list[Turn] = []
    for position, step in enumerate(steps, start=1):
        try:
            _add_step(turns, step)
        except CaseError as error:
            raise CaseError(f"{file}: '{name}', step {position}: {error}") from None
    return Case(name, turns)


def _add_step(turns: list[Turn], step: Any) -> None:
    if not isinstance(step, dict) or len(step) != 1:
        raise CaseError("a step is one key with its value, such as '- user: \"hello\"'")
    kind, value = next(iter(step.items()))
    if kind == "user":
        turns.append(Turn(user=_user_text(value)))
    elif kind == "resolve_handoff":
        if value is not True:
            raise CaseError("resolve_handoff takes only 'true'")
        turns.append(Turn(user=None))
    elif kind not in _EXPECTATIONS:
        known = ", ".join(["user", "resolve_handoff", *_EXPECTATIONS])
        raise CaseError(f"unknown step '{kind}'; there are {known}")
    elif not turns:
        raise CaseError(f"'{kind}' comes before the first 'user'")
    else:
        _EXPECTATIONS[kind](turns[-1], value)


def _user_text(value: Any) -> str:
    if isinstance(value, str):
        for name in re.findall(r"\$\{(\w*code\w*)\}", value):
            if name not in CODES:
                known = ", ".join(f"${{{code}}}" for code in CODES)
                raise CaseError(f"there is no '${{{name}}}'; there are {known}")
        return value
    if isinstance(value, dict) and set(value) == {"text", "times"}:
        return str(value["text"]) * int(value["times"])
    raise CaseError('user takes a text in quotes, or {text: "…", times: 100}')


def _add_utter(turn: Turn, value: Any) -> None:
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or "name" not in given or set(given) - {"name", "text"}:
        raise CaseError('utter takes a response\'s name, or {name: utter_…, text: "…"}')
    if given["name"] not in _domain("responses"):
        raise CaseError(f"the domain has no response '{given['name']}'")
    _add_message(turn, Expected(utter=given["name"], text=given.get("text")))


def _add_bot(turn: Turn, value: Any) -> None:
    if value == ANYTHING_MORE:
        turn.more_may_follow = True
    else:
        _add_message(turn, Expected(text=_pattern("bot", value)))


def _add_message(turn: Turn, expected: Expected) -> None:
    if turn.more_may_follow:
        raise CaseError(f"nothing can be expected after 'bot: {ANYTHING_MORE}'")
    turn.said.append(expected)


def _add_not_said(turn: Turn, value: Any) -> None:
    turn.not_said.append(_pattern("not_bot", value))


def _add_slots(turn: Turn, value: Any) -> None:
    slots = _mapping("slot_was_set", value)
    for name in slots:
        if name not in _domain("slots"):
            raise CaseError(f"the domain has no slot '{name}'")
    turn.slots.update(slots)


def _add_rows(turn: Turn, value: Any) -> None:
    for table, columns in _mapping("database", value).items():
        if table not in TABLES:
            raise CaseError(f"unknown table '{table}'; there are {', '.join(TABLES)}")
        if columns == NO_ROW:
            turn.rows.append((table, None))
            continue
        for column in _mapping(table, columns):
            if column not in TABLES[table].columns():
                raise CaseError(f"the table {table} has no column '{column}'")
        turn.rows.append((table, columns))


def _add_shop(turn: Turn, value: Any) -> None:
    try:
        turn.shop = read_changes(value)
    except NotationError as error:
        raise CaseError(str(error)) from None


def _add_audit(turn: Turn, value: Any) -> None:
    known = [operation.value for operation in Operation]
    if not isinstance(value, list) or set(value) - set(known):
        raise CaseError(f"audit takes a list of operations; there are {', '.join(known)}")
    turn.audit = tuple(value)


_EXPECTATIONS: dict[str, Callable[[Turn, Any], None]] = {
    "utter": _add_utter,
    "bot": _add_bot,
    "not_bot": _add_not_said,
    "slot_was_set": _add_slots,
    "database": _add_rows,
    "shop": _add_shop,
    "audit": _add_audit,
}


def _pattern(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise CaseError(f"{kind} takes a text in quotes")
    return value


def _mapping(kind: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CaseError(f"{kind} takes names and values, such as {{name: value}}")
    return value


@lru_cache
def _domain(section: str) -> frozenset[str]:
    """The names in a section of the domain, from domain.yml and the folder domain/."""
    files = [PROJECT_ROOT / "domain.yml", *(PROJECT_ROOT / "domain").rglob("*.yml")]
    parts = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    return frozenset(name for part in parts for name in part.get(section) or {})
