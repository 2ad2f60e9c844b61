"""How a message gets its place in a conversation.

Statements instead of mapped objects: this is what every message waits for, and the
unit of work takes four times as long (benchmarks/api/accept.py).
"""

import uuid
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, text
from sqlalchemy.orm import Session

from aisle.conversations.models import InboxEntry, Message
from aisle.conversations.news import announce
from aisle.database.types import Guid, UtcDateTime, utc_now

_messages: Any = Message.__table__  # type: ignore[attr-defined]  # SQLAlchemy adds it
_inbox: Any = InboxEntry.__table__  # type: ignore[attr-defined]

# As text, because SQLAlchemy 1.4 knows no RETURNING for SQLite.
_TAKE = text(
    "UPDATE conversations SET message_count = message_count + :step, updated_at = :now"
    " WHERE id = :key RETURNING status, message_count"
).bindparams(bindparam("key", type_=Guid), bindparam("now", type_=UtcDateTime))
_ADD, _ADD_TO_INBOX = insert(_messages), insert(_inbox)


class Place(NamedTuple):
    """Where the next message goes, and the status of the conversation."""

    status: str
    sequence: int


def take_place(session: Session, conversation_id: uuid.UUID) -> Place | None:
    """Return the place of the next message; None when there is no such conversation.

    The conversation's row is locked until the transaction ends, so places are given one by one.
    """
    return _take(session, conversation_id, 1)


def give_back_place(session: Session, conversation_id: uuid.UUID) -> None:
    """Undo ``take_place``, in the same transaction."""
    _take(session, conversation_id, -1)


def store_message(
    session: Session, conversation_id: uuid.UUID, place: Place, message: Message
) -> None:
    """Store a message in its place. It is filled in but not attached to the session."""
    message.id = message.id or uuid.uuid4()
    message.conversation_id = conversation_id
    message.sequence = place.sequence
    message.timestamp = message.timestamp or utc_now()
    message.message_type = message.message_type or "text"
    message.details = message.details or {}
    message.entities = message.entities or []
    session.connection().execute(_ADD, {"metadata": message.details, **_columns(message)})
    announce(session, conversation_id, "message")


def _take(session: Session, conversation_id: uuid.UUID, step: int) -> Place | None:
    values = {"key": conversation_id, "step": step, "now": utc_now()}
    row = session.connection().execute(_TAKE, values).one_or_none()
    return None if row is None else Place(*row)


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
    names = (column.name for column in _messages.c if column.name != "metadata")
    return {name: getattr(message, name) for name in names}
