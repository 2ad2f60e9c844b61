"""Plays a test case against running servers and reports where it went another way."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aisle.conversations.models import TrackerEvent
from tests.conversations.cases import CODES, Case, Expected, Turn
from tests.conversations.mails import codes_sent, delete_mails
from tests.conversations.records import (
    all_rows,
    audited,
    email_address,
    events_after,
    resolve_waiting_handoff,
    rows_like,
    text_matches,
)
from tests.conversations.servers import Servers
from tests.conversations.shop_changes import made_changes

LONGEST_SHOWN = 200
AS_EXPECTED, MISSING, UNEXPECTED, NOTE = "  ", "- ", "+ ", "    "
Event = Mapping[str, Any]
Line = tuple[str, str]
"""One of the marks above, and what it marks."""


def play(case: Case, servers: Servers) -> str | None:
    """Return None when the conversation went as expected, else the conversation as a diff."""
    player = _Player(servers)
    with untouched(servers):
        lines = [line for turn in case.turns for line in player.play(turn)]
    if all(mark in (AS_EXPECTED, NOTE) for mark, _ in lines):
        return None
    return "\n".join(mark + text for mark, text in lines)


@contextmanager
def untouched(servers: Servers) -> Iterator[None]:
    """Let nothing of other conversations show: no change, no code, no mail."""
    servers.shop.restore()
    delete_mails(servers.mails)
    try:
        yield
    finally:
        servers.shop.restore()


class _Player:
    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._sender_id = f"test-{uuid.uuid4()}"
        self._sequence = 0
        self._slots: dict[str, Any] = {}
        self._shop: tuple[str, ...] = ()
        self._audit: tuple[str, ...] = ()
        self._reported: set[tuple[Line, ...]] = set()

    def play(self, turn: Turn) -> list[Line]:
        if turn.user is None:
            lines = [self._resolve_handoff()]
        else:
            text, lines = self._with_codes(turn.user)
            self._servers.say(self._sender_id, text)
            lines.append((AS_EXPECTED, f"user: {_shown(text)}"))
        events = [event.data for event in self._new_events()]
        lines += _understood(events)
        said = [event for event in events if event["event"] == "bot"]
        lines += _compared(turn, said)
        lines += _not_to_be_said(turn, said)
        lines += self._slots_compared(turn)
        lines += self._rows_compared(turn)
        lines += self._changes_compared(turn)
        return lines

    def _with_codes(self, text: str) -> tuple[str, list[Line]]:
        """The text with the codes it names; a line for one that was not sent."""
        if "${" not in text:
            return text, []
        with self._servers.database.reading() as session:
            address = email_address(session, self._sender_id)
        sent = codes_sent(self._servers.mails, address) if address else []
        known = dict(zip(("code", "previous_code"), reversed(sent), strict=False))
        if sent:
            known["wrong_code"] = f"{(int(sent[-1]) + 1) % 1_000_000:06}"
        lines: list[Line] = []
        for name in CODES:
            named = f"${{{name}}}"
            if named in text and name not in known:
                lines.append((MISSING, f"(a mail to {address} with {named})"))
            text = text.replace(named, known.get(name, "000000"))
        return text, lines

    def _resolve_handoff(self) -> Line:
        with self._servers.database.transaction() as session:
            resolved = resolve_waiting_handoff(session, self._sender_id)
        return AS_EXPECTED if resolved else MISSING, "(an agent gives the conversation back)"

    def _new_events(self) -> Sequence[TrackerEvent]:
        with self._servers.database.reading() as session:
            events = events_after(session, self._sender_id, self._sequence)
        for event in events:
            self._sequence = event.sequence
            if event.type_name in ("restart", "session_started"):
                self._slots.clear()
            elif event.type_name == "slot":
                self._slots[event.data["name"]] = event.data["value"]
        return events

    def _slots_compared(self, turn: Turn) -> Iterator[Line]:
        for name, expected in turn.slots.items():
            value = self._slots.get(name)
            if value != expected:
                yield MISSING, f"slot {name}: {expected!r}"
                yield UNEXPECTED, f"slot {name}: {value!r}"

    def _rows_compared(self, turn: Turn) -> Iterator[Line]:
        with self._servers.database.reading() as session:
            for table, columns in turn.rows:
                present = all_rows(session, self._sender_id, table)
                if columns is None:
                    if present:
                        yield MISSING, f"database {table}: none"
                        yield UNEXPECTED, f"database {table}: {len(present)} of this conversation"
                elif not rows_like(session, self._sender_id, table, columns):
                    yield MISSING, f"database {table}: {dict(columns)}"
                    for row in present:
                        values = {column: getattr(row, column) for column in columns}
                        yield UNEXPECTED, f"database {table}: {values}"

    def _changes_compared(self, turn: Turn) -> Iterator[Line]:
        """What is expected of the shop holds from the step that says so to the next one."""
        self._shop = self._shop if turn.shop is None else turn.shop
        self._audit = self._audit if turn.audit is None else turn.audit
        with self._servers.database.reading() as session:
            operations = audited(session, self._sender_id)
        shop = _lines_compared("shop", self._shop, made_changes(self._servers.shop))
        audit = _lines_compared("audit", self._audit, operations)
        for lines in (tuple(shop), tuple(audit)):
            if lines not in self._reported:
                self._reported.add(lines)
                yield from lines


def _lines_compared(kind: str, expected: Sequence[str], present: Sequence[str]) -> Iterator[Line]:
    missing, unexpected = Counter(expected), Counter(present)
    for mark, texts, others in (
        (MISSING, missing, unexpected),
        (UNEXPECTED, unexpected, missing),
    ):
        for text in (texts - others).elements():
            yield mark, f"{kind} {text}"


def _compared(turn: Turn, said: Sequence[Event]) -> Iterator[Line]:
    waiting = list(turn.said)
    for position, event in enumerate(said):
        if waiting and not _fits(waiting[0], event):
            later = said[position + 1 :]
            while waiting and not any(_fits(waiting[0], other) for other in (event, *later)):
                yield MISSING, _described(waiting.pop(0))
        if waiting and _fits(waiting[0], event):
            waiting.pop(0)
            yield AS_EXPECTED, _spoken(event)
        else:
            welcome = turn.more_may_follow and not waiting
            yield AS_EXPECTED if welcome else UNEXPECTED, _spoken(event)
    for expected in waiting:
        yield MISSING, _described(expected)


def _not_to_be_said(turn: Turn, said: Sequence[Event]) -> Iterator[Line]:
    for pattern in turn.not_said:
        if any(text_matches(pattern, event.get("text") or "") for event in said):
            yield MISSING, f"bot says nothing like: {pattern}"


def _understood(events: Sequence[Event]) -> Iterator[Line]:
    for event in events:
        if event["event"] == "user":
            parsed = event.get("parse_data") or {}
            intent = parsed.get("intent") or {}
            sure = f"{intent.get('name')} {intent.get('confidence') or 0.0:.2f}"
            entities = [f"{e['entity']}={e['value']!r}" for e in parsed.get("entities") or []]
            yield NOTE, f"[{', '.join([sure, *entities])}]"


def _fits(expected: Expected, event: Event) -> bool:
    name = (event.get("metadata") or {}).get("utter_action")
    named = expected.utter is None or expected.utter == name
    return named and (expected.text is None or text_matches(expected.text, event.get("text") or ""))


def _described(expected: Expected) -> str:
    return f"bot:  {': '.join(part for part in (expected.utter, expected.text) if part)}"


def _spoken(event: Event) -> str:
    name = (event.get("metadata") or {}).get("utter_action")
    return f"bot:  {': '.join(part for part in (name, _shown(event.get('text') or '')) if part)}"


def _shown(text: str) -> str:
    line = text.replace("\n", " / ")
    return (
        line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}… ({len(text)} characters)"
    )
