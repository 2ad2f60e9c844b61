"""What the bot says about a customer's orders and refunds."""

from datetime import date
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.database.types import utc_now
from aisle.shop.models import Order, OrderLine, Refund
from aisle.shop.orders import (
    OrderState,
    Parcel,
    describe,
    get_order,
    list_orders,
    order_total,
    refunds_of,
)
from aisle.shop.wording import (
    money,
    payment_method_name,
    short_order,
    spoken_date,
    spoken_lines,
    spoken_list,
)

MOST_LISTED = 5
MOST_REFUNDS = 3


def tell_status(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    today = utc_now().date()
    for response, values in _status(order, today):
        dispatcher.utter_message(response=response, **values)
    if order.status == OrderState.DELIVERED:
        return [SlotSet("order_number", order.id), FollowupAction("utter_ask_anything_wrong")]
    return [SlotSet("order_number", order.id)]


def tell_details(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    methods = dict.fromkeys(payment_method_name(payment.method) for payment in order.payments)
    dispatcher.utter_message(
        response="utter_order_details",
        order_number=order.id,
        placed=_day(order.placed_at.date()),
        items="; ".join(_line(line) for line in order.lines),
        shipping="free" if order.shipping_cost == 0 else money(order.shipping_cost),
        total=money(order_total(order)),
        payment=spoken_list(list(methods)),
    )
    return [SlotSet("order_number", order.id)]


def tell_list(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    assert conversation.customer_id is not None  # the form has seen to it
    orders = list_orders(session, conversation.customer_id)
    if not orders:
        return say_no_orders(dispatcher)
    latest = orders[:MOST_LISTED]
    listed = "\n".join(f"- {short_order(order)}, {order.status}" for order in latest)
    if len(orders) == 1:
        dispatcher.utter_message(response="utter_order_list_single", orders=listed)
        return [SlotSet("order_number", orders[0].id)]
    dispatcher.utter_message(response="utter_order_list", count=len(orders), orders=listed)
    dispatcher.utter_message(response="utter_ask_next_order_step")
    # A number or "the second one" is then answered with that order's status.
    offered = [order.id for order in latest]
    return [SlotSet("offered_orders", offered), SlotSet("request", "track_order")]


def tell_refunds(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    assert conversation.customer_id is not None  # the form has seen to it
    refunds = refunds_of(session, conversation.customer_id, turn.slot("order_number"))
    if not refunds and turn.slot("order_number"):
        refunds = refunds_of(session, conversation.customer_id)
    if not refunds:
        dispatcher.utter_message(response="utter_no_refund")
    for refund in refunds[:MOST_REFUNDS]:
        response, values = _refund(refund, utc_now().date())
        dispatcher.utter_message(response=response, **values)
    return [SlotSet("request", "track_refund")]


def current_order(session: Session, conversation: Conversation, turn: Turn) -> Order | None:
    """Return the order that the form has settled on; None when the customer has no orders."""
    number = turn.slot("order_number")
    assert conversation.customer_id is not None  # the form has seen to it
    return get_order(session, conversation.customer_id, number) if number else None


def say_no_orders(dispatcher: CollectingDispatcher) -> list[Event]:
    dispatcher.utter_message(response="utter_no_orders")
    return [SlotSet("request", None), FollowupAction("utter_offer_human")]


def _status(order: Order, today: date) -> list[tuple[str, dict[str, Any]]]:
    parcels = describe(order).parcels
    common = {
        "order_number": order.id,
        "placed": _day(order.placed_at.date()),
        "items": spoken_lines(order.lines),
    }
    if order.status == OrderState.CANCELLED:
        return [("utter_order_cancelled", common), *_refunds(order, today)]
    if order.status == OrderState.RETURN_REQUESTED:
        return [("utter_order_return_requested", common), *_refunds(order, today)]
    if order.status == OrderState.EXCHANGE_REQUESTED:
        return [("utter_order_exchange_requested", common)]
    if not parcels:
        return [("utter_order_pending", common)]
    if len(parcels) == 1:
        state, values = _parcel(parcels[0], today)
        return [(f"utter_order_{state}", {**common, **values})]
    intro = ("utter_order_in_parcels", {**common, "count": len(parcels)})
    told = [_parcel(parcel, today) for parcel in parcels]
    return [intro, *((f"utter_parcel_{state}", values) for state, values in told)]


def _parcel(parcel: Parcel, today: date) -> tuple[str, dict[str, Any]]:
    values = {
        "items": spoken_lines(parcel.lines),
        "carrier": parcel.carrier,
        "tracking": parcel.tracking_number,
        "shipped": spoken_date(parcel.shipped_on, today),
        "expected": spoken_date(parcel.expected_on, today),
    }
    if parcel.delivered_on is not None:
        return "delivered", {**values, "delivered": spoken_date(parcel.delivered_on, today)}
    return ("late" if parcel.expected_on < today else "underway"), values


def _refunds(order: Order, today: date) -> list[tuple[str, dict[str, Any]]]:
    return [_refund(refund, today) for refund in order.refunds]


def _refund(refund: Refund, today: date) -> tuple[str, dict[str, Any]]:
    values = {
        "amount": money(refund.amount),
        "order_number": refund.order_id,
        "method": payment_method_name(refund.method),
        "issued": spoken_date(refund.issued_at.date(), today),
    }
    if refund.completed_at is None:
        return "utter_refund_underway", values
    return "utter_refund_done", {
        **values,
        "completed": spoken_date(refund.completed_at.date(), today),
    }


def _line(line: OrderLine) -> str:
    options = spoken_list([str(value) for value in line.variant.options.values()])
    count = f"{line.quantity} × " if line.quantity > 1 else ""  # noqa: RUF001
    return f"{count}{line.variant.product.name} ({options}), {money(line.price)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
