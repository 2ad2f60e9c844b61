"""What the bot says about a customer's orders, refunds and invoices."""

import re
from datetime import date
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.conversations.verification import has_level
from aisle.customers.identity import required_level
from aisle.database.types import utc_now
from aisle.shop.backend.chosen import get_backend
from aisle.shop.catalogue import get_catalogue
from aisle.shop.models import Order, Payment, PaymentMethod, Refund
from aisle.shop.orders import (
    OPEN_STATES,
    OrderState,
    Parcel,
    describe,
    lines_named,
    order_total,
    refunds_of,
)
from aisle.shop.wording import (
    dated_number,
    detailed_line,
    money,
    payment_method_name,
    short_order,
    spoken_address,
    spoken_date,
    spoken_lines,
    spoken_list,
    spoken_tracking,
)

MOST_LISTED = 5
_DESCRIBES_ORDER = re.compile(
    r"\b(?:order|parcel|package|delivery|one) (?:with|that has|containing)\b", re.IGNORECASE
)
MOST_REFUNDS = 3

Message = tuple[str, dict[str, Any]]
"""A response's name and its values."""


def tell_status(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    _utter(dispatcher, _status(order, utc_now().date(), conversation))
    if order.status == OrderState.DELIVERED:
        return [SlotSet("order_number", order.id), FollowupAction("utter_ask_anything_wrong")]
    return [SlotSet("order_number", order.id)]


def tell_details(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    """Tell what is in the order; only the items that the latest message names, if it does."""
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    describes = _DESCRIBES_ORDER.search(turn.text)
    lines = [] if describes else lines_named(order, turn.text, get_catalogue())
    if lines and len(lines) < len(order.lines):
        items = "; ".join(detailed_line(line) for line in lines)
        dispatcher.utter_message(
            response="utter_order_items", order=dated_number(order), items=items
        )
        return [SlotSet("order_number", order.id)]
    dispatcher.utter_message(
        response="utter_order_details",
        order=dated_number(order),
        items="; ".join(detailed_line(line) for line in order.lines),
        shipping="free" if order.shipping_cost == 0 else money(order.shipping_cost),
        total=money(order_total(order)),
    )
    if _may_show_payment(conversation):
        methods = dict.fromkeys(payment_method_name(payment.method) for payment in order.payments)
        dispatcher.utter_message(
            response="utter_order_payment_and_address",
            payment=spoken_list(list(methods)),
            address=spoken_address(order.address),
        )
    return [SlotSet("order_number", order.id)]


def tell_list(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    orders = own_orders(session, conversation)
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
    orders = own_orders(session, conversation)
    of_one = refunds_of(order for order in orders if order.id == turn.slot("order_number"))
    refunds = of_one or refunds_of(orders)
    if not refunds:
        dispatcher.utter_message(response="utter_no_refund")
    _utter(dispatcher, _refunds(refunds[:MOST_REFUNDS], utc_now().date(), conversation))
    return [SlotSet("request", "track_refund")]


def tell_invoice(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    """Tell what was paid for the order, and where its invoice is."""
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    may_show = _may_show_payment(conversation)
    if order.payments:
        paid = spoken_list([_payment(payment, may_show) for payment in order.payments])
        dispatcher.utter_message(
            response="utter_invoice_paid",
            order=dated_number(order),
            paid=paid,
            total=money(order_total(order)),
        )
    _utter(dispatcher, _refunds(order.refunds, utc_now().date(), conversation))
    dispatcher.utter_message(response=_where_the_invoice_is(order))
    return [SlotSet("order_number", order.id)]


def own_orders(session: Session, conversation: Conversation) -> list[Order]:
    """Return the customer's orders, the newest first."""
    assert conversation.customer_id is not None  # the form has seen to it
    return list(get_backend(session).orders(conversation.customer_id))


def current_order(session: Session, conversation: Conversation, turn: Turn) -> Order | None:
    """Return the order that the form has settled on; None when the customer has no orders."""
    number = turn.slot("order_number")
    assert conversation.customer_id is not None  # the form has seen to it
    return get_backend(session).order(conversation.customer_id, number) if number else None


def say_no_orders(dispatcher: CollectingDispatcher) -> list[Event]:
    dispatcher.utter_message(response="utter_no_orders")
    return [SlotSet("request", None), FollowupAction("utter_offer_human")]


def _utter(dispatcher: CollectingDispatcher, messages: list[Message]) -> None:
    for response, values in messages:
        dispatcher.utter_message(response=response, **values)


def _may_show_payment(conversation: Conversation) -> bool:
    return has_level(conversation, required_level("show_payment"))


def _status(order: Order, today: date, conversation: Conversation) -> list[Message]:
    parcels = describe(order).parcels
    common = {
        "order_number": order.id,
        "order": dated_number(order),
        "items": spoken_lines(order.lines),
    }
    if order.status == OrderState.CANCELLED:
        return [("utter_order_cancelled", common), *_refunds(order.refunds, today, conversation)]
    if order.status == OrderState.RETURN_REQUESTED:
        refunds = _refunds(order.refunds, today, conversation)
        return [("utter_order_return_requested", common), *refunds]
    if order.status == OrderState.EXCHANGE_REQUESTED:
        return [("utter_order_exchange_requested", common)]
    if not parcels:
        return [(_without_parcels(order), common)]
    if len(parcels) == 1:
        state, values = _parcel(parcels[0], today)
        return [(f"utter_order_{state}", {**common, **values})]
    intro = ("utter_order_in_parcels", {**common, "count": len(parcels)})
    told = [_parcel(parcel, today) for parcel in parcels]
    return [intro, *((f"utter_parcel_{state}", values) for state, values in told)]


def _without_parcels(order: Order) -> str:
    if order.status == OrderState.DELIVERED:
        return "utter_order_delivered_untracked"
    if order.status == OrderState.PROCESSED:
        return "utter_order_underway_untracked"
    return "utter_order_pending"


def _parcel(parcel: Parcel, today: date) -> Message:
    """What has become of a parcel: the end of a response's name, and the values for it."""
    days = {"shipped": parcel.shipped_on, "expected": parcel.expected_on}
    values = {
        "items": spoken_lines(parcel.lines),
        "tracking": spoken_tracking(parcel.tracking_number, parcel.carrier),
        **{name: spoken_date(day, today) for name, day in days.items() if day is not None},
    }
    if parcel.delivered:
        if parcel.delivered_on is None:
            return "delivered_undated", values
        return "delivered", {**values, "delivered": spoken_date(parcel.delivered_on, today)}
    if parcel.shipped_on is None or parcel.expected_on is None:
        return "underway_undated", values
    return ("late" if parcel.is_late(today) else "underway"), values


def _refunds(refunds: list[Refund], today: date, conversation: Conversation) -> list[Message]:
    may_show = _may_show_payment(conversation)
    return [_refund(refund, today, may_show) for refund in refunds]


def _refund(refund: Refund, today: date, may_show_payment: bool) -> Message:
    values = {
        "amount": money(refund.amount),
        "order_number": refund.order_id,
        "method": _method(refund.method) if may_show_payment else "your payment method",
    }
    state = "done" if refund.completed else "underway"
    issued, completed = refund.issued_at, refund.completed_at
    if issued is None or (refund.completed and completed is None):
        return f"utter_refund_{state}_undated", values
    values["issued"] = spoken_date(issued.date(), today)
    if completed is not None:
        values["completed"] = spoken_date(completed.date(), today)
    return f"utter_refund_{state}", values


def _method(method: PaymentMethod) -> str:
    return f"your {payment_method_name(method)}"


def _payment(payment: Payment, may_show_payment: bool) -> str:
    day = spoken_date(payment.paid_at.date(), utc_now().date()) if payment.paid_at else ""
    way = f"with {_method(payment.method)}" if may_show_payment else ""
    return " ".join(part for part in (money(payment.amount), day, way) if part)


def _where_the_invoice_is(order: Order) -> str:
    if order.fulfilments:
        return "utter_invoice_sent"
    if order.status == OrderState.CANCELLED:
        return "utter_invoice_none"
    waiting = order.status in OPEN_STATES and order.status != OrderState.PROCESSED
    return "utter_invoice_not_yet" if waiting else "utter_invoice_sent"
