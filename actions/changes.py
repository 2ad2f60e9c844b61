"""Requests that a colleague carries out: the bot understands them and passes them on."""

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.orders import current_order, say_no_orders, tell_refunds
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.shop.wording import spoken_lines


def offer_handoff(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    if turn.slot("request") == "get_refund" and order.refunds:
        return tell_refunds(session, conversation, turn, dispatcher)
    dispatcher.utter_message(
        response=f"utter_wish_{turn.slot('request')}",
        order_number=order.id,
        items=spoken_lines(order.lines),
    )
    return [
        SlotSet("order_number", order.id),
        FollowupAction("utter_offer_request_handoff"),
    ]
