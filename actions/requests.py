"""What customers can ask for, and what each request needs to be known first."""

from dataclasses import dataclass

from aisle.shop.orders import OPEN_STATES, OrderState


@dataclass(frozen=True)
class Request:
    """``statuses`` are those of the orders that the request usually concerns."""

    needs_identity: bool = False
    needs_order: bool = False
    needs_product: bool = False
    statuses: tuple[OrderState, ...] = ()


def _about_order(*statuses: OrderState) -> Request:
    return Request(needs_identity=True, needs_order=True, statuses=statuses)


REQUESTS: dict[str, Request] = {
    "track_order": _about_order(*OPEN_STATES),
    "order_details": _about_order(),
    "list_orders": Request(needs_identity=True),
    "track_refund": Request(needs_identity=True),
    "cancel_order": _about_order(OrderState.PENDING),
    "change_order": _about_order(OrderState.PENDING),
    "change_shipping_address": _about_order(OrderState.PENDING),
    "change_payment_method": _about_order(OrderState.PENDING),
    "return_item": _about_order(OrderState.DELIVERED),
    "exchange_item": _about_order(OrderState.DELIVERED),
    "get_refund": _about_order(OrderState.DELIVERED),
    "damaged_item": _about_order(OrderState.DELIVERED),
    "missing_item": _about_order(OrderState.DELIVERED),
    "product_availability": Request(needs_product=True),
    "product_price": Request(needs_product=True),
    "product_information": Request(needs_product=True),
}
"""By intent."""

HANDED_OVER = (
    "cancel_order",
    "change_order",
    "change_shipping_address",
    "change_payment_method",
    "return_item",
    "exchange_item",
    "get_refund",
    "damaged_item",
    "missing_item",
)
"""Requests that a human carries out."""

QUESTIONS_ABOUT_ORDERS = ("order_details", "list_orders", "track_refund")
"""While a request of `HANDED_OVER` is being dealt with, these are questions in between."""

OTHER_CUSTOMER = "other_customer"
"""In place of a request that concerns somebody else: it is declined."""
