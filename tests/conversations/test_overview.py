"""What agents see of a conversation at a glance."""

import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from aisle.conversations.errors import ConversationNotFound
from aisle.conversations.models import Conversation, Message, TrackerEvent
from aisle.conversations.overview import (
    ConversationOverview,
    get_conversation_context,
    sentiment_trend,
)
from aisle.customers.models import Customer
from aisle.database.engine import Database

START = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
Add = Callable[..., Conversation]
HANDED_OVER = ["action_listen", "action_escalate_to_human", "pause"]
TAKEN_OVER = ["action_listen", "action_answer", "action_listen", "pause"]


@pytest.fixture
def add(database: Database) -> Add:
    """Add a conversation with a message of each sender, one a minute, from START on."""

    def add(senders: str = "", events: list[str] | None = None, **values: object) -> Conversation:
        defaults = {"sender_id": uuid.uuid4().hex, "channel": "web", "status": "escalated"}
        conversation = Conversation(**{**defaults, **values}, message_count=len(senders.split()))
        with database.transaction() as session:
            session.add(conversation)
            session.flush()
            for number, sender in enumerate(senders.split()):
                session.add(_message(conversation, number, sender))
            for number, name in enumerate(events or [], start=1):
                session.add(_event(conversation, number, name))
        return conversation

    return add


def _message(conversation: Conversation, number: int, sender: str) -> Message:
    sender_type, _, intent = sender.partition(":")
    return Message(
        conversation_id=conversation.id,
        sequence=number + 1,
        sender_type=sender_type,
        content="…",
        intent=intent or None,
        sentiment_score=Decimal("-0.50") if intent == "complaint" else None,
        timestamp=START + timedelta(minutes=number),
    )


def _event(conversation: Conversation, number: int, name: str) -> TrackerEvent:
    kind = "pause" if name == "pause" else "action"
    return TrackerEvent(
        conversation_id=conversation.id,
        sequence=number,
        type_name=kind,
        timestamp=float(number),
        data={"event": kind, "name": name},
    )


def _overview(database: Database, conversation: Conversation) -> ConversationOverview:
    with database.reading() as session:
        return get_conversation_context(session, conversation.id)


def _minutes_waiting_began(database: Database, conversation: Conversation) -> int | None:
    since = _overview(database, conversation).waiting_since
    return None if since is None else round((since - START) / timedelta(minutes=1))


def test_an_overview_says_who_it_is_and_how_things_stand(database: Database, add: Add) -> None:
    customer = Customer(first_name="Nora", last_name="Lind")
    conversation = add(
        "customer:track_order bot customer:complaint",
        customer=customer,
        verification_level=1,
        verified_by="contact",
        priority="high",
    )
    assert asdict(_overview(database, conversation)) == {
        "conversation_id": conversation.id,
        "customer_id": customer.id,
        "customer_name": "Nora Lind",
        "verification_level": 1,
        "verified_by": "contact",
        "channel": "web",
        "status": "escalated",
        "priority": "high",
        "message_count": 3,
        "last_message_at": START + timedelta(minutes=2),
        "waiting_since": START + timedelta(minutes=2),
        "last_intent": "complaint",
        "recent_intents": ["track_order", "complaint"],
        "sentiment": -0.5,
        "sentiment_trend": "unknown",
        "entities": [],
    }


def test_a_conversation_that_has_just_begun_has_an_overview(database: Database, add: Add) -> None:
    overview = _overview(database, add(status="active"))
    assert overview.customer_name is None
    assert overview.last_message_at is None
    assert overview.last_intent is None
    assert overview.sentiment is None
    assert overview.message_count == 0


def test_an_unknown_conversation_is_an_error(database: Database) -> None:
    missing = uuid.uuid4()
    with database.reading() as session, pytest.raises(ConversationNotFound, match=str(missing)):
        get_conversation_context(session, missing)


def test_recent_intents_are_the_last_five_different_ones(database: Database, add: Add) -> None:
    intents = "greet a b a c d e greet"
    conversation = add(" ".join(f"customer:{intent}" for intent in intents.split()))
    assert _overview(database, conversation).recent_intents == ["a", "c", "d", "e", "greet"]


@pytest.mark.parametrize(
    ("sentiments", "trend"),
    [
        ([], "unknown"),
        ([-0.9], "unknown"),
        ([0.0, -0.15], "declining"),
        ([0.0, 0.14], "stable"),
        ([-0.9, 0.2, 0.5], "improving"),
        ([0.9, 0.0, 0.0, 0.1, 0.2, 0.1, 0.1], "stable"),
        ([0.5, 0.4, 0.6, 0.1, -0.9, 0.5], "declining"),
        ([-0.9, 0.0, 0.0, 0.0, 0.15, 0.15, 0.15], "improving"),
    ],
)
def test_the_trend_compares_the_latest_sentiments_with_those_before(
    sentiments: list[float], trend: str
) -> None:
    assert sentiment_trend(sentiments) == trend


@pytest.mark.parametrize(
    ("senders", "events", "began"),
    [
        ("", [], None),
        ("customer bot", [], None),
        ("customer bot customer customer", [], 2),
        ("customer bot customer agent", [], None),
        ("customer bot customer agent system customer", [], 5),
        ("customer bot customer bot", HANDED_OVER, 2),
        ("customer bot customer bot bot customer", HANDED_OVER, 2),
        ("customer bot customer bot customer agent", HANDED_OVER, None),
        ("customer bot customer bot agent customer customer", HANDED_OVER, 5),
        ("customer bot", TAKEN_OVER, None),
        ("customer bot customer", TAKEN_OVER, 2),
        ("customer customer", HANDED_OVER, 0),
    ],
)
def test_a_customer_waits_from_the_first_message_that_no_human_answered(
    database: Database, add: Add, senders: str, events: list[str], began: int | None
) -> None:
    assert _minutes_waiting_began(database, add(senders, events)) == began


def test_nobody_waits_for_a_human_while_the_bot_has_the_conversation(
    database: Database, add: Add
) -> None:
    assert _minutes_waiting_began(database, add("customer", status="active")) is None
