"""Tells the other processes, after the commit, that a conversation has news."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from aisle.database.engine import after_commit, before_commit
from aisle.live.bus import Event, Kind, get_bus
from aisle.live.cache import get_cache

_ANNOUNCED = "announced"
_Announced = dict[tuple[uuid.UUID, Kind], Event]


def conversation_key(conversation_id: uuid.UUID) -> str:
    return f"conv:{conversation_id}"


def context_key(conversation_id: uuid.UUID) -> str:
    return f"context:{conversation_id}"


def announce(session: Session, conversation_id: uuid.UUID, kind: Kind, **data: Any) -> None:
    """Say so once the session's transaction is committed; what is cached goes at once.

    Args:
        kind: ``message`` (something was said), ``inbox`` (it was said to the bot, and a worker
            has to do) or ``status``.
        data: what readers need to know at once; the truth is in the database.
    """
    announced: _Announced = session.info.setdefault(_ANNOUNCED, {})
    if not announced:
        before_commit(session, lambda: _drop_cached(announced))
        after_commit(session, lambda: _publish(session, announced))
    if kind == "inbox":  # says that there is a message, too
        announced.pop((conversation_id, "message"), None)
    announced[conversation_id, kind] = Event(conversation_id, kind, data)


def announce_typing(conversation_id: uuid.UUID, sender_type: str, active: bool) -> None:
    """Say that somebody writes, or has stopped; this is kept nowhere."""
    data = {"sender_type": sender_type, "active": active}
    get_bus().publish(Event(conversation_id, "typing", data))


def announce_draft(conversation_id: uuid.UUID, number: int, sentence: str) -> None:
    """Show a sentence of an answer that the bot is writing; this is kept nowhere.

    ``number`` counts from 1. The message that follows takes the place of all of them.
    """
    get_bus().publish(Event(conversation_id, "draft", {"number": number, "text": sentence}))


def _publish(session: Session, announced: _Announced) -> None:
    session.info.pop(_ANNOUNCED, None)
    # A reader may have filled the cache between the first time and the commit.
    _drop_cached(announced)
    for event in announced.values():
        get_bus().publish(event)


def _drop_cached(announced: _Announced) -> None:
    conversations = {conversation_id for conversation_id, _ in announced}
    get_cache().fence(
        [key(found) for found in conversations for key in (conversation_key, context_key)]
    )
