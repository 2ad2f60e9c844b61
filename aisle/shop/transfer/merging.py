"""Compares a shop's records with the database and writes what differs."""

import uuid
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.shop.models import Fulfilment, Order, PaymentMethod, Product, Variant
from aisle.shop.seed import Counts, SeedReport
from aisle.shop.transfer.clashes import KnownCustomers, clashes_of, moved_parcels
from aisle.shop.transfer.merging_orders import OrderMerge
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import (
    CustomerRecord,
    MethodRecord,
    ShopRecords,
    VariantRecord,
)
from aisle.shop.transfer.saving import Values, counts, save, update
from aisle.shop.transfer.stored import StoredReader, rows_of, table_of

_ORDERS_AT_ONCE = 200


def merge_shop(
    session: Session, reading: Reading, progress: Callable[[int, int], None] | None
) -> SeedReport:
    """Raises BrokenShop when an id is somebody else's in the database."""
    shop = reading.shop
    _lock(session, sorted(order.id for order in shop.orders))
    known = KnownCustomers(session, shop.customers)
    for record, problem in (*known.clashes(), *clashes_of(session, shop, known.rows)):
        reading.report_at(record, problem)
    reading.end()
    done, total = 0, len(shop.products) + len(shop.customers) + len(shop.orders)

    def report(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, total)

    products = _merge_products(session, shop)
    report(products.total)
    customers, customer_ids = _merge_customers(session, shop, known)
    report(customers.total)
    return SeedReport(products, customers, _merge_orders(session, shop, customer_ids, report))


def _lock(session: Session, numbers: Sequence[str]) -> None:
    """Let operations on these orders wait; whoever holds one of them is waited for."""
    table = table_of(Order)
    for start in range(0, len(numbers), _ORDERS_AT_ONCE):
        some = table.c.id.in_(numbers[start : start + _ORDERS_AT_ONCE])
        session.execute(select(table.c.id).where(some).order_by(table.c.id).with_for_update())


def _merge_products(session: Session, shop: ShopRecords) -> Counts:
    ids = [product.id for product in shop.products]
    reader = StoredReader()
    reader.take_products(rows_of(session, Product, "id", ids))
    reader.take_variants(rows_of(session, Variant, "id", [one.id for one in shop.variants]))
    present = {product.id: product for product in reader.stored.shop.products}
    present_variants = {variant.id: variant for variant in reader.stored.shop.variants}
    variants = shop.variants
    if shop.is_vague:
        variants = [_with_stock(one, present_variants.get(one.id)) for one in variants]
    changed = save(session, Product, shop.products, present, lambda product: product.dict())
    changed_variants = save(session, Variant, variants, present_variants, _variant_values)
    changed |= {variant.product for variant in variants if variant.id in changed_variants}
    return counts(ids, present, changed)


def _with_stock(variant: VariantRecord, present: VariantRecord | None) -> VariantRecord:
    if present is None or not present.stock or not variant.stock:
        return variant
    return variant.copy(update={"stock": present.stock})


def _variant_values(variant: VariantRecord) -> Values:
    return {**variant.dict(exclude={"product"}), "product_id": variant.product}


def _merge_customers(
    session: Session, shop: ShopRecords, known: KnownCustomers
) -> tuple[Counts, dict[str, uuid.UUID]]:
    """Return what happened, and the customers' keys in the database by their ids."""
    ids = {one.id: known.ids.get(one.id) or uuid.uuid4() for one in shop.customers}
    _free_emails(session, shop.customers, known.present, ids)
    changed = save(
        session,
        Customer,
        shop.customers,
        known.present,
        lambda customer: _customer_values(customer, ids[customer.id]),
    )
    methods = shop.payment_methods
    reader = StoredReader({own: name for name, own in ids.items()})
    reader.take_methods(rows_of(session, PaymentMethod, "id", [one.id for one in methods]))
    present_methods = {method.id: method for method in reader.stored.shop.payment_methods}
    changed_methods = save(
        session,
        PaymentMethod,
        methods,
        present_methods,
        lambda method: _method_values(method, ids[method.customer]),
    )
    changed |= {method.customer for method in methods if method.id in changed_methods}
    return counts(ids, known.present, changed), ids


def _free_emails(
    session: Session,
    customers: Sequence[CustomerRecord],
    present: Mapping[str, CustomerRecord],
    ids: Mapping[str, uuid.UUID],
) -> None:
    """Let addresses change hands: for a moment, those who change theirs have none."""
    moving = [
        {"id": ids[customer.id], "email": None}
        for customer in customers
        if customer.id in present and present[customer.id].email != customer.email
    ]
    update(session, Customer, moving)


def _customer_values(customer: CustomerRecord, own: uuid.UUID) -> Values:
    return {
        **customer.dict(exclude={"id", "address"}),
        "id": own,
        # One whom the shop has no id for is exported under ours.
        "external_id": None if customer.id == str(own) else customer.id,
        "default_address": customer.address.dict() if customer.address else None,
    }


def _method_values(method: MethodRecord, customer_id: uuid.UUID) -> Values:
    return {**method.dict(exclude={"customer"}), "customer_id": customer_id}


def _merge_orders(
    session: Session,
    shop: ShopRecords,
    customer_ids: Mapping[str, uuid.UUID],
    report: Callable[[int], None],
) -> Counts:
    # Parcels that change orders, which may be written one after the other.
    freed = [
        {"id": row["id"], "tracking_number": str(row["id"])}
        for _, row in moved_parcels(session, shop)
    ]
    update(session, Fulfilment, freed)
    merge = OrderMerge(session, shop, customer_ids)
    found = Counts(0, 0, 0)
    for start in range(0, len(shop.orders), _ORDERS_AT_ONCE):
        some = merge.merge(shop.orders[start : start + _ORDERS_AT_ONCE])
        report(some.total)
        found = Counts(
            found.added + some.added,
            found.updated + some.updated,
            found.unchanged + some.unchanged,
        )
    return found
