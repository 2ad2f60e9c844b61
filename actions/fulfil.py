"""Does what was asked, once the form knows everything it needs."""

from collections.abc import Callable

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions import changes, orders, products
from actions.effects import WritingAction
from actions.requests import HANDED_OVER, OTHER_CUSTOMER, REQUESTS
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.conversations.verification import is_locked, is_verified

Handler = Callable[[Session, Conversation, Turn, CollectingDispatcher], list[Event]]

_HANDLERS: dict[str, Handler] = {
    "track_order": orders.tell_status,
    "order_details": orders.tell_details,
    "list_orders": orders.tell_list,
    "track_refund": orders.tell_refunds,
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
        request = turn.slot("request")
        if request == OTHER_CUSTOMER:
            dispatcher.utter_message(response="utter_only_own_orders")
            return [SlotSet("request", None)]
        if request not in REQUESTS:
            dispatcher.utter_message(response="utter_what_next")
            return [SlotSet("request", None)]
        if REQUESTS[request].needs_identity and not is_verified(conversation):
            # The form only lets an unknown customer through when the tries are used up.
            assert is_locked(conversation)
            dispatcher.utter_message(response="utter_too_many_attempts")
            return [FollowupAction("action_escalate_to_human")]
        return _HANDLERS[request](session, conversation, turn, dispatcher)
