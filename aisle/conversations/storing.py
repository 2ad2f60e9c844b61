"""How a message gets its place in a conversation.

Statements instead of mapped objects: this is what every message waits for, and the
unit of work takes four times as long (benchmarks/api/accept.py).
"""

import uuid
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation, InboxEntry, Message
from aisle.conversations.news import announce
from aisle.database.types import utc_now

_conversations: Any = Conversation.__table__  # type: ignore[attr-defined]  # SQLAlchemy adds it
_messages: Any = Message.__table__  # type: ignore[attr-defined]
_inbox: Any = InboxEntry.__table__  # type: ignore[attr-defined]
_KEY = bindparam("key")

_LOCK = (
    select(_conversations.c.status, _conversations.c.message_count)
    .where(_conversations.c.id == _KEY)
    .with_for_update()
)
_COUNT = update(_conversations).where(_conversations.c.id == _KEY)
_ADD, _ADD_TO_INBOX = insert(_messages), insert(_inbox)


class Place(NamedTuple):
    """A locked conversation's status, and how many messages it has."""

    status: str
    message_count: int


def lock_place(session: Session, conversation_id: uuid.UUID) -> Place | None:
    """Lock the conversation's row until the transaction ends; None when there is none."""
    row = session.connection().execute(_LOCK, {"key": conversation_id}).one_or_none()
    return None if row is None else Place(*row)


def store_message(
    session: Session, conversation_id: uuid.UUID, message_count: int, message: Message
) -> None:
    """Store a message after ``message_count`` others; the conversation's row is locked.

    ``message`` is filled in but not attached to the session.
    """
    message.id = message.id or uuid.uuid4()
    message.conversation_id = conversation_id
    message.sequence = message_count + 1
    message.timestamp = message.timestamp or utc_now()
    message.message_type = message.message_type or "text"
    message.details = message.details or {}
    message.entities = message.entities or []
    connection = session.connection()
    counted = {"message_count": message.sequence, "updated_at": utc_now()}
    connection.execute(_COUNT, {"key": conversation_id, **counted})
    columns = {"metadata": message.details, **_columns(message)}
    connection.execute(_ADD, columns)
    announce(session, conversation_id, "message")


def add_to_inbox(session: Session, message: Message) -> None:
    """Let a message, stored in the same transaction, wait for an answer."""
    entry = {
        "message_id": message.id,
        "conversation_id": message.conversation_id,
        "sequence": message.sequence,
    }
    session.connection().execute(_ADD_TO_INBOX, entry)
    announce(session, message.conversation_id, "inbox")


def _columns(message: Message) -> dict[str, Any]:
    names = (name for name in _messages.c.keys() if name != "metadata")
    return {name: getattr(message, name) for name in names}
