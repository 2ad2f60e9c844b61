"""What one process tells the others about a conversation, and its form on the way."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

Kind = Literal["message", "status", "typing", "draft", "inbox"]


@dataclass(frozen=True)
class Event:
    """Conversation ``conversation_id`` has news. ``data`` is small: a few hundred bytes of JSON."""

    conversation_id: uuid.UUID
    kind: Kind
    data: dict[str, Any] = field(default_factory=dict)


News = Event | None
"""None: events may have been missed, so look into the database."""


def encode(news: News) -> bytes:
    """Return one line of ASCII without its end; what JSON does not know becomes a string."""
    parts = None if news is None else [str(news.conversation_id), news.kind, news.data]
    return json.dumps(parts, separators=(",", ":"), default=str).encode()


def decode(line: bytes) -> News:
    """Return what ``encode`` was given.

    Raises:
        ValueError: the line says something else, as a newer version of Aisle might.
    """
    parts = json.loads(line)
    if parts is None:
        return None
    match parts:
        case [str(conversation_id), str(kind), dict(data)] if kind in get_args(Kind):
            return Event(uuid.UUID(conversation_id), cast(Kind, kind), data)
    raise ValueError("it is not an event that this version of Aisle knows")
