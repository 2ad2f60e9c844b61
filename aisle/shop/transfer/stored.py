"""The shop in the database, as records."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.shop.models import (
    Fulfilment,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Return,
    ReturnLine,
    Variant,
)
from aisle.shop.orders import OrderState
from aisle.shop.transfer.records import (
    AddressRecord,
    CustomerRecord,
    FulfilmentRecord,
    LineRecord,
    MethodRecord,
    OrderRecord,
    PaymentRecord,
    ProductRecord,
    RefundRecord,
    ReturnLineRecord,
    ReturnRecord,
    ShopRecords,
    VariantRecord,
)

_AT_ONCE = 500
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)

Row = Mapping[str, Any]


def table_of(model: Any) -> Table:
    return model.__table__


@dataclass
class Stored:
    """Records and the database's keys of orders' parts.

    ``part_ids`` is by table, order and number in it: tracking number, position, or number
    of the return.
    """

    shop: ShopRecords = field(default_factory=ShopRecords)
    part_ids: dict[tuple[str, str, Any], uuid.UUID] = field(default_factory=dict)


def customer_key(row: Row) -> str:
    """What a shop calls a customer; our own id where the shop has none."""
    return row["external_id"] or str(row["id"])


def rows_of(session: Session, model: Any, column: str, values: Collection[Any]) -> Iterator[Row]:
    """Yield the rows whose column has one of the values."""
    table, wanted = table_of(model), list(values)
    for start in range(0, len(wanted), _AT_ONCE):
        some = table.c[column].in_(wanted[start : start + _AT_ONCE])
        yield from session.execute(select(table).where(some)).mappings()


def read_whole_shop(session: Session) -> Stored:
    """Return everything, sorted by id."""
    reader = StoredReader()
    for model, take in reader.takes.items():
        take(session.execute(select(table_of(model))).mappings())
    return reader.stored


def read_orders(session: Session, numbers: Collection[str], customers: Mapping[Any, str]) -> Stored:
    """Return these orders with all that is theirs, those that are there.

    Args:
        customers: what the customers are called, by database key. Orders of others are
            left out.
    """
    reader = StoredReader(dict(customers))
    reader.take_orders(
        row for row in rows_of(session, Order, "id", numbers) if row["customer_id"] in customers
    )
    own = [order.id for order in reader.stored.shop.orders]
    for model, take in reader.takes.items():
        if model in (Fulfilment, OrderLine, Payment, Refund, Return):
            take(rows_of(session, model, "order_id", own))
    reader.take_return_lines(rows_of(session, ReturnLine, "return_id", list(reader.returns)))
    return reader.stored


class StoredReader:
    """Turns rows into records, table after table; ``takes`` names them in their sequence."""

    def __init__(self, customers: dict[Any, str] | None = None) -> None:
        self.stored = Stored()
        self.returns: dict[Any, tuple[str, int]] = {}
        self._customers = customers or {}
        self._parcels: dict[Any, str] = {}
        self._lines: dict[Any, int] = {}
        self.takes = {
            Customer: self.take_customers,
            PaymentMethod: self.take_methods,
            Product: self.take_products,
            Variant: self.take_variants,
            Order: self.take_orders,
            Fulfilment: self.take_fulfilments,
            OrderLine: self.take_lines,
            Payment: self.take_payments,
            Refund: self.take_refunds,
            Return: self.take_returns,
            ReturnLine: self.take_return_lines,
        }

    def take_customers(self, rows: Iterable[Row]) -> None:
        for row in sorted(rows, key=customer_key):
            self._customers[row["id"]] = customer_key(row)
            self.stored.shop.customers.append(customer_record(row))

    def take_methods(self, rows: Iterable[Row]) -> None:
        for row in _by_id(rows):
            self.stored.shop.payment_methods.append(
                MethodRecord.construct(
                    customer=self._customers[row["customer_id"]],
                    **_same(row, "id", "source", "brand", "last_four", "balance"),
                )
            )

    def take_products(self, rows: Iterable[Row]) -> None:
        names = ("id", "name", "category", "aliases", "description", "warranty_years", "bulky")
        self.stored.shop.products += [
            ProductRecord.construct(**_same(row, *names)) for row in _by_id(rows)
        ]

    def take_variants(self, rows: Iterable[Row]) -> None:
        # JSONB keeps no sequence of keys, so a file has them by name.
        self.stored.shop.variants += [
            VariantRecord.construct(
                product=row["product_id"],
                id=row["id"],
                options=dict(sorted(row["options"].items())),
                price=row["price"],
                stock=row["stock"],
            )
            for row in _by_id(rows)
        ]

    def take_orders(self, rows: Iterable[Row]) -> None:
        for row in _by_id(rows):
            self.stored.shop.orders.append(
                OrderRecord.construct(
                    id=row["id"],
                    customer=self._customers[row["customer_id"]],
                    status=OrderState(row["status"]),
                    address=_address(row["address"] or {}),
                    **_same(row, "shipping_method", "shipping_cost", "cancel_reason"),
                    **_same(row, "placed_at", "recorded_at", "updated_at"),
                )
            )

    def take_fulfilments(self, rows: Iterable[Row]) -> None:
        for row in sorted(rows, key=lambda row: (row["order_id"], row["tracking_number"])):
            number = row["tracking_number"]
            self._parcels[row["id"]] = number
            self._keep("fulfilments", row, number)
            self.stored.shop.fulfilments.append(
                FulfilmentRecord.construct(
                    order=row["order_id"],
                    **_same(row, "tracking_number", "carrier", "shipped_at", "expected_on"),
                    **_same(row, "delivered", "delivered_at"),
                )
            )

    def take_lines(self, rows: Iterable[Row]) -> None:
        for row, position in _numbered(rows):
            self._lines[row["id"]] = position
            self._keep("order_lines", row, position)
            self.stored.shop.order_lines.append(
                LineRecord.construct(
                    order=row["order_id"],
                    position=position,
                    variant=row["variant_id"],
                    quantity=row["quantity"],
                    price=row["price"],
                    tracking_number=self._parcels.get(row["fulfilment_id"]),
                )
            )

    def take_payments(self, rows: Iterable[Row]) -> None:
        for row, position in _numbered(rows):
            self._keep("payments", row, position)
            self.stored.shop.payments.append(
                PaymentRecord.construct(**_movement(row, position), **_same(row, "paid_at"))
            )

    def take_refunds(self, rows: Iterable[Row]) -> None:
        for row, position in _numbered(rows):
            self._keep("refunds", row, position)
            moments = _same(row, "issued_at", "completed", "completed_at")
            self.stored.shop.refunds.append(
                RefundRecord.construct(**_movement(row, position), **moments)
            )

    def take_returns(self, rows: Iterable[Row]) -> None:
        counted: dict[str, int] = {}
        for row in sorted(rows, key=_when_requested):
            number = counted[row["order_id"]] = counted.get(row["order_id"], 0) + 1
            self.returns[row["id"]] = row["order_id"], number
            self._keep("returns", row, number)
            self.stored.shop.returns.append(
                ReturnRecord.construct(
                    order=row["order_id"],
                    number=number,
                    kind=row["kind"],
                    payment_method=row["payment_method_id"],
                    requested_at=row["requested_at"],
                )
            )

    def take_return_lines(self, rows: Iterable[Row]) -> None:
        records = []
        for row in rows:
            order, number = self.returns[row["return_id"]]
            records.append(
                ReturnLineRecord.construct(
                    order=order,
                    number=number,
                    line=self._lines[row["order_line_id"]],
                    quantity=row["quantity"],
                    replacement=row["replacement_variant_id"],
                    replacement_price=row["replacement_price"],
                )
            )
        records.sort(key=lambda record: (record.order, record.number, record.line))
        self.stored.shop.return_lines += records

    def _keep(self, table: str, row: Row, number: Any) -> None:
        self.stored.part_ids[table, row["order_id"], number] = row["id"]


def customer_record(row: Row) -> CustomerRecord:
    return CustomerRecord.construct(
        id=customer_key(row),
        address=_address(row["default_address"]),
        preferences=row["preferences"],
        **_same(row, "email", "phone", "first_name", "last_name"),
    )


def _same(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _by_id(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["id"]))


def _address(stored: Any) -> AddressRecord | None:
    if stored is None:
        return None
    parts: Any = {name: stored.get(name) or "" for name in AddressRecord.__fields__}
    return AddressRecord.construct(**parts)


def _movement(row: Row, position: int) -> dict[str, Any]:
    return {
        "order": row["order_id"],
        "position": position,
        "payment_method": row["payment_method_id"],
        "amount": row["amount"],
    }


def _numbered(rows: Iterable[Row]) -> Iterator[tuple[Row, int]]:
    """Yield rows with their positions in their orders; one that is taken moves on."""
    last: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (row["order_id"], row["position"], str(row["id"]))):
        position = max(row["position"], last.get(row["order_id"], 0) + 1)
        last[row["order_id"]] = position
        yield row, position


def _when_requested(row: Row) -> tuple[str, datetime, str]:
    return row["order_id"], row["requested_at"] or _LONG_AGO, str(row["id"])
