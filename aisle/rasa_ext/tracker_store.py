"""Rasa's tracker store on the project's own database.

Each save is one transaction: the new dialogue events, the messages among them,
and the conversation they belong to.
"""

import itertools
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation
from aisle.conversations.service import (
    all_events,
    append_events,
    find_conversation,
    open_conversation,
    session_events,
)
from aisle.database.engine import Database, get_database
from aisle.handoff.service import escalate
from aisle.rasa_ext.log import protect_log
from aisle.rasa_ext.policies import TECHNICAL_PROBLEM


class TrackerStoreError(Exception):
    """The tracker store cannot work; Rasa must not go on without it."""


class StoredTracker(DialogueStateTracker):
    """A tracker that knows how many of its events the database already has."""

    stored_events = 0


class AisleTrackerStore(TrackerStore):
    """Named in endpoints.yml as ``aisle.rasa_ext.tracker_store.AisleTrackerStore``."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        database: Database | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._database = database or _reachable_database()
        protect_log()

    async def save(self, tracker: DialogueStateTracker) -> None:
        with self._database.transaction() as session:
            conversation = open_conversation(session, tracker.sender_id)
            new = self._new_events(session, conversation, tracker)
            append_events(session, conversation, [event.as_dict() for event in new])
            if any(getattr(event, "action_name", None) == TECHNICAL_PROBLEM for event in new):
                escalate(session, conversation, "technical_problem", _failure_summary(tracker))
        if isinstance(tracker, StoredTracker):
            tracker.stored_events = len(tracker.events)
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with self._database.reading() as session:
            conversation = find_conversation(session, sender_id)
            if conversation is None:
                return None
            return self._tracker(sender_id, session_events(session, conversation))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        with self._database.reading() as session:
            conversation = find_conversation(session, conversation_id)
            if conversation is None:
                return None
            return self._tracker(conversation_id, all_events(session, conversation))

    async def keys(self) -> Iterable[str]:
        with self._database.reading() as session:
            return list(session.execute(select(Conversation.sender_id)).scalars())

    def _tracker(self, sender_id: str, events: list[dict[str, Any]]) -> StoredTracker | None:
        if not events:
            return None
        tracker = StoredTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored_events = len(tracker.events)
        return tracker

    def _new_events(
        self, session: Session, conversation: Conversation, tracker: DialogueStateTracker
    ) -> list[Any]:
        if isinstance(tracker, StoredTracker):
            known = tracker.stored_events
        else:
            known = len(session_events(session, conversation))
        return list(itertools.islice(tracker.events, known, None))


def _reachable_database() -> Database:
    # Rasa takes an ImportError or AttributeError from here as "use the in-memory
    # store", which would lose every conversation without a word.
    try:
        database = get_database()
        with database.reading() as session:
            session.execute(select(func.count()).select_from(Conversation))
    except Exception as error:
        raise TrackerStoreError(
            f"The tracker store cannot use the database ({error}). "
            "Check the database settings and run 'aisle db upgrade'."
        ) from error
    return database


def _failure_summary(tracker: DialogueStateTracker) -> str:
    message = tracker.latest_message
    said = message.text if message is not None and message.text else "nothing"
    return f"The assistant had a technical problem. The customer's last message: {said}"
