"""A customer's own orders: finding them, and what to tell about them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.shop.catalogue import Catalogue, OptionMatch, variants_matching
from aisle.shop.dates import DateRange, parse_dates
from aisle.shop.models import Fulfilment, Order, OrderLine, Refund
from aisle.shop.numbers import normalise_order_number

_UNKNOWN_DAY = datetime.min.replace(tzinfo=timezone.utc)


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
    """A parcel of an order. Days are UTC; what the shop does not know is None.

    ``delivered`` says whether it has arrived, also where ``delivered_on`` is not known.
    """

    carrier: str | None
    tracking_number: str
    lines: tuple[OrderLine, ...]
    shipped_on: date | None
    expected_on: date | None
    delivered: bool
    delivered_on: date | None

    def is_late(self, today: date) -> bool:
        """Whether it should have arrived; never where the day is not known."""
        return not self.delivered and self.expected_on is not None and self.expected_on < today


@dataclass(frozen=True)
class OrderStatus:
    """Where an order stands; ``placed_on`` is None where the shop does not know it."""

    number: str
    state: OrderState
    placed_on: date | None
    total: Decimal
    parcels: tuple[Parcel, ...]

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        return tuple(parcel.tracking_number for parcel in self.parcels)

    @property
    def delivered(self) -> bool:
        """Whether every parcel has arrived; False without parcels."""
        return bool(self.parcels) and all(parcel.delivered for parcel in self.parcels)

    @property
    def expected_on(self) -> date | None:
        """The day the last parcel on its way should arrive.

        None when none is on its way, or when one of these days is not known.
        """
        return _latest([parcel.expected_on for parcel in self.parcels if not parcel.delivered])

    @property
    def delivered_on(self) -> date | None:
        """The day the last parcel arrived; None until all have, or when a day is not known."""
        if not self.delivered:
            return None
        return _latest([parcel.delivered_on for parcel in self.parcels])


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


def open_orders(orders: Iterable[Order]) -> list[Order]:
    """Return the orders that have not arrived yet."""
    return [order for order in orders if order.status in OPEN_STATES]


def find_orders(
    orders: Sequence[Order],
    *,
    words: Sequence[str] = (),
    dates: Sequence[str] = (),
    today: date,
    catalogue: Catalogue | None = None,
) -> list[Order]:
    """Return those of a customer's orders that fit a description, in their sequence.

    A product that is named must be in the order. Options and dates narrow the choice,
    but memory slips: one that fits none of these orders is left out of account. When
    nothing but dates is usable, they must fit; an order without a date never fits them.

    Args:
        orders: the customer's own orders.
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


def lines_named(order: Order, text: str, catalogue: Catalogue) -> list[OrderLine]:
    """Return the lines of an order whose product a text names, and whose options fit.

    Options narrow the choice between lines of one product; those that fit none of them
    are left out of account. Empty when no product of the order is named.
    """
    named = {match.product_id for match in catalogue.find_products(text)}
    lines = [line for line in order.lines if line.variant.product_id in named]
    options = {product_id: catalogue.find_options(text, product_id) for product_id in named}
    fitting = [line for line in lines if _has(line, options[line.variant.product_id])]
    missed = named - {line.variant.product_id for line in fitting}
    return [line for line in lines if line in fitting or line.variant.product_id in missed]


def refunds_of(orders: Iterable[Order]) -> list[Refund]:
    """Return the refunds of some orders, the newest first; those without a date last."""
    refunds = [refund for order in orders for refund in reversed(order.refunds)]
    return sorted(refunds, key=lambda refund: refund.issued_at or _UNKNOWN_DAY, reverse=True)


def order_total(order: Order) -> Decimal:
    """Return what all lines and the shipping cost, in the shop's currency."""
    pieces = sum((line.price * line.quantity for line in order.lines), Decimal("0.00"))
    return pieces + order.shipping_cost


def describe(order: Order) -> OrderStatus:
    """Return where an order stands."""
    return OrderStatus(
        number=order.id,
        state=OrderState(order.status),
        placed_on=_day(order.placed_at),
        total=order_total(order),
        parcels=tuple(_parcel(order, fulfilment) for fulfilment in order.fulfilments),
    )


def _parcel(order: Order, fulfilment: Fulfilment) -> Parcel:
    return Parcel(
        carrier=fulfilment.carrier,
        tracking_number=fulfilment.tracking_number,
        lines=tuple(line for line in order.lines if line.fulfilment_id == fulfilment.id),
        shipped_on=_day(fulfilment.shipped_at),
        expected_on=fulfilment.expected_on,
        delivered=fulfilment.delivered,
        delivered_on=_day(fulfilment.delivered_at),
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _latest(days: Sequence[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _catalogue_of(orders: Sequence[Order]) -> Catalogue:
    bought = dict.fromkeys(line.variant.product for order in orders for line in order.lines)
    return Catalogue(bought)


def _placed_in(orders: Sequence[Order], ranges: Sequence[DateRange]) -> list[Order]:
    return [
        order
        for order in orders
        if order.placed_at is not None and any(order.placed_at.date() in days for days in ranges)
    ]


def _with_products(
    orders: Sequence[Order], named: set[str], catalogue: Catalogue, text: str
) -> list[Order]:
    """The orders with most of the named products; of these, those with the named options."""
    options = {product_id: catalogue.find_options(text, product_id) for product_id in named}
    found = [named & {line.variant.product_id for line in order.lines} for order in orders]
    most = max(map(len, found), default=0)
    with_product, with_variant = [], []
    for order, products in zip(orders, found, strict=True):
        lines = [line for line in order.lines if line.variant.product_id in named]
        if not lines or len(products) < most:
            continue
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
