"""Rasa's tracker store on the project's own database.

Each save is one transaction: the new dialogue events, the messages among them,
and the conversation they belong to.
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.conversations.contexts import renew_context
from aisle.conversations.dialogue import (
    all_events,
    append_events,
    find_conversation,
    last_event,
    open_conversation,
    session_events,
    was_paused_since,
)
from aisle.conversations.inbox import Claim, end_claim
from aisle.conversations.models import Conversation
from aisle.conversations.status import CUSTOMER, check_sender
from aisle.database.engine import Database, get_database
from aisle.handoff.service import escalate
from aisle.rasa_ext.log import protect_log
from aisle.rasa_ext.policies import TECHNICAL_PROBLEM
from aisle.rasa_ext.turn import ActionFailed, Turn, TurnAborted, current_turn


class TrackerStoreError(Exception):
    """The tracker store cannot work; Rasa must not go on without it."""


class StoredTracker(DialogueStateTracker):
    """A tracker that knows how many of its events the database already has.

    ``last_event`` is the sequence number of the conversation's latest event by then.
    """

    stored_events = 0
    last_event = 0


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
        turn = current_turn()
        with _aborting(turn), self._database.transaction() as session:
            conversation = open_conversation(session, tracker.sender_id)
            new = self._new_events(session, conversation, tracker)
            has_failed = any(getattr(e, "action_name", None) == TECHNICAL_PROBLEM for e in new)
            if has_failed and turn is not None and not turn.is_last_try:
                raise ActionFailed
            answered = _answered_claim(turn, new)
            if answered is not None:
                end_claim(session, answered)
            if _taken_over(session, conversation, tracker):
                new = [event for event in new if isinstance(event, UserUttered)]
            append_events(session, conversation, [event.as_dict() for event in new])
            if has_failed:
                escalate(session, conversation, "technical_problem", _failure_summary(tracker))
            last = last_event(session, conversation)
            renew_context(session, conversation)
        if isinstance(tracker, StoredTracker):
            tracker.stored_events = len(tracker.events)
            tracker.last_event = last
        if turn is not None and answered is not None:
            turn.is_answered = True
        await self.stream_events(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        turn = current_turn()
        with _aborting(turn), self._database.reading() as session:
            conversation = find_conversation(session, sender_id)
            if conversation is None:
                return None
            if turn is not None and turn.claim is None:  # over one of Rasa's own channels
                check_sender(conversation.status, CUSTOMER)
            events = session_events(session, conversation)
            return self._tracker(sender_id, events, last_event(session, conversation))

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        with self._database.reading() as session:
            conversation = find_conversation(session, conversation_id)
            if conversation is None:
                return None
            events = all_events(session, conversation)
            return self._tracker(conversation_id, events, last_event(session, conversation))

    async def keys(self) -> Iterable[str]:
        with self._database.reading() as session:
            return list(session.execute(select(Conversation.sender_id)).scalars())

    def _tracker(
        self, sender_id: str, events: list[dict[str, Any]], last_event: int
    ) -> StoredTracker:
        tracker = StoredTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.last_event = last_event
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


@contextmanager
def _aborting(turn: Turn | None) -> Iterator[None]:
    """Let an error end the turn, if there is one: Rasa would go on without the store."""
    try:
        yield
    except Exception as error:
        if turn is None:
            raise
        raise TurnAborted from error


def _answered_claim(turn: Turn | None, new: list[Any]) -> Claim | None:
    if turn is None or turn.claim is None:
        return None
    said = {event.message_id for event in new if isinstance(event, UserUttered)}
    return turn.claim if str(turn.claim.message_id) in said else None


def _taken_over(
    session: Session, conversation: Conversation, tracker: DialogueStateTracker
) -> bool:
    """Whether a human took the conversation while the bot was still thinking."""
    if not isinstance(tracker, StoredTracker):
        return False  # Rasa made it, for a conversation that nobody else knew
    return was_paused_since(session, conversation, tracker.last_event)


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
