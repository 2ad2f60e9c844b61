"""The state in which the shop must be after a dialogue, computed from the goal alone.

Written down from the shop's rules a second time, so that a fault of the rules in Aisle
shows. The lines are those of ``tests.conversations.shop_changes``.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from benchmarks.retail.goals import (
    ADDRESS,
    CANCEL,
    DEFAULT_ADDRESS,
    EXCHANGE,
    ITEMS,
    OPERATIONS,
    PAYMENT,
    RETURN,
    Goal,
)
from benchmarks.retail.shop import Item, Method, Variant

ADDRESS_FIELDS = ("address1", "address2", "city", "state", "zip", "country")


def expected_audit(goal: Goal) -> list[str]:
    return [] if goal.changes_nothing else [OPERATIONS[goal.kind]]


def expected_lines(goal: Goal) -> list[str]:
    """Return everything that differs in the shop after the goal was reached."""
    return [] if goal.changes_nothing else sorted(wanted_lines(goal))


def wanted_lines(goal: Goal) -> Iterator[str]:
    """Give the lines of a goal as if nothing stood in its way."""
    if goal.kind == DEFAULT_ADDRESS:
        yield f"addresses {goal.user.email}: {_address(goal)}"
    if goal.order is not None:
        yield from (f"orders {goal.order.id} {line}" for line in _of_order(goal))
        yield from _stock(goal)
        yield from _balances(goal)


def _of_order(goal: Goal) -> Iterator[str]:
    if goal.kind == CANCEL:
        yield "status: cancelled"
        yield f"reason: {goal.reason}"
    elif goal.kind == ADDRESS:
        yield f"address: {_address(goal)}"
    elif goal.kind == ITEMS:
        yield "status: pending (items modified)"
        yield from _lines(goal)
    elif goal.kind == RETURN:
        yield "status: return requested"
        pieces = Counter(item.variant.id for item in goal.items)
        texts = sorted(f"{count} x {variant}" for variant, count in pieces.items())
        yield f"returns: +return {' and '.join(texts)} to {goal.pays.id}"
    elif goal.kind == EXCHANGE:
        yield "status: exchange requested"
        swaps = Counter((item.variant.id, f"{new.id} @ {new.price}") for item, new in _pairs(goal))
        texts = sorted(f"{count} x {old} for {new}" for (old, new), count in swaps.items())
        yield f"returns: +exchange {' and '.join(texts)} with {goal.pays.id}"
    for method, amount in _moved(goal):
        if amount > 0:
            yield f"payments: +{method.id} {amount}"
        elif amount < 0:
            done = "done" if method.source == "gift_card" else "underway"
            yield f"refunds: +{method.id} {-amount} {done}"


def _moved(goal: Goal) -> list[tuple[Method, Decimal]]:
    """What is paid (positive) or refunded (negative) at once or within days."""
    assert goal.order is not None
    if goal.kind == CANCEL:
        return [(goal.original, -goal.order.total)]
    if goal.kind == PAYMENT:
        return [(goal.pays, goal.order.total), (goal.original, -goal.order.total)]
    if goal.kind in (ITEMS, EXCHANGE):
        return [(goal.pays, goal.difference)]
    return []


def _lines(goal: Goal) -> Iterator[str]:
    gone = Counter(f"{item.variant.id} @ {item.price}" for item in goal.items)
    come = Counter(f"{new.id} @ {new.price}" for new in goal.targets)
    for sign, much in (("-", gone - come), ("+", come - gone)):
        for text, count in much.items():
            yield f"lines: {sign}{count} x {text}"


def _stock(goal: Goal) -> Iterator[str]:
    change: Counter[str] = Counter()
    assert goal.order is not None
    if goal.kind == CANCEL:
        change.update(item.variant.id for item in goal.order.items)
    if goal.kind == ITEMS:
        change.update(item.variant.id for item in goal.items)
    if goal.kind in (ITEMS, EXCHANGE):
        change.subtract(new.id for new in goal.targets)
    for variant, pieces in change.items():
        if pieces:
            yield f"stock {variant}: {pieces:+d}"


def _balances(goal: Goal) -> Iterator[str]:
    for method, amount in _moved(goal):
        if method.source == "gift_card" and amount:
            yield f"balances {method.id}: {method.balance - amount}"


def _pairs(goal: Goal) -> list[tuple[Item, Variant]]:
    return list(zip(goal.items, goal.targets, strict=True))


def _address(goal: Goal) -> str:
    return ", ".join(goal.address[name] for name in ADDRESS_FIELDS if goal.address.get(name))
