"""Does what was asked, once the form knows everything it needs; then the next wish."""

import logging
from collections.abc import Callable
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions import changes, orders, products
from actions.effects import WritingAction
from actions.form.context import FormContext
from actions.form.progress import Progress, Verdict
from actions.requests import GET_INVOICE, HANDED_OVER, OTHER_CUSTOMER, REQUESTS, is_change
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.shop.backend.chosen import get_backend
from aisle.shop.backend.contract import BackendUnavailable, PlanOutdated

_NOT_ENDED_WITH = ("action_escalate_to_human", "request_form")
"""With one of these to follow, the present request has not ended."""

_log = logging.getLogger(__name__)

Handler = Callable[[Session, Conversation, Turn, CollectingDispatcher], list[Event]]

_HANDLERS: dict[str, Handler] = {
    "track_order": orders.tell_status,
    "order_details": orders.tell_details,
    "list_orders": orders.tell_list,
    "track_refund": orders.tell_refunds,
    GET_INVOICE: orders.tell_invoice,
    "product_availability": products.tell_availability,
    "product_price": products.tell_price,
    "product_information": products.tell_information,
    **dict.fromkeys(HANDED_OVER, changes.offer_handoff),
}


class FulfilRequest(WritingAction):
    def name(self) -> str:
        return "action_fulfil_request"

    def perform(
        self,
        session: Session,
        conversation: Conversation,
        turn: Turn,
        dispatcher: CollectingDispatcher,
    ) -> list[Event]:
        progress = Progress.of(turn)
        backend = get_backend(session)
        context = FormContext(turn, progress, session, conversation, backend, dispatcher, None)
        try:
            events = self._fulfil(context)
        except BackendUnavailable as error:
            _log.warning("The shop's system cannot be reached: %s", error)
            context.say("utter_shop_unavailable")
            return [SlotSet("verdict", None), FollowupAction("utter_offer_human")]
        goes_on = any(FollowupAction(name) in events for name in _NOT_ENDED_WITH)
        if not progress.waiting or goes_on:
            return events
        return [*_without_questions(events), *_begin_next(progress)]

    def _fulfil(self, context: FormContext) -> list[Event]:
        request, verdict = context.progress.request, context.progress.verdict
        ended = [SlotSet("verdict", None), *_forgotten()]
        if request == OTHER_CUSTOMER:
            context.say("utter_only_own_orders")
            return [SlotSet("request", None)]
        if verdict == Verdict.HUMAN:
            return [SlotSet("verdict", None), FollowupAction("action_escalate_to_human")]
        if verdict == Verdict.NOT_SUPPORTED:
            handed_over = changes.offer_handoff(
                context.session, context.conversation, context.turn, context.dispatcher
            )
            return [SlotSet("verdict", None), *handed_over]
        if verdict == Verdict.HUMAN_OFFERED:
            return [SlotSet("verdict", None), FollowupAction("utter_offer_human")]
        if verdict == Verdict.DROPPED:
            context.say("utter_nothing_changed" if is_change(request) else "utter_stopped")
            return ended
        if verdict == Verdict.TOLD:
            context.say("utter_anything_else")
            return ended
        if request not in REQUESTS:
            context.say("utter_what_next")
            return [SlotSet("request", None)]
        if REQUESTS[request].operation is not None:
            return self._change(context, ended)
        turn, conversation = context.turn, context.conversation
        return _HANDLERS[request](context.session, conversation, turn, context.dispatcher)

    def _change(self, context: FormContext, ended: list[Event]) -> list[Event]:
        if context.progress.verdict != Verdict.CONFIRMED:
            raise RuntimeError("A change that nobody confirmed is not carried out")
        try:
            done = changes.carry_out(context)
        except PlanOutdated:
            context.say("utter_plan_outdated")
            return [SlotSet("verdict", None), FollowupAction("request_form")]
        if done:
            return [*ended, SlotSet("last_change", context.progress.request)]
        return [SlotSet("verdict", None), FollowupAction("utter_offer_human")]


def _forgotten() -> list[Event]:
    """A request that has ended; which order it was about is still known."""
    names = ("request", "draft", "offer", "notes", "alternative")
    return [SlotSet(name, None) for name in names]


def _without_questions(events: list[Event]) -> list[Event]:
    return [event for event in events if event["event"] != "followup"]


def _begin_next(progress: Progress) -> list[Event]:
    """Go on with the next of several wishes."""
    wish, *others = progress.waiting or []
    progress.begin(wish["request"], wish["text"], wish["dates"], wish.get("notes"))
    slots: dict[str, Any] = {
        "request": progress.request,
        "order_hint": progress.order_hint,
        "notes": progress.notes,
        "draft": None,
        "offer": None,
        "alternative": None,
        "verdict": None,
        "waiting": others or None,
    }
    return [
        *(SlotSet(name, value) for name, value in slots.items()),
        FollowupAction("request_form"),
    ]
