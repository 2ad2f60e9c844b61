"""The dialogue behind a conversation: Rasa's events, and the messages among them."""

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from aisle.conversations.models import Conversation, Message, TrackerEvent
from aisle.conversations.news import announce
from aisle.conversations.status import ACTIVE, RESOLVED
from aisle.conversations.storing import store_message, take_place
from aisle.database.types import utc_now
from aisle.database.upsert import insert_if_new
from aisle.language.cleaning import storable

UNKNOWN_CHANNEL = "unknown"
Event = Mapping[str, Any]


def find_conversation(session: Session, sender_id: str) -> Conversation | None:
    """Return the conversation that Rasa knows as ``sender_id``."""
    statement = select(Conversation).where(Conversation.sender_id == sender_id)
    return session.execute(statement).scalar_one_or_none()


def open_conversation(session: Session, sender_id: str) -> Conversation:
    """Return the conversation of ``sender_id``, making it when it is new.

    The row is locked until the transaction ends, so that events and messages
    get their sequence numbers one writer at a time.
    """
    statement = (
        select(Conversation)
        .where(Conversation.sender_id == sender_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    conversation = session.execute(statement).scalar_one_or_none()
    if conversation is None:
        # Several writers may find it missing at once; the first one makes it.
        insert_if_new(
            session, Conversation, "sender_id", sender_id=sender_id, channel=UNKNOWN_CHANNEL
        )
        conversation = session.execute(statement).scalar_one()
    return conversation


def append_events(session: Session, conversation: Conversation, events: Sequence[Event]) -> None:
    """Store dialogue events, and the messages among them, at the conversation's end.

    A customer's message that was accepted into the inbox has its row already; what NLU
    found is added to it. The bot's messages refer to the one that they answer.
    """
    if not events:
        return
    stored = [storable(event) for event in events]
    question: Message | None = None
    _store_events(session, conversation, stored)
    for event in stored:
        if event["event"] == "user":
            question = _understood(session, conversation, event)
        elif event["event"] == "bot":
            reply = _bot_message(event)
            reply.in_reply_to = question.id if question else None
            append_message(session, conversation, reply)
    conversation.updated_at = utc_now()


def append_message(session: Session, conversation: Conversation, message: Message) -> None:
    """Store a message as the latest of a conversation whose row is locked."""
    place = take_place(session, conversation.id)
    assert place is not None  # its row is locked
    store_message(session, conversation.id, place, message)
    set_committed_value(conversation, "message_count", place.sequence)


def reopen(session: Session, conversation: Conversation) -> None:
    """Let a resolved conversation go on, because the customer does."""
    conversation.status = ACTIVE
    announce(session, conversation.id, "status")


def pause_bot(session: Session, conversation: Conversation) -> None:
    """Keep the bot silent; a turn that it is in the middle of ends without a word."""
    append_events(session, conversation, [{"event": "pause", "timestamp": time.time()}])


def resume_bot(session: Session, conversation: Conversation) -> None:
    """Let the bot answer again after a human had the conversation."""
    # A paused turn ends without the bot listening, and its rules count from there.
    now = time.time()
    events = [
        {"event": "resume", "timestamp": now},
        {"event": "action", "name": "action_listen", "timestamp": now},
    ]
    append_events(session, conversation, events)


def last_event(session: Session, conversation: Conversation) -> int:
    """Return the sequence number of the latest dialogue event, 0 when there is none."""
    statement = select(func.max(TrackerEvent.sequence)).where(
        TrackerEvent.conversation_id == conversation.id
    )
    return session.execute(statement).scalar_one() or 0


def was_paused_since(session: Session, conversation: Conversation, sequence: int) -> bool:
    """Whether somebody took the conversation from the bot after event ``sequence``."""
    statement = (
        select(TrackerEvent.sequence)
        .where(TrackerEvent.conversation_id == conversation.id)
        .where(TrackerEvent.sequence > sequence)
        .where(TrackerEvent.type_name == "pause")
        .limit(1)
    )
    return session.execute(statement).first() is not None


def session_events(session: Session, conversation: Conversation) -> list[dict[str, Any]]:
    """Return the events since the latest session of the dialogue began, oldest first."""
    started = (
        select(func.max(TrackerEvent.sequence))
        .where(TrackerEvent.conversation_id == conversation.id)
        .where(TrackerEvent.type_name == "session_started")
        .scalar_subquery()
    )
    return _events(session, conversation, func.coalesce(started, 0))


def all_events(session: Session, conversation: Conversation) -> list[dict[str, Any]]:
    return _events(session, conversation, 0)


def _events(session: Session, conversation: Conversation, first: Any) -> list[dict[str, Any]]:
    statement = (
        select(TrackerEvent.data)
        .where(TrackerEvent.conversation_id == conversation.id)
        .where(TrackerEvent.sequence >= first)
        .order_by(TrackerEvent.sequence)
    )
    return list(session.execute(statement).scalars())


def _store_events(session: Session, conversation: Conversation, events: list[Event]) -> None:
    first = last_event(session, conversation) + 1
    rows = [
        {
            "conversation_id": conversation.id,
            "sequence": sequence,
            "type_name": event["event"],
            "timestamp": event.get("timestamp") or time.time(),
            "data": event,
        }
        for sequence, event in enumerate(events, first)
    ]
    session.connection().execute(insert(TrackerEvent), rows)


def _understood(session: Session, conversation: Conversation, event: Event) -> Message:
    accepted = _accepted_message(session, conversation, event.get("message_id"))
    message = accepted or _customer_message(conversation, event)
    parsed = event.get("parse_data") or {}
    sentiment = parsed.get("sentiment")
    message.intent = (parsed.get("intent") or {}).get("name")
    message.sentiment_score = None if sentiment is None else Decimal(f"{sentiment:.2f}")
    message.entities = [_entity(entity) for entity in parsed.get("entities") or []]
    if accepted is None:
        append_message(session, conversation, message)
        if conversation.status == RESOLVED:
            reopen(session, conversation)
    return message


def _accepted_message(
    session: Session, conversation: Conversation, message_id: str | None
) -> Message | None:
    try:
        key = uuid.UUID(message_id or "")
    except ValueError:
        return None
    message = session.get(Message, key)
    return message if message and message.conversation_id == conversation.id else None


def _customer_message(conversation: Conversation, event: Event) -> Message:
    if conversation.channel == UNKNOWN_CHANNEL:
        conversation.channel = event.get("input_channel") or UNKNOWN_CHANNEL
    return Message(
        sender_type="customer",
        sender_id=conversation.sender_id,
        content=event.get("text") or "",
        timestamp=_moment(event),
    )


def _bot_message(event: Event) -> Message:
    rich = {name: value for name, value in (event.get("data") or {}).items() if value}
    return Message(
        sender_type="bot",
        content=event.get("text") or "",
        timestamp=_moment(event),
        details=rich,
    )


def _entity(entity: Event) -> dict[str, Any]:
    return {
        "type": entity["entity"],
        "value": entity["value"],
        "confidence": entity.get("confidence_entity", 1.0),
    }


def _moment(event: Event) -> datetime:
    return datetime.fromtimestamp(event["timestamp"], tz=timezone.utc)
