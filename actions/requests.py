"""What customers can ask for, and what each request needs to be known first."""

import re
from dataclasses import dataclass

from aisle.shop.numbers import find_order_numbers
from aisle.shop.orders import OPEN_STATES, OrderState
from aisle.shop.policies.changes import Operation


@dataclass(frozen=True)
class Request:
    """``statuses`` are those of the orders that the request usually concerns.

    ``operation`` is what the shop does for it, after an explicit yes.
    """

    needs_identity: bool = False
    needs_order: bool = False
    needs_product: bool = False
    operation: Operation | None = None
    statuses: tuple[OrderState, ...] = ()


def _about_order(*statuses: OrderState, operation: Operation | None = None) -> Request:
    return Request(needs_identity=True, needs_order=True, operation=operation, statuses=statuses)


CHANGE_DEFAULT_ADDRESS = "change_default_address"
GET_INVOICE = "get_invoice"

REQUESTS: dict[str, Request] = {
    "track_order": _about_order(*OPEN_STATES),
    "order_details": _about_order(),
    "list_orders": Request(needs_identity=True),
    "track_refund": Request(needs_identity=True),
    GET_INVOICE: _about_order(),
    "cancel_order": _about_order(OrderState.PENDING, operation=Operation.CANCEL_ORDER),
    "change_order": _about_order(OrderState.PENDING, operation=Operation.CHANGE_ITEMS),
    "change_shipping_address": _about_order(OrderState.PENDING, operation=Operation.CHANGE_ADDRESS),
    "change_payment_method": _about_order(OrderState.PENDING, operation=Operation.CHANGE_PAYMENT),
    "return_item": _about_order(OrderState.DELIVERED, operation=Operation.RETURN_ITEMS),
    "exchange_item": _about_order(OrderState.DELIVERED, operation=Operation.EXCHANGE_ITEMS),
    CHANGE_DEFAULT_ADDRESS: Request(
        needs_identity=True, operation=Operation.CHANGE_DEFAULT_ADDRESS
    ),
    "get_refund": _about_order(OrderState.DELIVERED, OrderState.PENDING),
    "damaged_item": _about_order(OrderState.DELIVERED),
    "missing_item": _about_order(OrderState.DELIVERED),
    "product_availability": Request(needs_product=True),
    "product_price": Request(needs_product=True),
    "product_information": Request(needs_product=True),
}
"""By intent; `CHANGE_DEFAULT_ADDRESS` has none of its own and is known by what is said."""

HANDED_OVER = ("get_refund", "damaged_item", "missing_item")
"""Requests that a human carries out."""

QUESTIONS_ABOUT_ORDERS = ("order_details", "list_orders", "track_refund", "track_order")
"""While a change is being dealt with, these are questions in between."""

OTHER_CUSTOMER = "other_customer"
"""In place of a request that concerns somebody else: it is declined."""


BESIDE_QUESTIONS = (CHANGE_DEFAULT_ADDRESS, GET_INVOICE, "change_payment_method")
"""Requests whose intent is a question's as well; what is said tells them apart."""

_ABOUT_THE_ACCOUNT = re.compile(
    r"\b(?:default|account|profile|on file|address book|future orders|all (?:my )?orders|"
    r"in your (?:system|records))\b",
    re.IGNORECASE,
)

_TO_THE_DEFAULT = re.compile(r"\b(?:to|use|at) (?:my|the|our) (?:default|usual)\b", re.IGNORECASE)


_TAKES_BACK = re.compile(
    r"\W*(?:(?:actually|oh|wait|sorry)\W+)*"
    r"(?:no\b|i (?:only|just)\b|not (?:cancel|return)|don.?t)",
    re.IGNORECASE,
)


def takes_back(text: str) -> bool:
    """Whether a message takes a wish back: "no, I only want to know when it comes"."""
    return _TAKES_BACK.match(text) is not None


def request_of(intent: str | None, text: str) -> str | None:
    """Return the request that a message makes, or None when it makes none."""
    if intent == "change_payment_method" and re.search(r"\bdifference\b", text, re.IGNORECASE):
        return "change_order"  # with other items comes a difference to pay
    if intent == "check_payment_methods" and find_order_numbers(text):
        return "change_payment_method"
    if intent == "change_shipping_address" and _TO_THE_DEFAULT.search(text):
        return intent
    if intent in ("change_shipping_address", "edit_account") and _ABOUT_THE_ACCOUNT.search(text):
        is_address = intent != "edit_account" or "address" in text.casefold()
        return CHANGE_DEFAULT_ADDRESS if is_address else None
    if intent == GET_INVOICE and not find_order_numbers(text):
        return None
    return intent if intent in REQUESTS else None


def is_change(request: str | None) -> bool:
    """Whether the request is one that somebody has to do something for."""
    if request in HANDED_OVER:
        return True
    return request in REQUESTS and REQUESTS[request].operation is not None
