"""Loads the demo shop's files into the database, and keeps its dates true.

An order's dates are relative to the day of loading. ``seed_shop(refresh=True)`` may run
before every start: it moves the dates of every order that nobody has changed, so that
"arrives on Thursday" stays true, and does nothing more when the dates are right already.
An order that somebody has changed is left alone and grows older like a real one. It is
told by ``updated_at``, which loading sets equal to ``placed_at`` and every later change
moves, and by payments, refunds or returns that are not in the files.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.shop.models import Order, PaymentMethod, Product, Return, Variant
from aisle.shop.orders import OrderState
from aisle.shop.seed_checks import problems_of
from aisle.shop.seed_files import (
    CustomerEntry,
    OrderEntry,
    ProductEntry,
    SeedError,
    ShopFiles,
    VariantEntry,
    read_shop,
)
from aisle.shop.seed_rows import (
    RELATIVE_DATES,
    customer_row,
    fulfilment_rows,
    line_rows,
    money_rows,
    order_row,
    product_values,
    return_line_rows,
    return_rows,
)

__all__ = ["Counts", "SeedError", "SeedReport", "seed_shop"]

_ORDERS_AT_ONCE = 50


@dataclass(frozen=True)
class Counts:
    """What happened to the rows of one kind."""

    added: int
    updated: int
    unchanged: int

    @property
    def total(self) -> int:
        return self.added + self.updated + self.unchanged


@dataclass(frozen=True)
class SeedReport:
    products: Counts
    customers: Counts
    orders: Counts

    @property
    def changed(self) -> bool:
        return any(kind.added or kind.updated for _, kind in self._kinds())

    def __str__(self) -> str:
        return "; ".join(
            f"{kind.total} {name} ({kind.added} new, {kind.updated} updated)"
            for name, kind in self._kinds()
        )

    def _kinds(self) -> list[tuple[str, Counts]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def seed_shop(
    database: Database,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    today: date | None = None,
    *,
    refresh: bool = False,
) -> SeedReport:
    """Load the shop's files in one transaction; rows that are there already stay as they are.

    Args:
        folder: holds ``products/``, ``customers.yml`` and ``orders/``.
        progress: called with the number of entries done and of all entries.
        today: the day that dates in the files are relative to; the present day (UTC).
        refresh: also bring rows up to date that are there already: the dates of orders
            nobody has changed, and what products are called, cost and are described as.
            Stock, balances, addresses and statuses are never touched.

    Raises:
        SeedError: the files are wrong; nothing was written.
    """
    shop = read_shop(folder)
    problems = problems_of(shop)
    if problems:
        raise SeedError(problems)
    with database.transaction() as session:
        return _Seeding(session, shop, progress, today or utc_now().date(), refresh).run()


class _Seeding:
    def __init__(
        self,
        session: Session,
        shop: ShopFiles,
        progress: Callable[[int, int], None] | None,
        today: date,
        refresh: bool,
    ) -> None:
        self._session = session
        self._shop = shop
        self._progress = progress
        self._today = today
        self._refresh = refresh
        self._total = len(shop.products) + len(shop.customers) + len(shop.orders)
        self._addresses = {customer.id: customer.address for customer in shop.customers}
        self._customers: dict[str, Customer] = {}

    def run(self) -> SeedReport:
        shop = self._shop
        products = self._products(shop.products)
        self._report(len(shop.products))
        customers = self._load_customers(shop.customers)
        self._report(len(shop.products) + len(shop.customers))
        return SeedReport(products, customers, self._orders(shop.orders))

    def _report(self, done: int) -> None:
        if self._progress:
            self._progress(done, self._total)

    def _add(self, rows: Iterable[Any]) -> None:
        self._session.add_all(list(rows))
        self._session.flush()

    def _all(self, model: Any) -> dict[Any, Any]:
        return {row.id: row for row in self._session.execute(select(model)).scalars()}

    def _products(self, entries: list[ProductEntry]) -> Counts:
        products, variants = self._all(Product), self._all(Variant)
        added = updated = 0
        for entry in entries:
            present = products.get(entry.id)
            changed = present is not None and self._refresh
            changed = changed and _set(present, product_values(entry))
            if present is None:
                self._session.add(Product(id=entry.id, **product_values(entry)))
            for variant in entry.variants:
                changed |= self._variant(entry, variant, variants)
            added += present is None
            updated += present is not None and changed
        self._session.flush()
        return Counts(added, updated, len(entries) - added - updated)

    def _variant(
        self, product: ProductEntry, entry: VariantEntry, present: dict[str, Variant]
    ) -> bool:
        """Add or refresh a variant; tell whether anything changed."""
        if entry.id not in present:
            self._session.add(Variant(product_id=product.id, **entry.dict()))
            return True
        values = {"options": entry.options, "price": entry.price}
        return self._refresh and _set(present[entry.id], values)

    def _load_customers(self, entries: list[CustomerEntry]) -> Counts:
        known = list(self._session.execute(select(Customer)).scalars())
        by_external_id = {customer.external_id: customer for customer in known}
        by_email = {(customer.email or "").casefold(): customer for customer in known}
        new = []
        for entry in entries:
            present = by_external_id.get(entry.id) or by_email.get(entry.email.casefold())
            if present is None:
                new.append(present := customer_row(entry))
            self._customers[entry.id] = present
        self._add(new)
        methods = self._all(PaymentMethod)
        self._add(
            PaymentMethod(customer_id=self._customers[entry.id].id, **method.dict())
            for entry in entries
            for method in entry.payment_methods
            if method.id not in methods
        )
        return Counts(len(new), 0, len(entries) - len(new))

    def _orders(self, entries: list[tuple[OrderState, OrderEntry]]) -> Counts:
        present = self._all(Order)
        returns = self._returns() if self._refresh else {}
        new = [(state, entry) for state, entry in entries if entry.id not in present]
        old = [entry for _, entry in entries if entry.id in present]
        moved = 0
        if self._refresh:
            for entry in old:
                moved += self._move(present[entry.id], returns.get(entry.id, []), entry)
        before = self._total - len(new)
        for start in range(0, len(new), _ORDERS_AT_ONCE):
            self._add_orders(new[start : start + _ORDERS_AT_ONCE])
            self._report(before + min(start + _ORDERS_AT_ONCE, len(new)))
        if not new:
            self._report(self._total)
        return Counts(len(new), moved, len(old) - moved)

    def _add_orders(self, entries: list[tuple[OrderState, OrderEntry]]) -> None:
        today = self._today
        orders = [entry for _, entry in entries]
        self._add(
            order_row(
                state,
                entry,
                self._customers[entry.customer],
                self._addresses[entry.customer],
                today,
            )
            for state, entry in entries
        )
        self._add(row for entry in orders for row in fulfilment_rows(entry, today))
        self._add(row for entry in orders for row in line_rows(entry))
        self._add(row for entry in orders for row in money_rows(entry, today))
        self._add(row for entry in orders for row in return_rows(entry, today))
        self._add(row for entry in orders for row in return_line_rows(entry))

    def _returns(self) -> dict[str, list[Return]]:
        grouped: dict[str, list[Return]] = {}
        for row in self._session.execute(select(Return)).scalars():
            grouped.setdefault(row.order_id, []).append(row)
        return grouped

    def _move(self, order: Order, returns: list[Return], entry: OrderEntry) -> bool:
        """Bring an untouched order's dates to today; tell whether that changed any."""
        placed_at = entry.placed.at(self._today)
        wanted: list[Any] = [
            *fulfilment_rows(entry, self._today),
            *money_rows(entry, self._today),
            *return_rows(entry, self._today),
        ]
        rows: list[Any] = [*order.fulfilments, *order.payments, *order.refunds, *returns]
        present = {row.id: row for row in rows}
        touched = order.updated_at != order.placed_at or {row.id for row in wanted} != set(present)
        if touched or order.placed_at == placed_at:
            return False
        moments = dict.fromkeys(("placed_at", "recorded_at", "updated_at"), placed_at)
        _set(order, moments)
        for row in wanted:
            names = RELATIVE_DATES[type(row)]
            _set(present[row.id], {name: getattr(row, name) for name in names})
        return True


def _set(row: Any, values: dict[str, Any]) -> bool:
    """Set what differs; tell whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
