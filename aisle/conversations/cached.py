"""What is read often, from the cache when it is there. A write drops it (see ``news``)."""

import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation
from aisle.conversations.news import context_key, conversation_key
from aisle.conversations.overview import get_conversation_context
from aisle.conversations.service import ConversationService
from aisle.database.engine import Database
from aisle.live.cache import get_cache
from aisle.settings import get_settings

Json = dict[str, Any]
_SHOWN = (
    "id",
    "customer_id",
    "channel",
    "status",
    "priority",
    "verification_level",
    "verified_by",
    "message_count",
    "created_at",
    "updated_at",
)


def read_conversation(database: Database, conversation_id: uuid.UUID) -> Json:
    """Return a conversation's fields as JSON values.

    Raises:
        ConversationNotFound: there is none with this id.
    """

    def read(session: Session) -> Json:
        return _shown(ConversationService(session).get_conversation(conversation_id))

    lifetime = get_settings().performance.cache_ttl
    return _cached(database, conversation_key(conversation_id), read, lifetime)


def read_context(database: Database, conversation_id: uuid.UUID) -> Json:
    """Return what ``get_conversation_context`` does, as JSON values.

    Raises:
        ConversationNotFound: there is no such conversation.
    """

    def read(session: Session) -> Json:
        overview = asdict(get_conversation_context(session, conversation_id))
        return {name: _as_json(value) for name, value in overview.items()}

    lifetime = get_settings().performance.cache_ttl // 2
    return _cached(database, context_key(conversation_id), read, lifetime)


def _cached(database: Database, key: str, read: Callable[[Session], Json], lifetime: int) -> Json:
    cache = get_cache()
    found: Json | None = cache.get(key)
    if found is None:
        with database.reading() as session:
            found = read(session)
        cache.fill(key, found, lifetime)
    return found


def _shown(conversation: Conversation) -> Json:
    return {name: _as_json(getattr(conversation, name)) for name in _SHOWN}


def _as_json(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value
