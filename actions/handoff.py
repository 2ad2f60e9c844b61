"""Hands the conversation to a human."""

import logging
import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, ConversationPaused, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.effects import WritingAction
from actions.form.details.base import Draft
from actions.form.progress import FORM_SLOTS
from actions.form.summaries import draft_in_words
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.handoff.service import escalate, queue_position
from aisle.handoff.summary import summarise
from aisle.handoff.urgency import needs_human_now
from aisle.settings import get_settings
from aisle.shop.backend.chosen import get_backend
from aisle.shop.backend.contract import BackendUnavailable
from aisle.shop.models import Order
from aisle.shop.orders import OrderNotFound

_log = logging.getLogger(__name__)

VERY_UPSET = -0.6
"""Sentiment from which on a complaint goes straight to a human."""


class EscalateToHuman(WritingAction):
    def name(self) -> str:
        return "action_escalate_to_human"

    def perform(
        self,
        session: Session,
        conversation: Conversation,
        turn: Turn,
        dispatcher: CollectingDispatcher,
    ) -> list[Event]:
        request = turn.slot("request")
        summary = summarise(
            conversation,
            request=request,
            order_number=turn.slot("order_number"),
            details=_details(session, conversation, turn),
            said=turn.wishes(),
            sentiment=turn.sentiments(),
        )
        reason = request or turn.last_wish() or "contact_human_agent"
        handoff = escalate(session, conversation, reason, summary)
        dispatcher.utter_message(
            response="utter_escalated",
            position=queue_position(session, handoff),
            hours=get_settings().shop.support_hours,
        )
        return [
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            *(SlotSet(name, None) for name in FORM_SLOTS),
            ConversationPaused(),
        ]


def _details(session: Session, conversation: Conversation, turn: Turn) -> str:
    """What is known of a change that is not made, and wishes that are still waiting."""
    parts = []
    number, customer_id = turn.slot("order_number"), conversation.customer_id
    if turn.slot("draft") and customer_id is not None:
        order = _order(session, customer_id, number) if number else None
        parts.append(draft_in_words(Draft.from_slot(turn.slot("draft")), order))
    parts += [f"also wants: {wish['text']}" for wish in turn.slot("waiting") or []]
    return " · ".join(part for part in parts if part)


def _order(session: Session, customer_id: uuid.UUID, number: str) -> Order | None:
    """The order, as far as the shop's system can be asked: a human is needed all the more."""
    try:
        return get_backend(session).order(customer_id, number)
    except (BackendUnavailable, OrderNotFound) as error:
        _log.warning("A hand-over goes without its order: %s", type(error).__name__)
        return None


class ReactToComplaint(Action):
    """Apologises; a very upset customer or a threat goes to a human at once."""

    def name(self) -> str:
        return "action_react_to_complaint"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(tracker)
        dispatcher.utter_message(response="utter_sorry_for_trouble")
        urgent = turn.sentiment <= VERY_UPSET or needs_human_now(turn.text)
        repeated = turn.count_of_intent("complaint") > 1
        if urgent or repeated:
            return [FollowupAction("action_escalate_to_human")]
        return [FollowupAction("utter_offer_human")]
