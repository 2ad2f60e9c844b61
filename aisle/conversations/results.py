"""Makes the side effects of actions happen once, however often a message is processed."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from aisle.conversations.models import ActionResult, InboxEntry, Message

Json = dict[str, Any]


class MessageSettled(Exception):
    """The message has its answer already; whoever still works on it comes too late."""


class ActionRun:
    """One run of an action, within the transaction of its side effects.

    It is known by the message and by its place among the actions of the turn. The
    conversation's row must be locked, so that of two runs the second finds the first's result.
    A message that never was in the inbox is processed once and needs none of this.
    """

    def __init__(self, session: Session, message_id: str | None, position: int, action: str):
        """Raises MessageSettled."""
        self._session = session
        self._key = _as_uuid(message_id)
        self._position = position
        self._action = action
        self._is_kept = self._key is not None and self._is_in_inbox(self._key)

    def earlier(self) -> tuple[list[Json], list[Json]] | None:
        """Return events and responses of the run that took effect, None when none did."""
        if not self._is_kept:
            return None
        place = (self._key, self._position, self._action)
        found = self._session.get(ActionResult, place)
        return None if found is None else (found.events, found.responses)

    def keep(self, events: list[Json], responses: list[Json]) -> None:
        """Keep the result until the message is answered."""
        if self._is_kept:
            self._session.add(
                ActionResult(
                    message_id=self._key,
                    position=self._position,
                    action=self._action,
                    events=events,
                    responses=responses,
                )
            )

    def _is_in_inbox(self, message_id: uuid.UUID) -> bool:
        if self._session.get(InboxEntry, message_id) is not None:
            return True
        if self._session.get(Message, message_id) is not None:
            raise MessageSettled(f"Message {message_id} is answered already")
        return False


def _as_uuid(message_id: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(message_id or "")
    except ValueError:
        return None
