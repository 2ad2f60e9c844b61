"""What a change will do, and has done, in the customer's words."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from actions.form.details.base import Draft, ItemDraft
from aisle.shop.models import Order, OrderLine, PaymentMethod, Variant
from aisle.shop.orders import order_total
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    ReturnItems,
    Swap,
)
from aisle.shop.policies.plan import MoneyMove, Plan
from aisle.shop.selection.variants import describe_variant
from aisle.shop.wording import (
    described_pieces,
    money,
    payment_method_name,
    spoken_address,
    spoken_lines,
    spoken_list,
)

Said = tuple[str, dict[str, Any]]
"""A response's name, and its values."""


class Summary:
    """Words for a plan. ``order`` is as it was before."""

    def __init__(self, plan: Plan, order: Order | None, methods: Sequence[PaymentMethod]) -> None:
        self._plan = plan
        self._order = order
        self._methods = {method.id: method for method in methods}

    def offer(self) -> Said:
        """Say what will happen, and ask for the yes."""
        return self._said("offer")

    def done(self) -> Said:
        """Say what has happened."""
        return self._said("done")

    def items(self) -> list[str]:
        """Return each of the items that come back."""
        change = self._plan.change
        if isinstance(change, ReturnItems):
            return [described_pieces(*piece) for piece in self._returned(change)]
        assert isinstance(change, ExchangeItems)
        return [self._swap(swap) for swap in change.swaps]

    def _said(self, kind: str) -> Said:
        change = self._plan.change
        name = change.operation.value
        return f"utter_{kind}_{name}", {"order_number": change.order_number, **self._values()}

    def _values(self) -> dict[str, Any]:
        change, order = self._plan.change, self._order
        if isinstance(change, ChangeDefaultAddress):
            return {"address": _address(change.address)}
        assert order is not None  # every other change is about an order
        if isinstance(change, ChangeAddress):
            return {"items": spoken_lines(order.lines), "address": _address(change.address)}
        if isinstance(change, CancelOrder):
            return {
                "items": spoken_lines(order.lines),
                "total": money(order_total(order)),
                "refund": self._refund(self._plan.refunds),
            }
        if isinstance(change, ChangePayment):
            return {
                "total": money(_sum(self._plan.payments)),
                "method": self._method(change.payment_method_id),
                "refund": self._refund(self._plan.refunds),
            }
        if isinstance(change, ReturnItems):
            later = self._plan.refund_later
            return {
                "items": spoken_list(
                    [f"the {described_pieces(*piece)}" for piece in self._returned(change)]
                ),
                "amount": money(later.amount) if later else "",
                "method": self._method(later.payment_method_id) if later else "",
            }
        return {"swaps": self._swaps(change), "difference": self._difference()}

    def _returned(self, change: ReturnItems) -> Iterable[tuple[OrderLine, int]]:
        for piece in change.items:
            yield self._line(piece.line_id), piece.quantity

    def _swaps(self, change: ChangeItems | ExchangeItems) -> str:
        return spoken_list([self._swap(swap) for swap in change.swaps])

    def _swap(self, swap: Swap) -> str:
        line = self._line(swap.line_id)
        new = _variant(line, swap.variant_id)
        old = described_pieces(line, swap.quantity)
        return f"the {old} for {describe_variant(new, None)}"

    def _difference(self) -> str:
        plan = self._plan
        if plan.difference == 0:
            return "The price stays the same."
        amount = money(abs(plan.difference))
        if plan.difference > 0:
            method = self._method(plan.payments[0].payment_method_id)
            return f"That costs {amount} more, paid with your {method}."
        return f"You get {self._refund(plan.refunds)}."

    def _refund(self, moves: Sequence[MoneyMove]) -> str:
        return spoken_list([self._one_refund(move) for move in moves])

    def _one_refund(self, move: MoneyMove) -> str:
        when = "at once" if move.at_once else "within 5 to 7 business days"
        method = self._method(move.payment_method_id)
        return f"{money(move.amount)} back to your {method} {when}"

    def _method(self, method_id: str) -> str:
        return payment_method_name(self._methods[method_id])

    def _line(self, line_id: object) -> OrderLine:
        assert self._order is not None
        return next(line for line in self._order.lines if line.id == line_id)


def _sum(moves: Iterable[MoneyMove]) -> Decimal:
    return sum((move.amount for move in moves), Decimal("0.00"))


def _variant(line: OrderLine, variant_id: str) -> Variant:
    return next(v for v in line.variant.product.variants if v.id == variant_id)


def _address(address: Address) -> str:
    return spoken_address(vars(address))


def draft_in_words(draft: Draft, order: Order | None) -> str:
    """Return what is known of a change, for the colleague who takes over."""
    lines = {str(line.id): line for line in order.lines} if order else {}
    items = [_item_in_words(item, lines[item.line]) for item in draft.items if item.line in lines]
    parts = {
        "items": "; ".join(items),
        "reason": draft.reason,
        "address": spoken_address(draft.address) if draft.address else None,
        "payment method": draft.method,
    }
    return ", ".join(f"{name}: {value}" for name, value in parts.items() if value)


def _item_in_words(item: ItemDraft, line: OrderLine) -> str:
    wanted = f" → {', '.join(item.wanted.values())}" if item.wanted else ""
    return f"{item.quantity} × {described_pieces(line, 1)}{wanted}"  # noqa: RUF001
