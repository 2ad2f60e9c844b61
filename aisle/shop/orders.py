"""A customer's own orders: finding them, and what to tell about them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from sqlalchemy import desc, select
from sqlalchemy.orm import Session

from aisle.shop.catalogue import Catalogue, OptionMatch, variants_matching
from aisle.shop.dates import DateRange, parse_dates
from aisle.shop.models import Fulfilment, Order, OrderLine, Refund
from aisle.shop.numbers import normalise_order_number


class OrderState(str, Enum):
    """The values of ``Order.status``."""

    PENDING = "pending"
    ITEMS_MODIFIED = "pending (items modified)"
    PROCESSED = "processed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return requested"
    EXCHANGE_REQUESTED = "exchange requested"


OPEN_STATES = (OrderState.PENDING, OrderState.ITEMS_MODIFIED, OrderState.PROCESSED)
"""States of orders that have not arrived yet."""


class OrderNotFound(LookupError):
    """The customer has no such order; whether somebody else has is not told."""


@dataclass(frozen=True)
class Parcel:
    """A parcel of an order. Days are UTC; ``delivered_on`` is None while it is on its way."""

    carrier: str
    tracking_number: str
    lines: tuple[OrderLine, ...]
    shipped_on: date
    expected_on: date
    delivered_on: date | None


@dataclass(frozen=True)
class OrderStatus:
    """Where an order stands."""

    number: str
    state: OrderState
    placed_on: date
    total: Decimal
    parcels: tuple[Parcel, ...]

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        return tuple(parcel.tracking_number for parcel in self.parcels)

    @property
    def expected_on(self) -> date | None:
        """The day the last parcel on its way should arrive; None when none is on its way."""
        on_the_way = (parcel.expected_on for parcel in self.parcels if not parcel.delivered_on)
        return max(on_the_way, default=None)

    @property
    def delivered_on(self) -> date | None:
        """The day the last parcel arrived; None until all have."""
        days = [parcel.delivered_on for parcel in self.parcels]
        arrived = [day for day in days if day is not None]
        return max(arrived) if arrived and len(arrived) == len(days) else None


def get_order(session: Session, customer_id: uuid.UUID, number: str) -> Order:
    """Return the customer's order; the number may be written in any way.

    Raises:
        OrderNotFound: no such order, or it is somebody else's.
    """
    order_id = normalise_order_number(number)
    own = select(Order).where(Order.id == order_id, Order.customer_id == customer_id)
    order: Order | None = session.execute(own).scalar_one_or_none() if order_id else None
    if order is None:
        raise OrderNotFound(number)
    return order


def list_orders(session: Session, customer_id: uuid.UUID, limit: int | None = None) -> list[Order]:
    """Return the customer's orders, the newest first."""
    own = select(Order).where(Order.customer_id == customer_id)
    newest = own.order_by(desc(Order.placed_at), desc(Order.id)).limit(limit)
    return list(session.execute(newest).scalars())


def open_orders(session: Session, customer_id: uuid.UUID) -> list[Order]:
    """Return the customer's orders that have not arrived yet, the newest first."""
    return [order for order in list_orders(session, customer_id) if order.status in OPEN_STATES]


def find_orders(
    session: Session,
    customer_id: uuid.UUID,
    *,
    words: Sequence[str] = (),
    dates: Sequence[str] = (),
    today: date,
    catalogue: Catalogue | None = None,
) -> list[Order]:
    """Return the customer's orders that fit a description, the newest first.

    A product that is named must be in the order. Options and dates narrow the choice,
    but memory slips: one that fits none of these orders is left out of account. When
    nothing but dates is usable, they must fit.

    Args:
        words: what was said about the article, as words or whole sentences: "lamp",
            "keybord", "the black one". Ordinary words in them do no harm.
        dates: what was said about the day of ordering: "two weeks ago", "8 November".
        today: the day that date phrases are relative to.
        catalogue: tells products that the customer never bought from words that are no
            products at all; without it, only what the customer bought is recognised.

    Returns:
        No order when nothing usable was given, or nothing fits.
    """
    ranges = [found for phrase in dates if (found := parse_dates(phrase, today))]
    orders = list_orders(session, customer_id)
    catalogue = catalogue or _catalogue_of(orders)
    text = ", ".join(words)
    named = {match.product_id for match in catalogue.find_products(text)}
    described = (
        _with_products(orders, named, catalogue, text)
        if named
        else _with_options(orders, catalogue.find_options(text))
    )
    if named or described:
        return _placed_in(described, ranges) or described
    return _placed_in(orders, ranges)


def refunds_of(session: Session, customer_id: uuid.UUID, number: str | None = None) -> list[Refund]:
    """Return the customer's refunds, or those of one order, the newest first.

    Raises:
        OrderNotFound: ``number`` is no order of this customer.
    """
    if number is not None:
        return list(reversed(get_order(session, customer_id, number).refunds))
    own = (
        select(Refund)
        .join(Order, Order.id == Refund.order_id)
        .where(Order.customer_id == customer_id)
        .order_by(desc(Refund.issued_at), Refund.id)
    )
    return list(session.execute(own).scalars())


def order_total(order: Order) -> Decimal:
    """Return what all lines and the shipping cost, in euros."""
    pieces = sum((line.price * line.quantity for line in order.lines), Decimal("0.00"))
    return pieces + order.shipping_cost


def describe(order: Order) -> OrderStatus:
    """Return where an order stands."""
    return OrderStatus(
        number=order.id,
        state=OrderState(order.status),
        placed_on=order.placed_at.date(),
        total=order_total(order),
        parcels=tuple(_parcel(order, fulfilment) for fulfilment in order.fulfilments),
    )


def _parcel(order: Order, fulfilment: Fulfilment) -> Parcel:
    return Parcel(
        carrier=fulfilment.carrier,
        tracking_number=fulfilment.tracking_number,
        lines=tuple(line for line in order.lines if line.fulfilment_id == fulfilment.id),
        shipped_on=fulfilment.shipped_at.date(),
        expected_on=fulfilment.expected_on,
        delivered_on=_day(fulfilment.delivered_at),
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _catalogue_of(orders: Sequence[Order]) -> Catalogue:
    bought = dict.fromkeys(line.variant.product for order in orders for line in order.lines)
    return Catalogue(bought)


def _placed_in(orders: Sequence[Order], ranges: Sequence[DateRange]) -> list[Order]:
    return [order for order in orders if any(order.placed_at.date() in days for days in ranges)]


def _with_products(
    orders: Sequence[Order], named: set[str], catalogue: Catalogue, text: str
) -> list[Order]:
    """The orders with a named product: where there are any, those with its named options."""
    options = {product_id: catalogue.find_options(text, product_id) for product_id in named}
    with_product, with_variant = [], []
    for order in orders:
        lines = [line for line in order.lines if line.variant.product_id in named]
        if lines:
            with_product.append(order)
        if any(_has(line, options[line.variant.product_id]) for line in lines):
            with_variant.append(order)
    return with_variant or with_product


def _with_options(orders: Sequence[Order], options: Sequence[OptionMatch]) -> list[Order]:
    if not options:
        return []
    return [order for order in orders if any(_has(line, options) for line in order.lines)]


def _has(line: OrderLine, options: Sequence[OptionMatch]) -> bool:
    return line.variant in variants_matching(line.variant.product, options)
