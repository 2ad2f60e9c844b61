"""Questions about orders while a change is being dealt with: answered, and the change goes on."""

from collections.abc import Callable

from actions import orders
from actions.form.context import CONFIRMATION, FormContext
from actions.request_words import takes_back
from actions.requests import QUESTIONS_ABOUT_ORDERS
from aisle.shop.catalogue import get_catalogue
from aisle.shop.choice import OrderHint, point_at_order

_TELL: dict[str, Callable[..., object]] = {
    "track_order": orders.tell_status,
    "order_details": orders.tell_details,
    "list_orders": orders.tell_list,
    "track_refund": orders.tell_refunds,
}


def answer_about_orders(context: FormContext) -> bool:
    """Answer a question about the customer's orders; whether the message was one."""
    turn = context.turn
    if context.asked is None or turn.intent not in QUESTIONS_ABOUT_ORDERS or not context.is_known:
        return False
    if takes_back(turn.text):
        return False
    if turn.intent == "track_refund" and context.asked == CONFIRMATION:
        return True  # the summary says what is refunded, and is repeated
    hint = OrderHint(turn.text, turn.entities("date"))
    choice = point_at_order(
        context.orders, hint, get_catalogue(), current=context.progress.order_number
    )
    number = choice.order.id if choice and choice.order else context.progress.order_number
    if number is None and turn.intent != "list_orders":
        return False
    turn.set_slot("order_number", number)
    _TELL[turn.intent](context.session, context.conversation, turn, context.dispatcher)
    return True
