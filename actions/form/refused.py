"""What the bot says when a rule does not allow something, and what it offers instead."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.form.context import FormContext
from aisle.shop.models import Order
from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import Operation
from aisle.shop.policies.refusals import IncompleteAddress, Refusal, WrongStatus
from aisle.shop.wording import lower_name, money, spoken_list

_NOT_ANY_MORE = {
    Operation.CANCEL_ORDER: "it can't be cancelled any more",
    Operation.CHANGE_ADDRESS: "its address can't be changed any more",
    Operation.CHANGE_PAYMENT: "the way it is paid can't be changed any more",
    Operation.CHANGE_ITEMS: "its items can't be changed any more",
    Operation.RETURN_ITEMS: "I can't arrange a return for it",
    Operation.EXCHANGE_ITEMS: "I can't arrange an exchange for it",
}
_STATES = {
    OrderState.PENDING: "hasn't left our warehouse yet",
    OrderState.PROCESSED: "has left our warehouse and is on its way",
    OrderState.DELIVERED: "has been delivered",
    OrderState.CANCELLED: "was cancelled",
    OrderState.ITEMS_MODIFIED: "had its items changed once",
    OrderState.RETURN_REQUESTED: "has a return under way",
    OrderState.EXCHANGE_REQUESTED: "has an exchange under way",
}
_ADDRESS_PARTS = {"address1": "street and number", "zip": "ZIP code"}


@dataclass(frozen=True)
class Alternative:
    """What is offered instead: another request, a human, or nothing.

    ``begins_at_once``: it is what the customer wants under another name, so nobody asks.
    """

    HUMAN = "human"

    response: str = ""
    request: str | None = None
    begins_at_once: bool = False


_COLLEAGUE = Alternative("utter_offer_colleague", Alternative.HUMAN)
_CARRIER = Alternative("utter_offer_carrier", Alternative.HUMAN)
_ALTERNATIVES = {
    ("cancel_order", OrderState.DELIVERED): Alternative("utter_offer_return", "return_item"),
    ("return_item", OrderState.PENDING): Alternative("utter_offer_cancel", "cancel_order"),
    ("change_order", OrderState.DELIVERED): Alternative(
        "utter_delivered_so_exchange", "exchange_item", begins_at_once=True
    ),
    ("exchange_item", OrderState.PENDING): Alternative(
        "utter_pending_so_change", "change_order", begins_at_once=True
    ),
}


def alternative_to(request: str, order: Order | None) -> Alternative:
    """Return the best that is possible instead of a request, in the order's state."""
    if order is None:
        return _COLLEAGUE
    state = OrderState(order.status)
    if state is OrderState.CANCELLED:
        return Alternative()
    usual = _CARRIER if state is OrderState.PROCESSED else _COLLEAGUE
    return _ALTERNATIVES.get((request, state), usual)


def say_refusal(context: FormContext, refusal: Refusal, operation: Operation | None = None) -> None:
    """Explain in the shop's words why something is not possible."""
    if isinstance(refusal, WrongStatus) and operation is not None:
        is_cancelled = refusal.status == OrderState.CANCELLED
        if is_cancelled and operation is Operation.CANCEL_ORDER:
            context.say("utter_refused_cancelled", order_number=refusal.order_number)
            return
        context.say(
            "utter_refused_status",
            order_number=refusal.order_number,
            state=_STATES[OrderState(refusal.status)],
            consequence=_NOT_ANY_MORE[operation],
        )
        return
    context.say(f"utter_refused_{_snake(type(refusal).__name__)}", **_values(refusal))


def _values(refusal: Refusal) -> dict[str, Any]:
    if isinstance(refusal, IncompleteAddress):
        missing = [_ADDRESS_PARTS.get(part, part) for part in refusal.missing]
        return {"missing": spoken_list(missing)}
    return {name: _spoken(name, value) for name, value in vars(refusal).items()}


def _spoken(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, dict):
        return ", ".join(value.values())
    return lower_name(value) if name in ("name", "other") else value


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
