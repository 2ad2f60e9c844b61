"""Finds out which of their orders a customer means."""

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from aisle.database.types import utc_now
from aisle.shop.catalogue import Catalogue
from aisle.shop.models import Order
from aisle.shop.numbers import find_order_numbers
from aisle.shop.orders import OrderNotFound, find_orders, get_order, list_orders

MOST_CANDIDATES = 5

_ORDINALS = {
    "first": 0, "1st": 0, "top": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "bottom": -1,
}  # fmt: skip
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_NEWEST = re.compile(
    r"\b(?:last|latest|newest|most recent)\s+(?:order|purchase|one|parcel|package|delivery)\b",
    re.IGNORECASE,
)
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
    session: Session,
    customer_id: uuid.UUID,
    hint: OrderHint,
    catalogue: Catalogue,
    *,
    offered: Sequence[str] = (),
    current: str | None = None,
    statuses: Collection[str] = (),
) -> OrderChoice | None:
    """Work out which of the customer's own orders a text is about; None when it says nothing.

    Args:
        hint: what the customer said: a number, "the second one", "the lamp of last week".
        catalogue: everything the shop sells, to know a product that was not ordered.
        offered: ids that were shown to choose from, in that order.
        current: the order that was talked about before, for "the other one".
        statuses: the statuses that make sense for what is wanted; they decide
            between several orders that fit the text.
    """
    numbers = find_order_numbers(hint.text)
    if numbers:
        return _by_number(session, customer_id, numbers[-1])
    own = list_orders(session, customer_id)
    described = find_orders(
        session,
        customer_id,
        words=[hint.text],
        dates=hint.dates,
        today=utc_now().date(),
        catalogue=catalogue,
    )
    denied = [order.id for order in described] if _NOT.search(hint.text) else []
    pointed = _pointed_at(hint.text, own, offered, {current, *denied})
    if pointed is not None:
        return pointed
    return _narrowed(described, statuses) if described else None


def likely_order(
    session: Session, customer_id: uuid.UUID, statuses: Collection[str]
) -> OrderChoice:
    """Return the only order in one of the statuses, or those to choose from."""
    return _narrowed(list_orders(session, customer_id), statuses)


def _by_number(session: Session, customer_id: uuid.UUID, number: str) -> OrderChoice:
    try:
        return OrderChoice(order=get_order(session, customer_id, number))
    except OrderNotFound:
        return OrderChoice(unknown_number=number)


def _pointed_at(
    text: str, own: Sequence[Order], offered: Sequence[str], excluded: Collection[str | None]
) -> OrderChoice | None:
    shown = [order for number in offered for order in own if order.id == number]
    ordinal = _ORDINAL.search(text)
    if ordinal and shown:
        index = _ORDINALS[ordinal.group(1).lower()]
        if index < len(shown):
            return OrderChoice(order=shown[index])
    if _OTHER.search(text) and (shown or any(excluded)):
        return _narrowed([order for order in shown or own if order.id not in excluded], ())
    if _NEWEST.search(text) and own:
        return OrderChoice(order=own[0])
    return None


def _narrowed(orders: Sequence[Order], statuses: Collection[str]) -> OrderChoice:
    fitting = [order for order in orders if order.status in statuses] or list(orders)
    if len(fitting) == 1:
        return OrderChoice(order=fitting[0])
    return OrderChoice(candidates=fitting[:MOST_CANDIDATES])
