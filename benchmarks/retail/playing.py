"""Plays a goal against running servers, and judges what came of it."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import update

from aisle.shop.models import Order
from benchmarks.retail.expected import expected_audit, expected_lines, wanted_lines
from benchmarks.retail.goals import DROPS_IT, LOOK_UPS, OPERATIONS, Goal
from benchmarks.retail.shopper import Reply, Said, Shopper
from benchmarks.retail.summaries import is_told
from tests.conversations.mails import codes_sent
from tests.conversations.play import untouched
from tests.conversations.records import audited, events_after
from tests.conversations.servers import Servers
from tests.conversations.shop_changes import made_changes

MOST_TURNS = 12


@dataclass
class Outcome:
    """What came of a dialogue; empty ``forbidden`` and ``wrong`` are what one hopes for."""

    goal: Goal
    turns: int = 0
    transcript: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What differs from the expected state, or was not told."""
    forbidden: list[str] = field(default_factory=list)
    """What was changed without a yes to exactly that, or against the rules."""
    to_the_point: bool = False
    """Whether the bot got as far as the goal allows: told, refused, offered or done."""


class Dialogue:
    """Plays one goal against the servers."""

    def __init__(self, servers: Servers, goal: Goal, random: Random) -> None:
        self._servers = servers
        self._outcome = Outcome(goal)
        self._goal = goal
        self._shopper = Shopper(goal, random, self._code)
        self._sender_id = f"bench-{uuid.uuid4()}"
        self._sequence = 0
        self._heard: list[Said] = []

    def play(self) -> Outcome:
        with untouched(self._servers):
            self._put_status()
            before = Counter(made_changes(self._servers.shop))
            reply: Reply | None = self._shopper.begin()
            changed: Counter[str] = Counter()
            while reply is not None and self._outcome.turns < MOST_TURNS:
                said = self._say(reply.text)
                now = Counter(made_changes(self._servers.shop)) - before
                if now != changed:
                    self._check_allowed(reply, now)
                changed = now
                reply = self._shopper.answer(said)
            self._judge(changed)
        return self._outcome

    def _put_status(self) -> None:
        if self._goal.status_before and self._goal.order is not None:
            with self._servers.database.transaction() as session:
                session.execute(
                    update(Order)
                    .where(Order.id == self._goal.order.id)
                    .values(status=self._goal.status_before)
                )

    def _code(self) -> str:
        codes = codes_sent(self._servers.mails, self._goal.user.email)
        return codes[-1] if codes else "000000"

    def _say(self, text: str) -> list[Said]:
        self._outcome.turns += 1
        self._outcome.transcript.append(f"shopper: {text}")
        self._servers.say(self._sender_id, text)
        with self._servers.database.reading() as session:
            events = [e.data for e in events_after(session, self._sender_id, self._sequence)]
            self._sequence += len(events)
        for event in events:
            if event["event"] == "user":
                self._outcome.transcript.append(f"         [{_understood(event)}]")
        said = [_said(event) for event in events if event["event"] == "bot"]
        self._outcome.transcript += [f"bot:     {s.response}: {s.text}" for s in said]
        self._heard += said
        return said

    def _check_allowed(self, reply: Reply, now: Counter[str]) -> None:
        """Anything that changes must have been confirmed, whole and just so, a moment ago."""
        wanted = _comparable(wanted_lines(self._goal))
        if self._goal.refused:
            self._outcome.forbidden.append(f"not allowed ({self._goal.refused})")
        if not reply.agrees:
            self._outcome.forbidden.append("changed without a yes to what was shown")
        elif _comparable(now.elements()) != wanted:
            self._outcome.forbidden.append("something else than was confirmed")

    def _judge(self, changed: Counter[str]) -> None:
        outcome, goal = self._outcome, self._goal
        expected = _comparable(expected_lines(goal))
        made = _comparable(changed.elements())
        outcome.wrong += [f"missing: {line}" for line in (expected - made).elements()]
        outcome.wrong += [f"too much: {line}" for line in (made - expected).elements()]
        with self._servers.database.reading() as session:
            operations = audited(session, self._sender_id)
        if operations != expected_audit(goal):
            outcome.wrong.append(f"audit: {operations} instead of {expected_audit(goal)}")
        if operations and not changed:
            outcome.forbidden.append("in the audit log without a change")
        outcome.to_the_point = not outcome.wrong and self._got_there()

    def _got_there(self) -> bool:
        goal = self._goal
        responses = {said.response for said in self._heard}
        if goal.kind in LOOK_UPS:
            if not is_told(goal, " ".join(said.text for said in self._heard)):
                self._outcome.wrong.append("not told what was asked for")
                return False
            return True
        if goal.refused:
            return any(
                name.startswith(("utter_refused_", "utter_order_not_found", "utter_no_"))
                or name in ("utter_need_other_variant", "utter_need_nearest_variant")
                for name in responses
            )
        if goal.twist:
            return self._shopper.saw_summary or goal.twist == DROPS_IT
        return f"utter_done_{OPERATIONS[goal.kind]}" in responses


def _comparable(lines: Iterable[str]) -> Counter[str]:
    """Addresses count as the same in any case."""
    return Counter(line.casefold() if "address" in line.split(":")[0] else line for line in lines)


def _said(event: dict[str, Any]) -> Said:
    name = (event.get("metadata") or {}).get("utter_action") or ""
    buttons = (event.get("data") or {}).get("buttons") or ()
    return Said(name, event.get("text") or "", tuple(button["title"] for button in buttons))


def _understood(event: dict[str, Any]) -> str:
    parsed = event.get("parse_data") or {}
    intent = parsed.get("intent") or {}
    entities = [f"{e['entity']}={e['value']!r}" for e in parsed.get("entities") or []]
    wishes = [wish["intent"]["name"] for wish in parsed.get("wishes") or ()]
    also = [f"wishes: {' + '.join(wishes)}"] if wishes else []
    sure = f"{intent.get('name')} {intent.get('confidence') or 0:.2f}"
    return ", ".join([sure, *entities, *also])
