"""Pages of conversations and messages, in an order that new ones do not disturb."""

import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation, Message


class CursorError(Exception):
    """The cursor was not made here."""


@dataclass(frozen=True)
class ConversationFilter:
    """None means any."""

    status: str | None = None
    customer_id: uuid.UUID | None = None
    channel: str | None = None
    priority: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True)
class Page:
    conversations: Sequence[Conversation]
    next_cursor: str | None


def list_conversations(
    session: Session, wanted: ConversationFilter, limit: int, cursor: str | None = None
) -> Page:
    """Return the newest conversations first, ``limit`` at a time.

    Args:
        cursor: ``next_cursor`` of the page before.

    Raises:
        CursorError: the cursor was not made here.
    """
    key = tuple_(Conversation.created_at, Conversation.id)
    statement = select(Conversation).where(*_conditions(wanted))
    if cursor is not None:
        statement = statement.where(key < tuple_(*_position(cursor)))
    newest = statement.order_by(Conversation.created_at.desc(), Conversation.id.desc())  # type: ignore[attr-defined]
    found = list(session.execute(newest.limit(limit + 1)).scalars())
    page = found[:limit]
    return Page(page, _cursor(page[-1]) if len(found) > limit else None)


def list_messages(
    session: Session, conversation_id: uuid.UUID, after: int = 0, limit: int = 100
) -> list[Message]:
    """Return the messages with a sequence number above ``after``, in order."""
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.sequence > after)
        .order_by(Message.sequence)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def list_replies(session: Session, message_id: uuid.UUID) -> list[Message]:
    """Return what the bot answered to a customer's message."""
    statement = select(Message).where(Message.in_reply_to == message_id).order_by(Message.sequence)
    return list(session.execute(statement).scalars())


def _conditions(wanted: ConversationFilter) -> list[Any]:
    table: Any = Conversation
    equal = ("status", "customer_id", "channel", "priority")
    conditions = [
        getattr(table, name) == getattr(wanted, name)
        for name in equal
        if getattr(wanted, name) is not None
    ]
    if wanted.created_from is not None:
        conditions.append(table.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        conditions.append(table.created_at < wanted.created_before)
    return conditions


def _cursor(conversation: Conversation) -> str:
    position = [conversation.created_at.isoformat(), str(conversation.id)]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def _position(cursor: str) -> tuple[Any, Any]:
    try:
        created_at, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        moment = datetime.fromisoformat(created_at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
        moment = moment.astimezone(timezone.utc)
        columns: Any = Conversation.__table__.c  # type: ignore[attr-defined]
        return _typed(moment, columns.created_at), _typed(uuid.UUID(key), columns.id)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise CursorError("This cursor was not made here; start with the first page") from error


def _typed(value: Any, column: Any) -> Any:
    return literal(value, column.type)
