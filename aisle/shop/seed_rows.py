"""Database rows made from the demo shop's entries. Equal entries give equal ids."""

import uuid
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from aisle.customers.models import Customer
from aisle.shop.models import Fulfilment, Order, OrderLine, Payment, Refund, Return, ReturnLine
from aisle.shop.orders import OrderState
from aisle.shop.seed_files import AddressEntry, CustomerEntry, OrderEntry, ProductEntry, RefundEntry

_NAMESPACE = uuid.UUID("6f0e1b9e-6c52-4f0f-9c1f-2f6f0a7b1c55")

RELATIVE_DATES: dict[type, tuple[str, ...]] = {
    Fulfilment: ("shipped_at", "expected_on", "delivered_at"),
    Payment: ("paid_at",),
    Refund: ("issued_at", "completed_at"),
    Return: ("requested_at",),
}


def product_values(entry: ProductEntry) -> dict[str, Any]:
    return entry.dict(exclude={"id", "variants"})


def customer_row(entry: CustomerEntry) -> Customer:
    return Customer(
        id=_id("customer", entry.id),
        external_id=entry.id,
        email=entry.email,
        phone=entry.phone,
        first_name=entry.first_name,
        last_name=entry.last_name,
        default_address=entry.address.dict(),
    )


def fulfilment_rows(entry: OrderEntry, today: date) -> list[Fulfilment]:
    return [
        Fulfilment(
            id=_id(entry.id, "fulfilment", parcel.tracking),
            order_id=entry.id,
            tracking_number=parcel.tracking,
            carrier=parcel.carrier,
            shipped_at=parcel.shipped.at(today),
            expected_on=_not_sunday(parcel.expected.on(today)),
            delivered=parcel.delivered is not None,
            delivered_at=parcel.delivered.at(today) if parcel.delivered else None,
        )
        for parcel in entry.fulfilments
    ]


def _not_sunday(day: date) -> date:
    """Nothing is delivered on a Sunday, whichever day the files are loaded on."""
    return day + timedelta(days=1) if day.weekday() == 6 else day


def line_rows(entry: OrderEntry) -> list[OrderLine]:
    parcel_of = {
        variant: _id(entry.id, "fulfilment", parcel.tracking)
        for parcel in entry.fulfilments
        for variant in parcel.variants
    }
    return [
        OrderLine(
            id=_id(entry.id, "line", line.variant),
            order_id=entry.id,
            position=position,
            variant_id=line.variant,
            fulfilment_id=parcel_of.get(line.variant),
            quantity=line.quantity,
            price=line.price,
        )
        for position, line in enumerate(entry.lines, start=1)
    ]


def money_rows(entry: OrderEntry, today: date) -> list[Payment | Refund]:
    payments: list[Payment | Refund] = [
        Payment(
            id=_id(entry.id, "payment", number),
            order_id=entry.id,
            payment_method_id=payment.method,
            position=number + 1,
            amount=payment.amount,
            paid_at=payment.paid.at(today),
        )
        for number, payment in enumerate(entry.payments)
    ]
    refunds = [
        Refund(
            id=_id(entry.id, "refund", number),
            order_id=entry.id,
            payment_method_id=refund.method,
            position=number + 1,
            amount=refund.amount,
            issued_at=refund.issued.at(today),
            completed=refund.completed is not None,
            completed_at=_completed(refund, today),
        )
        for number, refund in enumerate(entry.refunds)
    ]
    return payments + refunds


def _completed(refund: RefundEntry, today: date) -> datetime | None:
    if refund.completed is None:
        return None
    noon = datetime.combine(refund.completed.on(today), time(12), tzinfo=timezone.utc)
    return max(noon, refund.issued.at(today))


def return_rows(entry: OrderEntry, today: date) -> list[Return]:
    """The return or exchange that was asked for, if any."""
    if entry.return_:
        kind, method, asked = "return", entry.return_.refund_method, entry.return_.requested
    elif entry.exchange:
        kind, method, asked = "exchange", entry.exchange.difference_method, entry.exchange.requested
    else:
        return []
    return [
        Return(
            id=_id(entry.id, "return"),
            order_id=entry.id,
            kind=kind,
            payment_method_id=method,
            requested_at=asked.at(today),
        )
    ]


def return_line_rows(entry: OrderEntry) -> list[ReturnLine]:
    quantities = {line.variant: line.quantity for line in entry.lines}
    replacements: dict[str, str | None] = {}
    if entry.return_:
        replacements = dict.fromkeys(entry.return_.lines)
    if entry.exchange:
        replacements = {swap.old: swap.new for swap in entry.exchange.items}
    return [
        ReturnLine(
            return_id=_id(entry.id, "return"),
            order_line_id=_id(entry.id, "line", variant),
            quantity=quantities[variant],
            replacement_variant_id=replacement,
        )
        for variant, replacement in replacements.items()
    ]


def order_row(
    state: OrderState, entry: OrderEntry, customer: Customer, default: AddressEntry, today: date
) -> Order:
    """An order that nobody has changed yet: ``updated_at`` equals ``placed_at``."""
    placed_at = entry.placed.at(today)
    return Order(
        id=entry.id,
        customer_id=customer.id,
        status=state.value,
        address=(entry.address or default).dict(),
        shipping_method=entry.shipping_method,
        shipping_cost=entry.shipping_cost,
        cancel_reason=entry.cancel_reason,
        placed_at=placed_at,
        recorded_at=placed_at,
        updated_at=placed_at,
    )


def _id(*parts: object) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, "/".join(str(part) for part in parts))
