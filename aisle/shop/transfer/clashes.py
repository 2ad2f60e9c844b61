"""Finds who is who in the database, and ids that somebody else has there."""

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.shop.models import Fulfilment, Order, PaymentMethod, Variant
from aisle.shop.transfer.records import CustomerRecord, FulfilmentRecord, Record, ShopRecords
from aisle.shop.transfer.stored import Row, customer_key, customer_record, rows_of, table_of

Clash = tuple[Record, str]
_AT_ONCE = 500


class KnownCustomers:
    """The database's customers that the files name, by id or by e-mail address."""

    def __init__(self, session: Session, records: list[CustomerRecord]) -> None:
        self._records = records
        ids = [record.id for record in records]
        own_ids = [own for own in map(_uuid, ids) if own is not None]
        rows = [
            *rows_of(session, Customer, "external_id", ids),
            *(row for row in rows_of(session, Customer, "id", own_ids) if not row["external_id"]),
        ]
        self._by_key = {customer_key(row): row for row in rows}
        self._by_email = {
            row["email"].lower(): row
            for row in _with_emails(session, [record.email for record in records if record.email])
        }
        self.rows = {record.id: row for record in records if (row := self._row_of(record))}
        self.ids: dict[str, uuid.UUID] = {name: row["id"] for name, row in self.rows.items()}
        self.present = {name: customer_record(row) for name, row in self.rows.items()}

    def _row_of(self, record: CustomerRecord) -> Row | None:
        row = self._by_key.get(record.id)
        if row is None and record.email:
            # Somebody who wrote before the shop told who that is.
            guest = self._by_email.get(record.email.lower())
            row = guest if guest is not None and guest["external_id"] is None else None
        return row

    def clashes(self) -> Iterator[Clash]:
        new_emails = {
            row["id"]: (record.email or "").lower()
            for record in self._records
            if (row := self.rows.get(record.id)) and "email" in record.__fields_set__
        }
        for record in self._records:
            email = (record.email or "").lower()
            other, own = self._by_email.get(email), self.rows.get(record.id)
            if other is None or (own is not None and own["id"] == other["id"]):
                continue
            if new_emails.get(other["id"], email) == email:
                who = other["external_id"] or "a customer without an id of the shop"
                yield record, f"email: belongs to {who} in the database; correct one of them"


def clashes_of(session: Session, shop: ShopRecords, customers: dict[str, Row]) -> Iterator[Clash]:
    """Yield records whose id is taken by another product, customer or order."""
    methods = {row["id"]: row for row in _present(session, PaymentMethod, shop.payment_methods)}
    for method in shop.payment_methods:
        row = methods.get(method.id)
        if row is not None and not _is_of(customers.get(method.customer), row):
            yield method, f"payment method {method.id} is another customer's in the database"
    variants = {row["id"]: row for row in _present(session, Variant, shop.variants)}
    for variant in shop.variants:
        row = variants.get(variant.id)
        if row is not None and row["product_id"] != variant.product:
            other = row["product_id"]
            yield variant, f"variant {variant.id} is of product {other} in the database"
    orders = {row["id"]: row for row in _present(session, Order, shop.orders)}
    for order in shop.orders:
        row = orders.get(order.id)
        if row is not None and not _is_of(customers.get(order.customer), row):
            yield order, f"order {order.id} is another customer's in the database"
    yield from _parcel_clashes(session, shop)


def moved_parcels(session: Session, shop: ShopRecords) -> Iterator[tuple[FulfilmentRecord, Row]]:
    """Yield parcels that are another order's in the database, with their rows."""
    parcels = {parcel.tracking_number: parcel for parcel in shop.fulfilments}
    for row in rows_of(session, Fulfilment, "tracking_number", parcels):
        parcel = parcels[row["tracking_number"]]
        if row["order_id"] != parcel.order:
            yield parcel, row


def _parcel_clashes(session: Session, shop: ShopRecords) -> Iterator[Clash]:
    named = {order.id for order in shop.orders}
    for parcel, row in moved_parcels(session, shop):
        number, order = row["tracking_number"], row["order_id"]
        if order not in named:
            yield parcel, f"tracking_number: {number} is of order {order} in the database"


def _present(session: Session, model: Any, records: Any) -> Iterator[Row]:
    return rows_of(session, model, "id", [record.id for record in records])


def _is_of(customer: Row | None, row: Row) -> bool:
    return customer is not None and row["customer_id"] == customer["id"]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _with_emails(session: Session, emails: list[str]) -> Iterator[Row]:
    table = table_of(Customer)
    for start in range(0, len(emails), _AT_ONCE):
        some = [email.lower() for email in emails[start : start + _AT_ONCE]]
        same = select(table).where(func.lower(table.c.email).in_(some))
        yield from session.execute(same).mappings()
