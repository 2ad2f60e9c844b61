"""Which payment methods are accepted for what, and what is left on a gift card."""

from collections.abc import Sequence
from decimal import Decimal

from aisle.shop.models import Order, PaymentMethod
from aisle.shop.policies.books import NOTHING, paid, paid_by_method
from aisle.shop.policies.changes import Operation
from aisle.shop.policies.plan import MoneyMove, Plan
from aisle.shop.policies.refusals import (
    GiftCardTooSmall,
    NotOwnMethod,
    RefundElsewhere,
    Refusal,
    SameMethod,
)


def is_gift_card(method: PaymentMethod) -> bool:
    return method.source == "gift_card"


def balance_of(method: PaymentMethod) -> Decimal:
    """Return what a gift card holds; nothing for other methods."""
    return method.balance or NOTHING


def move(method: PaymentMethod, amount: Decimal) -> MoneyMove:
    return MoneyMove(method.id, amount, at_once=is_gift_card(method))


def own_method(methods: Sequence[PaymentMethod], method_id: str) -> PaymentMethod:
    """Return the one of the customer's methods with this id.

    Raises:
        NotOwnMethod: the customer has no such method.
    """
    for method in methods:
        if method.id == method_id:
            return method
    raise NotOwnMethod


def check_method(
    operation: Operation, order: Order, method: PaymentMethod, amount: Decimal = NOTHING
) -> None:
    """Check one of the customer's own methods for an operation on an order.

    Args:
        amount: the difference to pay when items change; negative when it is refunded.

    Raises:
        SameMethod: the order is paid this way already.
        RefundElsewhere: a return is refunded the original way or to a gift card only.
        GiftCardTooSmall: it does not cover the difference, or what the order costs.
    """
    is_present = any(present.id == method.id for present, _ in paid_by_method(order))
    if operation is Operation.RETURN_ITEMS:
        if not is_present and not is_gift_card(method):
            raise RefundElsewhere
        return
    if operation is Operation.CHANGE_PAYMENT:
        if is_present:
            raise SameMethod
        amount = paid(order)
    if is_gift_card(method) and balance_of(method) < amount:
        raise GiftCardTooSmall(balance_of(method), amount)


def methods_for(
    operation: Operation,
    order: Order,
    methods: Sequence[PaymentMethod],
    amount: Decimal = NOTHING,
) -> list[PaymentMethod]:
    """Return those of the customer's methods that would be accepted now.

    For a new way of paying, for the difference ``amount`` of new items (negative when it is
    refunded), or for the refund of a return.
    """
    return [method for method in methods if _is_accepted(operation, order, method, amount)]


def balance_after(method: PaymentMethod, plan: Plan) -> Decimal | None:
    """Return what a gift card holds once the plan is done; None for other methods."""
    if not is_gift_card(method):
        return None
    taken = sum(part.amount for part in plan.payments if part.payment_method_id == method.id)
    given = sum(part.amount for part in plan.refunds if part.payment_method_id == method.id)
    return balance_of(method) - taken + given


def _is_accepted(
    operation: Operation, order: Order, method: PaymentMethod, amount: Decimal
) -> bool:
    try:
        check_method(operation, order, method, amount)
    except Refusal:
        return False
    return True
