"""What must be true of a whole shop after any change."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from aisle.shop.models import (
    AuditEntry,
    Order,
    PaymentMethod,
    Variant,
)
from aisle.shop.orders import OrderState
from aisle.shop.policies.allowed import TRANSITIONS
from aisle.shop.policies.books import paid, value

EDGES = {(before.value, after.value) for before, after in TRANSITIONS.values()}
_TABLES = (
    "customers",
    "variants",
    "payment_methods",
    "orders",
    "order_lines",
    "payments",
    "refunds",
    "returns",
    "return_lines",
    "audit_log",
)


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that a change could touch, as they are in the database."""
    session.flush()
    return {
        table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]
        for table in _TABLES
    }


@dataclass(frozen=True)
class Conserved:
    """What no change adds to or takes from.

    ``pieces`` of each variant, in stock, sold or put aside for an exchange; ``gift_cards``:
    what each card held before anything was paid with it or refunded to it.
    """

    pieces: dict[str, int]
    gift_cards: dict[str, Decimal]


def conserved(session: Session) -> Conserved:
    session.expire_all()
    pieces = Counter(
        {variant.id: variant.stock for variant in session.execute(select(Variant)).scalars()}
    )
    cards = {
        method.id: method.balance
        for method in session.execute(select(PaymentMethod)).scalars()
        if method.source == "gift_card"
    }
    for order in session.execute(select(Order)).scalars():
        _count_pieces(order, pieces)
        for payment in order.payments:
            if payment.method.id in cards:
                cards[payment.method.id] += payment.amount
        for refund in order.refunds:
            if refund.method.id in cards:
                assert refund.completed
                cards[refund.method.id] -= refund.amount
    return Conserved(dict(pieces), cards)


def _count_pieces(order: Order, pieces: "Counter[str]") -> None:
    if order.status == OrderState.CANCELLED:
        return
    for line in order.lines:
        pieces[line.variant_id] += line.quantity
    for request in order.returns:
        for returned in request.lines:
            if returned.replacement_variant_id:
                pieces[returned.replacement_variant_id] += returned.quantity


def check_books(session: Session, before: Conserved) -> None:
    """Compare with what was there at first, and look at every order, stock and balance."""
    assert conserved(session) == before
    for order in session.execute(select(Order)).scalars():
        assert paid(order) == value(order), order.id
        assert all(line.quantity > 0 for line in order.lines)
    assert all(variant.stock >= 0 for variant in session.execute(select(Variant)).scalars())
    for method in session.execute(select(PaymentMethod)).scalars():
        assert method.balance is None or method.balance >= 0
    check_audit(session)


def check_audit(session: Session) -> None:
    """Each change began where the one before it ended, and went along an allowed edge."""
    ends: dict[str, Any] = {}
    entries = select(AuditEntry).order_by(AuditEntry.created_at)
    for entry in session.execute(entries).scalars():
        assert entry.order_id is not None
        if entry.order_id in ends:
            assert entry.before == ends[entry.order_id]
        assert (entry.before["status"], entry.after["status"]) in EDGES
        ends[entry.order_id] = entry.after
    for number, end in ends.items():
        assert session.get(Order, number).status == end["status"]
