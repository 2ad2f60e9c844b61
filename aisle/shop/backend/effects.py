"""Does to orders, cards and stock what a plan says.

The objects may be rows of a session or plain ones, so that any backend can use this.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from aisle.shop.models import (
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Refund,
    Return,
    ReturnLine,
    Variant,
)
from aisle.shop.policies.books import original_method
from aisle.shop.policies.changes import (
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ExchangeItems,
    ReturnItems,
    Swap,
)
from aisle.shop.policies.items import chosen_lines
from aisle.shop.policies.methods import balance_after
from aisle.shop.policies.plan import Plan


def carry_out(
    plan: Plan,
    order: Order,
    methods: Mapping[str, PaymentMethod],
    variants: Mapping[str, Variant],
    now: datetime,
) -> None:
    """Change the objects as the plan says; it must have been made from them as they are.

    Args:
        methods: those that the plan pays with or refunds, by id.
        variants: those in the order and those that its items become, by id.
    """
    change = plan.change
    if isinstance(change, CancelOrder):
        order.cancel_reason = change.reason.value
        for line in order.lines:
            variants[line.variant_id].stock += line.quantity
    elif isinstance(change, ChangeAddress):
        order.address = asdict(change.address)
    elif isinstance(change, ChangeItems):
        for swap in change.swaps:
            _swap(order, swap, variants)
    elif isinstance(change, ReturnItems):
        _request_return(plan, change, order, now)
    elif isinstance(change, ExchangeItems):
        _request_exchange(change, order, variants, now)
    _move_money(plan, order, methods, now)
    assert plan.status is not None  # every plan about an order names its state
    order.status = plan.status
    order.updated_at = now


def _swap(order: Order, swap: Swap, variants: Mapping[str, Variant]) -> None:
    line = _line_of(order, swap.line_id, swap.quantity)
    target = variants[swap.variant_id]
    variants[line.variant_id].stock += swap.quantity
    target.stock -= swap.quantity
    line.variant, line.variant_id, line.price = target, target.id, target.price


def _line_of(order: Order, line_id: uuid.UUID, quantity: int) -> OrderLine:
    """A line of just so many pieces: the line itself, or a new one split from it."""
    line = next(line for line in order.lines if line.id == line_id)
    if line.quantity == quantity:
        return line
    line.quantity -= quantity
    part = OrderLine(
        id=uuid.uuid4(),
        order_id=order.id,
        position=_next_position(order.lines),
        variant_id=line.variant_id,
        variant=line.variant,
        fulfilment_id=line.fulfilment_id,
        quantity=quantity,
        price=line.price,
    )
    order.lines.append(part)
    return part


def _request_return(plan: Plan, change: ReturnItems, order: Order, now: datetime) -> None:
    assert plan.refund_later is not None  # every return has one
    request = _request(order, "return", plan.refund_later.payment_method_id, now)
    for line_id, line in chosen_lines(order, change.items).items():
        quantity = sum(item.quantity for item in change.items if item.line_id == line_id)
        request.lines.append(_coming_back(request, line, quantity))


def _request_exchange(
    change: ExchangeItems, order: Order, variants: Mapping[str, Variant], now: datetime
) -> None:
    method_id = change.payment_method_id
    if method_id is None:
        original = original_method(order)
        assert original is not None  # or the plan had asked for a method
        method_id = original.id
    request = _request(order, "exchange", method_id, now)
    swaps = list(change.swaps)
    for number, swap in enumerate(swaps):
        # A line has one replacement, so pieces that become different ones need lines of
        # their own; a part that stays, or the last one to go, keeps the line.
        later = any(other.line_id == swap.line_id for other in swaps[number + 1 :])
        line = (
            _line_of(order, swap.line_id, swap.quantity)
            if later
            else next(line for line in order.lines if line.id == swap.line_id)
        )
        replacement = variants[swap.variant_id]
        replacement.stock -= swap.quantity
        returned = _coming_back(request, line, swap.quantity)
        returned.replacement, returned.replacement_variant_id = replacement, replacement.id
        returned.replacement_price = replacement.price
        request.lines.append(returned)


def _request(order: Order, kind: str, method_id: str, now: datetime) -> Return:
    request = Return(
        id=uuid.uuid4(),
        order_id=order.id,
        kind=kind,
        payment_method_id=method_id,
        requested_at=now,
        lines=[],
    )
    order.returns.append(request)
    return request


def _coming_back(request: Return, line: OrderLine, quantity: int) -> ReturnLine:
    return ReturnLine(
        return_id=request.id, order_line_id=line.id, order_line=line, quantity=quantity
    )


def _move_money(
    plan: Plan, order: Order, methods: Mapping[str, PaymentMethod], now: datetime
) -> None:
    for method_id in {part.payment_method_id for part in (*plan.payments, *plan.refunds)}:
        methods[method_id].balance = balance_after(methods[method_id], plan)
    for part in plan.payments:
        order.payments.append(
            Payment(
                id=uuid.uuid4(),
                order_id=order.id,
                payment_method_id=part.payment_method_id,
                method=methods[part.payment_method_id],
                position=_next_position(order.payments),
                amount=part.amount,
                paid_at=now,
            )
        )
    for part in plan.refunds:
        order.refunds.append(
            Refund(
                id=uuid.uuid4(),
                order_id=order.id,
                payment_method_id=part.payment_method_id,
                method=methods[part.payment_method_id],
                position=_next_position(order.refunds),
                amount=part.amount,
                issued_at=now,
                completed=part.at_once,
                completed_at=now if part.at_once else None,
            )
        )


def _next_position(rows: Sequence[OrderLine | Payment | Refund]) -> int:
    return max((row.position for row in rows), default=0) + 1
