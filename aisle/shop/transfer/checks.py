"""What records must fulfil together: ids used once, references, sums and statuses."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from aisle.shop.orders import OrderState
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import (
    OWNERS,
    FulfilmentRecord,
    LineRecord,
    MethodRecord,
    OrderRecord,
    PaymentRecord,
    Record,
    RefundRecord,
    ReturnLineRecord,
    ReturnRecord,
    VariantRecord,
    by_owner,
)

_KEYS: dict[str, tuple[str, ...]] = {
    "customers": ("id",),
    "payment_methods": ("id",),
    "products": ("id",),
    "variants": ("id",),
    "orders": ("id",),
    "fulfilments": ("tracking_number",),
    "order_lines": ("order", "position"),
    "payments": ("order", "position"),
    "refunds": ("order", "position"),
    "returns": ("order", "number"),
    "return_lines": ("order", "number", "line"),
}
_STATUS_OF = {"return": OrderState.RETURN_REQUESTED, "exchange": OrderState.EXCHANGE_REQUESTED}
_UNSHIPPED = (OrderState.PENDING, OrderState.ITEMS_MODIFIED)

Problem = tuple[Record, str]


def check(reading: Reading) -> None:
    """Report what is wrong between records; nothing where a file could not be read."""
    if not reading.is_whole:
        return
    for record, problem in _Check(reading).problems():
        reading.report_at(record, problem)


class _Check:
    def __init__(self, reading: Reading) -> None:
        shop = reading.shop
        self._shop = shop
        self._spoiled = reading.spoiled
        self._variants = {variant.id: variant for variant in shop.variants}
        self._methods = {method.id: method for method in shop.payment_methods}
        self._ids = {
            "customer": {customer.id for customer in shop.customers},
            "product": {product.id for product in shop.products},
            "order": {order.id for order in shop.orders},
            "variant": set(self._variants),
            "payment_method": set(self._methods),
        }
        for kind, name in reading.spoiled:
            self._ids[kind].add(name)

    def problems(self) -> Iterator[Problem]:
        yield from self._repeated()
        for table, owner in OWNERS.items():
            for record in self._shop.table(table):
                yield from self._refers(record, owner, owner)
        yield from self._method_problems()
        yield from self._order_problems()

    def _repeated(self) -> Iterator[Problem]:
        for table, fields in _KEYS.items():
            records = self._shop.table(table)
            yield from _twice(
                ((record, tuple(getattr(record, name) for name in fields)) for record in records),
                " and ".join(field.replace("_", " ") for field in fields),
            )
        customers = self._shop.customers
        with_email = ((c, (c.email.casefold(),)) for c in customers if c.email)
        yield from _twice(with_email, "e-mail address")

    def _refers(self, record: Any, field: str, kind: str) -> Iterator[Problem]:
        value = getattr(record, field)
        if value is not None and value not in self._ids[kind]:
            named = kind.replace("_", " ")
            yield record, f"{field}: there is no {named} {value}; add it or correct the id"

    def _method_problems(self) -> Iterator[Problem]:
        for method in self._shop.payment_methods:
            if (method.balance is not None) != (method.source == "gift_card"):
                yield method, "balance: every gift card has one, and nothing else"

    def _order_problems(self) -> Iterator[Problem]:
        shop = self._shop
        parts = {
            table: by_owner(shop.table(table), "order")
            for table, owner in OWNERS.items()
            if owner == "order"
        }
        for order in shop.orders:
            yield from self._refers(order, "customer", "customer")
            if ("order", order.id) not in self._spoiled:
                own = {table: grouped.get(order.id, []) for table, grouped in parts.items()}
                yield from _OrderCheck(order, self._variants, **own).problems()
                yield from self._references_of(order, own)

    def _references_of(self, order: OrderRecord, own: dict[str, list[Any]]) -> Iterator[Problem]:
        for record in (*own["payments"], *own["refunds"], *own["returns"]):
            yield from self._refers(record, "payment_method", "payment_method")
            method: MethodRecord | None = self._methods.get(record.payment_method)
            if method is not None and method.customer != order.customer:
                yield record, f"payment_method: {method.id} is another customer's"
        for record in own["order_lines"]:
            yield from self._refers(record, "variant", "variant")
        for record in own["return_lines"]:
            yield from self._refers(record, "replacement", "variant")


class _OrderCheck:
    """One order with all its parts."""

    def __init__(
        self,
        order: OrderRecord,
        variants: dict[str, VariantRecord],
        *,
        fulfilments: list[FulfilmentRecord],
        order_lines: list[LineRecord],
        payments: list[PaymentRecord],
        refunds: list[RefundRecord],
        returns: list[ReturnRecord],
        return_lines: list[ReturnLineRecord],
    ) -> None:
        self._order = order
        self._variants = variants
        self._fulfilments = fulfilments
        self._lines = {line.position: line for line in order_lines}
        self._paid = sum((payment.amount for payment in payments), Decimal(0))
        self._refunded = sum((refund.amount for refund in refunds), Decimal(0))
        self._returns = {back.number: back for back in returns}
        self._return_lines = return_lines

    def problems(self) -> Iterator[Problem]:
        if not self._lines:
            yield self._order, "has no lines; an order needs one at least"
            return
        yield from self._line_problems()
        yield from self._status_problems()
        yield from self._return_problems()
        yield from self._money_problems()

    def _line_problems(self) -> Iterator[Problem]:
        parcels = {parcel.tracking_number for parcel in self._fulfilments}
        for line in self._lines.values():
            number = line.tracking_number
            if number is not None and number not in parcels:
                yield line, f"tracking_number: {number} is not among the order's fulfilments"
        for parcel in self._fulfilments:
            if parcel.delivered_at is not None and not parcel.delivered:
                yield parcel, "delivered_at: is given, so 'delivered' must be true"

    def _status_problems(self) -> Iterator[Problem]:
        order = self._order
        if order.cancel_reason is not None and order.status != OrderState.CANCELLED:
            yield order, "cancel_reason: belongs to cancelled orders only"
        if order.status in _UNSHIPPED and self._fulfilments:
            yield order, f"an order with the status '{order.status.value}' has no fulfilments yet"
        kinds = {back.kind for back in self._returns.values()}
        for kind, status in _STATUS_OF.items():
            if order.status == status and kind not in kinds:
                yield order, f"the status '{status.value}' needs a record of the {kind}"
            if kind in kinds and order.status not in (status, OrderState.DELIVERED):
                fitting = f"'{status.value}' or 'delivered'"
                yield order, f"has a record of the {kind}, so its status must be {fitting}"

    def _return_problems(self) -> Iterator[Problem]:
        pieces: Counter[int] = Counter()
        for back in self._return_lines:
            line = self._lines.get(back.line)
            of = self._returns.get(back.number)
            if line is None or of is None:
                missing = f"line {back.line}" if line is None else f"return {back.number}"
                yield back, f"the order has no {missing}"
                continue
            pieces[back.line] += back.quantity
            if pieces[back.line] > line.quantity:
                yield back, f"quantity: only {line.quantity} pieces were ordered"
            yield from self._replacement_problems(of, back, line)

    def _replacement_problems(
        self, of: ReturnRecord, back: ReturnLineRecord, line: LineRecord
    ) -> Iterator[Problem]:
        if (of.kind == "exchange") != (back.replacement is not None):
            yield back, "replacement: every line of an exchange has one, and of a return none"
        if back.replacement is None and back.replacement_price is not None:
            yield back, "replacement_price: needs a replacement"
        old, new = self._variants.get(line.variant), self._variants.get(back.replacement or "")
        if old and new and (old.id == new.id or old.product != new.product):
            yield back, f"replacement: {new.id} must be another variant of product {old.product}"

    def _money_problems(self) -> Iterator[Problem]:
        order = self._order
        lines = sum((line.price * line.quantity for line in self._lines.values()), Decimal(0))
        total = lines + order.shipping_cost
        kept = self._paid - self._refunded
        sums = f"payments ({self._paid:.2f}) less refunds ({self._refunded:.2f}) are {kept:.2f}"
        if order.status == OrderState.CANCELLED and kept != 0:
            yield order, f"{sums}, but a cancelled order is refunded in full"
        elif order.status in _UNSHIPPED and kept != total:
            yield order, f"{sums}, but lines and shipping cost {total}"
        elif not 0 <= kept <= total + self._dearer():
            yield order, f"{sums}, which is not between 0 and what lines and shipping cost: {total}"
        elif self._paid < total and order.status != OrderState.CANCELLED:
            yield order, f"{sums}, but lines and shipping cost {total}"

    def _dearer(self) -> Decimal:
        """What replacements of an exchange cost more; it may be paid already."""
        differences = (
            (back.replacement_price - self._lines[back.line].price) * back.quantity
            for back in self._return_lines
            if back.replacement_price is not None and back.line in self._lines
        )
        return max(sum(differences, Decimal(0)), Decimal(0))


def _twice(uses: Iterable[tuple[Record, tuple[Any, ...]]], what: str) -> Iterator[Problem]:
    seen = set()
    for record, key in uses:
        if key in seen:
            said = " and ".join(str(part) for part in key)
            yield record, f"the {what} {said} is used twice; give each its own"
        seen.add(key)
