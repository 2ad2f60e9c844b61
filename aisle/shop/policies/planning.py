"""What a change would do, when the rules allow it: the law of the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aisle.shop.models import Order, PaymentMethod, Variant
from aisle.shop.policies.addresses import new_address
from aisle.shop.policies.allowed import TRANSITIONS, check_status
from aisle.shop.policies.books import original_method, paid, paid_by_method
from aisle.shop.policies.changes import (
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    OrderChange,
    ReturnItems,
)
from aisle.shop.policies.items import price_difference, price_of
from aisle.shop.policies.methods import check_method, move, own_method
from aisle.shop.policies.plan import MoneyMove, Plan
from aisle.shop.policies.refusals import MethodMissing


def make_plan(
    change: OrderChange,
    order: Order,
    methods: Sequence[PaymentMethod],
    variants: Mapping[str, Variant],
) -> Plan:
    """Return what the change would do to the order as it is now; nothing is changed.

    The plan's own change is the one that was given, its address tidied.

    Args:
        order: an order of the customer who asks.
        methods: all of this customer's own payment methods.
        variants: the variants that items are to become, by id, as they are in stock now.

    Raises:
        Refusal: the rules do not allow it; each reason is a type of its own.
    """
    check_status(change.operation, order)
    if isinstance(change, CancelOrder):
        return _plan(change, refunds=_all_refunded(order))
    if isinstance(change, ChangeAddress):
        return _plan(replace(change, address=new_address(change.address, order.address)))
    if isinstance(change, ChangePayment):
        return _pay_otherwise(change, order, methods)
    if isinstance(change, ReturnItems):
        return _return(change, order, methods)
    return _swap(change, order, methods, variants)


def plan_default_address(change: ChangeDefaultAddress, present: Mapping[str, Any] | None) -> Plan:
    """Return what the change does to the account's default address, ``present`` until now.

    Raises:
        IncompleteAddress, SameAddress: see there.
    """
    return Plan(replace(change, address=new_address(change.address, present)), status=None)


def _plan(change: OrderChange, **consequences: Any) -> Plan:
    _, status = TRANSITIONS[change.operation]
    return Plan(change, status.value, **consequences)


def _all_refunded(order: Order) -> tuple[MoneyMove, ...]:
    return tuple(move(method, amount) for method, amount in paid_by_method(order))


def _pay_otherwise(change: ChangePayment, order: Order, methods: Sequence[PaymentMethod]) -> Plan:
    method = own_method(methods, change.payment_method_id)
    check_method(change.operation, order, method)
    return _plan(change, payments=_moves(method, paid(order)), refunds=_all_refunded(order))


def _swap(
    change: ChangeItems | ExchangeItems,
    order: Order,
    methods: Sequence[PaymentMethod],
    variants: Mapping[str, Variant],
) -> Plan:
    difference = price_difference(order, change.swaps, variants)
    if change.payment_method_id is None:
        if difference or original_method(order) is None:
            raise MethodMissing(difference)
        return _plan(change)
    method = own_method(methods, change.payment_method_id)
    check_method(change.operation, order, method, difference)
    return _plan(
        change,
        payments=_moves(method, difference),
        refunds=_moves(method, -difference),
        difference=difference,
    )


def _return(change: ReturnItems, order: Order, methods: Sequence[PaymentMethod]) -> Plan:
    # Never more than was paid: part of it may have been refunded before.
    amount = min(price_of(order, change.items), paid(order))
    if change.payment_method_id is None:
        original = original_method(order)
        if original is None:
            raise MethodMissing(-amount)
        return _plan(change, refund_later=move(original, amount))
    method = own_method(methods, change.payment_method_id)
    check_method(change.operation, order, method)
    return _plan(change, refund_later=move(method, amount))


def _moves(method: PaymentMethod, amount: Decimal) -> tuple[MoneyMove, ...]:
    return (move(method, amount),) if amount > 0 else ()
