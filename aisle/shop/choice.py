"""Finds out which of their orders a customer means."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from aisle.database.types import utc_now
from aisle.shop.catalogue import Catalogue
from aisle.shop.models import Order
from aisle.shop.numbers import find_order_numbers
from aisle.shop.order_words import Place, order_numbers_meant, place_meant, states_meant
from aisle.shop.orders import find_orders

MOST_CANDIDATES = 5

_ORDINALS = {
    "first": 0, "1st": 0, "top": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "bottom": -1,
}  # fmt: skip
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:other|different|another)\s+(?:order|one|parcel|package)\b", re.IGNORECASE
)
_NOT = re.compile(r"\bnot?\b", re.IGNORECASE)
_MALFORMED = re.compile(r"#\s*w?\s*\d+|\bw\s*\d{3,}", re.IGNORECASE)


@dataclass(frozen=True)
class OrderHint:
    """The words that say which order is meant, and the dates that NLU found in them."""

    text: str
    dates: Sequence[str] = ()


@dataclass(frozen=True)
class OrderChoice:
    """One order, or several to choose from, or a number that fits none."""

    order: Order | None = None
    candidates: Sequence[Order] = field(default_factory=list)
    unknown_number: str | None = None


def mentions_malformed_number(text: str) -> bool:
    """Whether something looks meant as an order number but has the wrong length."""
    return not find_order_numbers(text) and _MALFORMED.search(text) is not None


def point_at_order(
    orders: Sequence[Order],
    hint: OrderHint,
    catalogue: Catalogue,
    *,
    offered: Sequence[str] = (),
    current: str | None = None,
    statuses: Collection[str] = (),
) -> OrderChoice | None:
    """Work out which of the customer's own orders a text is about; None when it says nothing.

    Of several numbers in one text, the first counts; ``order_numbers_meant`` gives all.

    Args:
        orders: the customer's own orders, the newest first.
        hint: what the customer said: a number, "the second one", "the lamp of last week",
            "the one that has not come", "my last order".
        catalogue: everything the shop sells, to know a product that was not ordered.
        offered: ids that were shown to choose from, in that order.
        current: the order that was talked about before, for "the other one".
        statuses: the statuses that make sense for what is wanted; they decide
            between several orders that fit the text.
    """
    numbers = order_numbers_meant(hint.text)
    if numbers:
        return _by_number(orders, numbers[0])
    described = find_orders(
        orders,
        words=[hint.text],
        dates=hint.dates,
        today=utc_now().date(),
        catalogue=catalogue,
    )
    denied = [order.id for order in described] if _NOT.search(hint.text) else []
    shown = [order for number in offered for order in orders if order.id == number]
    pool = described if described and not denied else orders
    return (
        _by_ordinal(hint.text, shown)
        or _the_other(hint.text, shown, orders, {current, *denied}, statuses)
        or _by_place_and_state(hint.text, pool, shown, current, statuses)
        or (_narrowed(described, statuses) if described else None)
    )


def likely_order(orders: Sequence[Order], statuses: Collection[str]) -> OrderChoice:
    """Return the only order in one of the statuses, or those to choose from."""
    return _narrowed(orders, statuses)


def _by_number(orders: Sequence[Order], number: str) -> OrderChoice:
    found = next((order for order in orders if order.id == number), None)
    return OrderChoice(order=found) if found else OrderChoice(unknown_number=number)


def _by_ordinal(text: str, shown: Sequence[Order]) -> OrderChoice | None:
    ordinal = _ORDINAL.search(text)
    if ordinal is None or place_meant(text) is Place.LAST_BUT_ONE:
        return None
    index = _ORDINALS[ordinal.group(1).lower()]
    return OrderChoice(order=shown[index]) if shown and index < len(shown) else None


def _the_other(
    text: str,
    shown: Sequence[Order],
    orders: Sequence[Order],
    excluded: Collection[str | None],
    statuses: Collection[str],
) -> OrderChoice | None:
    if not _OTHER.search(text) or not (shown or any(excluded)):
        return None
    others = [order for order in shown or orders if order.id not in excluded]
    return _narrowed(others, () if shown else statuses)


def _by_place_and_state(
    text: str,
    pool: Sequence[Order],
    shown: Sequence[Order],
    current: str | None,
    statuses: Collection[str],
) -> OrderChoice | None:
    """The choice by words such as "my last order", "the delivered one", "the last open order"."""
    states, place = states_meant(text), place_meant(text)
    if states:
        among_shown = [order for order in shown if order.status in states and order in pool]
        pool = among_shown or [order for order in pool if order.status in states]
    if not pool:
        return None
    if place is not None:
        order = _at(place, pool, current)
        return OrderChoice(order=order) if order else None
    return _narrowed(pool, statuses) if states else None


def _at(place: Place, pool: Sequence[Order], current: str | None) -> Order | None:
    """The order at a place; None where the pool ends before it."""
    if place is Place.OLDEST:
        return pool[-1]
    index = 0
    if place is Place.LAST_BUT_ONE:
        index = 1
    if place is Place.PREVIOUS and current is not None:
        index = 1 + next((i for i, order in enumerate(pool) if order.id == current), -1)
    return pool[index] if index < len(pool) else None


def _narrowed(orders: Sequence[Order], statuses: Collection[str]) -> OrderChoice:
    fitting = [order for order in orders if order.status in statuses] or list(orders)
    if len(fitting) == 1:
        return OrderChoice(order=fitting[0])
    return OrderChoice(candidates=fitting[:MOST_CANDIDATES])
