"""What must be true of every conversation once everything is answered."""

import time
import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from aisle.conversations.inbox import backlog
from aisle.conversations.models import ActionResult, Message, TrackerEvent
from aisle.database.engine import Database
from aisle.handoff.models import Handoff
from aisle.knowledge.models import UnansweredQuestion
from tests.platform.shoppers import Shopper

PATIENCE_S = 180.0


def wait_until_answered(database: Database) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with database.reading() as session:
            if backlog(session).waiting == 0:
                return
        time.sleep(0.2)
    raise AssertionError("The inbox is not empty")


def check_answered_once_and_in_order(database: Database, shoppers: Sequence[Shopper]) -> None:
    """Every acknowledged message is stored once, and was processed once, in its order."""
    for shopper in shoppers:
        expected = [str(message_id) for message_id, _ in shopper.said]
        messages = _messages(database, shopper.conversation_id)
        customers = [m for m in messages if m.sender_type == "customer"]
        assert [str(message.id) for message in customers] == expected
        assert [message.content for message in customers] == [text for _, text in shopper.said]
        assert _processed(database, shopper.conversation_id) == expected
        assert [m.sequence for m in messages] == list(range(1, len(messages) + 1))
        replies = Counter((m.in_reply_to, m.content) for m in messages if m.sender_type == "bot")
        assert set(replies.values()) <= {1}, f"said twice: {replies}"


def check_each_got_a_reply(database: Database, shoppers: Sequence[Shopper]) -> None:
    for shopper in shoppers:
        messages = _messages(database, shopper.conversation_id)
        answered = {message.in_reply_to for message in messages if message.sender_type == "bot"}
        assert answered == {message_id for message_id, _ in shopper.said}


def check_handed_over_once(database: Database, shoppers: Sequence[Shopper]) -> None:
    with database.reading() as session:
        rows = Counter(session.execute(select(Handoff.conversation_id)).scalars())
    assert rows == Counter(shopper.conversation_id for shopper in shoppers)


def check_question_kept_once(database: Database, shoppers: Sequence[Shopper]) -> None:
    with database.reading() as session:
        kept = Counter(session.execute(select(UnansweredQuestion.sender_id)).scalars())
        left_over = session.execute(select(ActionResult)).first()
    assert kept == Counter(str(shopper.conversation_id) for shopper in shoppers)
    assert left_over is None


def _messages(database: Database, conversation_id: uuid.UUID) -> list[Message]:
    with database.reading() as session:
        statement = (
            select(Message)
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.sequence)
        )
        return list(session.execute(statement).scalars())


def _processed(database: Database, conversation_id: uuid.UUID) -> list[str]:
    with database.reading() as session:
        statement = (
            select(TrackerEvent.data)
            .where(TrackerEvent.conversation_id == conversation_id)
            .where(TrackerEvent.type_name == "user")
            .order_by(TrackerEvent.sequence)
        )
        return [event["message_id"] for event in session.execute(statement).scalars()]
