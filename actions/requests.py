"""What customers can ask for, and what each request needs to be known first."""

from dataclasses import dataclass

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


def is_change(request: str | None) -> bool:
    """Whether the request is one that somebody has to do something for."""
    if request in HANDED_OVER:
        return True
    return request in REQUESTS and REQUESTS[request].operation is not None
