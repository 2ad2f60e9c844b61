"""Actions that write: what they do happens once, in one transaction."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.background import in_background
from actions.turn import Event, Turn
from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation
from aisle.conversations.results import ActionRun
from aisle.database.engine import get_database


def once(turn: Turn, name: str, write: Callable[[Session], None]) -> None:
    """Write something in a transaction of its own, unless this turn has done so already."""
    with get_database().transaction() as session:
        open_conversation(session, turn.sender_id)  # locked, so that two runs see each other
        run = ActionRun(session, turn.message_id, turn.position, name)
        if run.earlier() is None:
            write(session)
            run.keep([], [])


class WritingAction(Action, ABC):
    """An action with side effects. A message that is processed again, because a server
    died, gets the first run's answer, and nothing is done a second time."""

    @abstractmethod
    def perform(
        self,
        session: Session,
        conversation: Conversation,
        turn: Turn,
        dispatcher: CollectingDispatcher,
    ) -> list[Event]:
        """Do it within the session's transaction; return the events, as ``run`` would."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        # A mail server or a shop's system may be slow; others are served meanwhile.
        return await in_background(self._run, Turn(tracker), dispatcher)

    def _run(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        with get_database().transaction() as session:
            conversation = open_conversation(session, turn.sender_id)
            run = ActionRun(session, turn.message_id, turn.position, self.name())
            earlier = run.earlier()
            if earlier is not None:
                events, responses = earlier
                dispatcher.messages.extend(responses)
                return events
            events = self.perform(session, conversation, turn, dispatcher)
            run.keep(events, dispatcher.messages)
            return events
