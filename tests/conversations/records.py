"""What the database says about one conversation: the record that cases are held against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import find_conversation
from aisle.conversations.models import Conversation, Message, TrackerEvent
from aisle.handoff.models import Handoff
from aisle.handoff.service import resolve_handoff
from aisle.knowledge.models import ArticleRating, UnansweredQuestion
from aisle.shop.models import AuditEntry


@dataclass(frozen=True)
class Table:
    """A table, and its column that leads to the conversation."""

    model: Any
    key: str

    def columns(self) -> list[str]:
        return list(inspect(self.model).column_attrs.keys())

    def rows(self, session: Session, conversation: Conversation) -> list[Any]:
        owner = conversation.id if self.key in ("id", "conversation_id") else conversation.sender_id
        statement = select(self.model).where(getattr(self.model, self.key) == owner)
        return list(session.execute(statement).scalars())


TABLES = {
    "conversations": Table(Conversation, "id"),
    "messages": Table(Message, "conversation_id"),
    "handoffs": Table(Handoff, "conversation_id"),
    "unanswered_questions": Table(UnansweredQuestion, "sender_id"),
    "article_ratings": Table(ArticleRating, "sender_id"),
}


def events_after(session: Session, sender_id: str, sequence: int) -> list[TrackerEvent]:
    """Return the conversation's dialogue events after a sequence number, in order."""
    statement = (
        select(TrackerEvent)
        .join(Conversation, Conversation.id == TrackerEvent.conversation_id)
        .where(Conversation.sender_id == sender_id, TrackerEvent.sequence > sequence)
        .order_by(TrackerEvent.sequence)
    )
    return list(session.execute(statement).scalars())


def rows_like(session: Session, sender_id: str, table: str, columns: Mapping[str, Any]) -> bool:
    """Whether the conversation has a row with these values."""
    return any(
        all(matches(value, getattr(row, column)) for column, value in columns.items())
        for row in all_rows(session, sender_id, table)
    )


def all_rows(session: Session, sender_id: str, table: str) -> list[Any]:
    conversation = find_conversation(session, sender_id)
    return [] if conversation is None else TABLES[table].rows(session, conversation)


def audited(session: Session, sender_id: str) -> list[str]:
    """Return the operations in the audit log, in order; those of others are marked."""
    conversation = find_conversation(session, sender_id)
    own = None if conversation is None else conversation.id
    entries = session.execute(select(AuditEntry).order_by(AuditEntry.created_at)).scalars()
    return [
        entry.operation if entry.conversation_id == own else f"{entry.operation} (not from here)"
        for entry in entries
    ]


def email_address(session: Session, sender_id: str) -> str | None:
    """Return the address of the customer that the conversation is bound to."""
    conversation = find_conversation(session, sender_id)
    customer = None if conversation is None else conversation.customer
    return None if customer is None else customer.email


def resolve_waiting_handoff(session: Session, sender_id: str) -> bool:
    """Give the conversation back to the bot, as ``aisle handoffs resolve`` does.

    Returns:
        Whether a hand-over was waiting.
    """
    waiting = [row for row in all_rows(session, sender_id, "handoffs") if row.status == "waiting"]
    for handoff in waiting:
        resolve_handoff(session, handoff.id)
    return bool(waiting)


def matches(expected: Any, actual: Any) -> bool:
    """Whether a value is the expected one; ``*`` in a text stands for any characters."""
    if isinstance(expected, str):
        return actual is not None and text_matches(expected, str(actual))
    return bool(expected == actual)


def text_matches(pattern: str, text: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
