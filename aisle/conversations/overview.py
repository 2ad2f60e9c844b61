"""What agents, and programs that help them, want to know of a conversation at a glance."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.conversations.context_stores import Entity
from aisle.conversations.contexts import current_context
from aisle.conversations.errors import ConversationNotFound
from aisle.conversations.models import Conversation, Message, TrackerEvent
from aisle.conversations.status import AGENT, BOT, CUSTOMER, ESCALATED

Trend = Literal["improving", "stable", "declining", "unknown"]

MOST_INTENTS = 5
TREND_WINDOW = 3
TREND_THRESHOLD = 0.15


@dataclass(frozen=True)
class ConversationOverview:
    """Sentiments are from -1 to 1; intents and entities are ordered, newest last.

    ``waiting_since`` is when the customer wrote what no human has answered yet, while a
    human has the conversation.
    """

    conversation_id: uuid.UUID
    customer_id: uuid.UUID | None
    customer_name: str | None
    verification_level: int
    verified_by: str | None
    channel: str
    status: str
    priority: str
    message_count: int
    last_message_at: datetime | None
    waiting_since: datetime | None
    last_intent: str | None
    recent_intents: list[str]
    sentiment: float | None
    sentiment_trend: Trend
    entities: list[Entity]


def get_conversation_context(session: Session, conversation_id: uuid.UUID) -> ConversationOverview:
    """Return a conversation's context, and who waits for what.

    Raises:
        ConversationNotFound: no conversation has this id.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationNotFound(f"No conversation has the id {conversation_id}")
    context = current_context(session, conversation)
    sentiments = context.sentiment_history
    return ConversationOverview(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        customer_name=_customer_name(conversation),
        verification_level=conversation.verification_level,
        verified_by=conversation.verified_by,
        channel=conversation.channel,
        status=conversation.status,
        priority=conversation.priority,
        message_count=context.as_of,
        last_message_at=_said_at(session, conversation, context.as_of),
        waiting_since=_waiting_since(session, conversation),
        last_intent=context.current_intent,
        recent_intents=_recent_intents(session, conversation),
        sentiment=sentiments[-1] if sentiments else None,
        sentiment_trend=sentiment_trend(sentiments),
        entities=context.entities,
    )


def sentiment_trend(sentiments: Sequence[float]) -> Trend:
    """Compare the mean of the latest three sentiments with that of the three before them.

    With fewer than six, the later half is compared with as many before it; one alone is
    "unknown". Means that differ by less than 0.15 are "stable".
    """
    window = min(TREND_WINDOW, len(sentiments) // 2)
    if window == 0:
        return "unknown"
    before, latest = sentiments[-2 * window : -window], sentiments[-window:]
    change = round((sum(latest) - sum(before)) / window, 6)
    if abs(change) < TREND_THRESHOLD:
        return "stable"
    return "improving" if change > 0 else "declining"


def _customer_name(conversation: Conversation) -> str | None:
    customer = conversation.customer
    if customer is None:
        return None
    return " ".join(filter(None, (customer.first_name, customer.last_name))) or None


def _said_at(session: Session, conversation: Conversation, sequence: int) -> datetime | None:
    statement = (
        select(Message.timestamp)
        .where(Message.conversation_id == conversation.id)
        .where(Message.sequence == sequence)
    )
    return session.execute(statement).scalar_one_or_none()


def _recent_intents(session: Session, conversation: Conversation) -> list[str]:
    statement = (
        select(Message.intent)
        .where(Message.conversation_id == conversation.id)
        .where(Message.sender_type == CUSTOMER)
        .where(Message.intent.is_not(None))  # type: ignore[union-attr]
        .group_by(Message.intent)
        .order_by(func.max(Message.sequence).desc())
        .limit(MOST_INTENTS)
    )
    return list(session.execute(statement).scalars())[::-1]


def _waiting_since(session: Session, conversation: Conversation) -> datetime | None:
    if conversation.status != ESCALATED:
        return None
    answered = _last_sequence(session, conversation, AGENT)
    by_bot = _last_sequence(session, conversation, BOT)
    if _handed_over_by_bot(session, conversation):
        # The bot's last words say that a human will come; they answer nothing.
        request = _last_sequence(session, conversation, CUSTOMER, before=by_bot)
        by_bot = request - 1
    statement = (
        select(Message.timestamp)
        .where(Message.conversation_id == conversation.id)
        .where(Message.sender_type == CUSTOMER)
        .where(Message.sequence > max(answered, by_bot))
        .order_by(Message.sequence)
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none()


def _last_sequence(
    session: Session, conversation: Conversation, sender_type: str, before: int | None = None
) -> int:
    statement = (
        select(func.max(Message.sequence))
        .where(Message.conversation_id == conversation.id)
        .where(Message.sender_type == sender_type)
    )
    if before is not None:
        statement = statement.where(Message.sequence < before)
    return session.execute(statement).scalar_one() or 0


def _handed_over_by_bot(session: Session, conversation: Conversation) -> bool:
    """Whether the bot paused itself in the middle of a turn, which ends with listening."""
    paused = (
        select(func.max(TrackerEvent.sequence))
        .where(TrackerEvent.conversation_id == conversation.id)
        .where(TrackerEvent.type_name == "pause")
        .scalar_subquery()
    )
    statement = (
        select(TrackerEvent.data)
        .where(TrackerEvent.conversation_id == conversation.id)
        .where(TrackerEvent.type_name == "action")
        .where(TrackerEvent.sequence < paused)
        .order_by(TrackerEvent.sequence.desc())  # type: ignore[attr-defined]
        .limit(1)
    )
    action = session.execute(statement).scalar_one_or_none()
    return action is not None and action["name"] != "action_listen"
