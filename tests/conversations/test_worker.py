"""The worker takes messages from the inbox; here a few lines stand in for Rasa."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from aisle.conversations import worker as worker_module
from aisle.conversations.dialogue import append_events
from aisle.conversations.inbox import Claim, backlog, end_claim
from aisle.conversations.models import InboxEntry, Message
from aisle.conversations.service import ConversationService, NewMessage
from aisle.conversations.worker import InboxWorker, NotAnswered
from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.live.bus import Event
from aisle.live.local_bus import LocalBus

PATIENCE_S = 20.0
Answer = Callable[[Claim], Awaitable[None]]


class Desk:
    """Conversations, and a worker that is run until all their messages are answered."""

    def __init__(self, database: Database, bus: LocalBus) -> None:
        self.database = database
        self.bus = bus
        self.apologies: list[str] = []

    def open(self) -> uuid.UUID:
        with self.database.transaction() as session:
            return ConversationService(session).create_conversation("web").id

    def say(self, conversation_id: uuid.UUID, text: str) -> None:
        with self.database.transaction() as session:
            new = NewMessage(content=text, sender_type="customer")
            ConversationService(session).add_message(conversation_id, new)
        self.bus.publish(Event(conversation_id, "inbox"))

    def save(self, claim: Claim, reply: str) -> None:
        now = utc_now().timestamp()
        user = {"event": "user", "text": claim.content, "message_id": str(claim.message_id)}
        bot = {"event": "bot", "text": reply, "timestamp": now}
        with self.database.transaction() as session:
            conversation = ConversationService(session).lock_conversation(claim.conversation_id)
            end_claim(session, claim)
            append_events(session, conversation, [user, bot])

    async def apologise(self, claim: Claim) -> None:
        self.apologies.append(claim.content)
        self.save(claim, "Sorry!")

    async def work(self, answer: Answer, timeout: float = 10, parallel: int = 4) -> None:
        """Run a worker until nothing waits."""
        worker = InboxWorker(
            self.database, self.bus, answer, self.apologise, parallel=parallel, timeout=timeout
        )
        running = asyncio.create_task(worker.run())
        try:
            await asyncio.wait_for(self._until_answered(), PATIENCE_S)
        finally:
            worker.stop()
            await asyncio.wait_for(running, PATIENCE_S)

    async def _until_answered(self) -> None:
        while await asyncio.to_thread(self._waiting):
            await asyncio.sleep(0.02)

    def _waiting(self) -> int:
        with self.database.reading() as session:
            return backlog(session).waiting

    def said(self, conversation_id: uuid.UUID) -> list[str]:
        with self.database.reading() as session:
            statement = (
                select(Message.content)
                .where(Message.conversation_id == conversation_id)
                .order_by(Message.sequence)
            )
            return list(session.execute(statement).scalars())

    def hurry(self) -> None:
        """Let what was given back be claimed again now."""
        with self.database.transaction() as session:
            session.execute(update(InboxEntry).values(leased_until=None))
            waiting = session.execute(select(InboxEntry.conversation_id)).scalars().all()
        for conversation_id in waiting:
            self.bus.publish(Event(conversation_id, "inbox"))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, LocalBus(tmp_path / "bus"))


def test_quick_messages_of_one_customer_are_answered_one_after_the_other(desk: Desk) -> None:
    chat = desk.open()
    for text in ("hi", "where is my order", "hello??"):
        desk.say(chat, text)
    at_work = 0

    async def answer(claim: Claim) -> None:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        await asyncio.sleep(0.05)
        desk.save(claim, f"re: {claim.content}")
        at_work -= 1

    asyncio.run(desk.work(answer))
    assert desk.said(chat)[3:] == ["re: hi", "re: where is my order", "re: hello??"]
    assert desk.apologies == []


def test_several_customers_are_answered_at_the_same_time_but_not_more_than_allowed(
    desk: Desk,
) -> None:
    for number in range(9):
        desk.say(desk.open(), str(number))
    at_work: list[int] = [0]

    async def answer(claim: Claim) -> None:
        at_work.append(at_work[-1] + 1)
        await asyncio.sleep(0.1)
        desk.save(claim, "ok")
        at_work.append(at_work[-1] - 1)

    asyncio.run(desk.work(answer, parallel=3))
    assert max(at_work) == 3


def test_the_worker_is_woken_by_a_new_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "POLL_S", 3600.0)
    chat = desk.open()

    async def answer(claim: Claim) -> None:
        desk.save(claim, "woken")

    async def run() -> None:
        worker = InboxWorker(
            desk.database, desk.bus, answer, desk.apologise, parallel=1, timeout=10
        )
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.5)  # it has looked, and found nothing
        await asyncio.to_thread(desk.say, chat, "hello")
        await asyncio.wait_for(desk._until_answered(), PATIENCE_S)
        worker.stop()
        await running

    asyncio.run(run())
    assert desk.said(chat) == ["hello", "woken"]


def test_a_message_that_nobody_told_of_is_found_all_the_same(desk: Desk, tmp_path: Path) -> None:
    chat = desk.open()
    elsewhere = Desk(desk.database, LocalBus(tmp_path / "another bus"))

    async def answer(claim: Claim) -> None:
        desk.save(claim, "found")

    async def run() -> None:
        worker = InboxWorker(
            desk.database, desk.bus, answer, desk.apologise, parallel=1, timeout=10
        )
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(0.3)
        await asyncio.to_thread(elsewhere.say, chat, "hello")
        await asyncio.wait_for(desk._until_answered(), PATIENCE_S)
        worker.stop()
        await running

    asyncio.run(run())
    assert desk.said(chat) == ["hello", "found"]


def test_an_answer_that_takes_too_long_becomes_an_apology(desk: Desk) -> None:
    slow, other = desk.open(), desk.open()
    desk.say(slow, "think hard")
    desk.say(other, "hi")

    async def answer(claim: Claim) -> None:
        if claim.content == "think hard":
            await asyncio.sleep(3600)
        desk.save(claim, "quick")

    asyncio.run(desk.work(answer, timeout=0.3))
    assert desk.said(slow) == ["think hard", "Sorry!"]
    assert desk.said(other) == ["hi", "quick"]


def test_a_message_that_always_fails_gets_an_apology_and_does_not_hold_up_the_next(
    desk: Desk,
) -> None:
    chat = desk.open()
    desk.say(chat, "poison")
    desk.say(chat, "hello?")
    tries: dict[str, int] = defaultdict(int)

    async def answer(claim: Claim) -> None:
        tries[claim.content] += 1
        if claim.content == "poison":
            asyncio.get_running_loop().call_later(0.1, desk.hurry)
            raise RuntimeError("cannot be understood")
        desk.save(claim, "hello!")

    asyncio.run(desk.work(answer))
    assert desk.said(chat) == ["poison", "hello?", "Sorry!", "hello!"]
    assert tries == {"poison": worker_module.MAX_FAILURES, "hello?": 1}


def test_a_message_that_kills_its_workers_is_given_up(desk: Desk) -> None:
    chat = desk.open()
    desk.say(chat, "deadly")
    with desk.database.transaction() as session:
        session.execute(update(InboxEntry).values(attempts=worker_module.MAX_ATTEMPTS))

    async def answer(claim: Claim) -> None:
        raise AssertionError("it must not be tried again")

    asyncio.run(desk.work(answer))
    assert desk.apologies == ["deadly"]


def test_what_cannot_be_answered_now_waits_as_long_as_it_takes(desk: Desk) -> None:
    chat = desk.open()
    desk.say(chat, "hello")
    tries = 0

    async def answer(claim: Claim) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2 * worker_module.MAX_ATTEMPTS:
            asyncio.get_running_loop().call_later(0.05, desk.hurry)
            raise NotAnswered("there is no model yet")
        desk.save(claim, "at last")

    asyncio.run(desk.work(answer))
    assert desk.said(chat) == ["hello", "at last"]
    assert desk.apologies == []
