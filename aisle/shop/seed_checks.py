"""What the demo shop's entries must fulfil together: references, sums, statuses."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from aisle.shop.orders import OrderState
from aisle.shop.seed_files import Entry, OrderEntry, ProductEntry, ShopFiles

_UNSHIPPED = (OrderState.PENDING, OrderState.ITEMS_MODIFIED, OrderState.CANCELLED)


def problems_of(shop: ShopFiles) -> list[str]:
    """Return what is wrong between entries, each with file and entry."""
    return _Check(shop).problems()


class _Check:
    def __init__(self, shop: ShopFiles) -> None:
        self._shop = shop
        self._places = shop.places
        self._product_of = {
            variant.id: product.id for product in shop.products for variant in product.variants
        }
        self._methods_of = {
            customer.id: {method.id for method in customer.payment_methods}
            for customer in shop.customers
        }

    def problems(self) -> list[str]:
        found = list(self._repeated())
        for product in self._shop.products:
            found += self._at(product, _product_problems(product))
        for state, order in self._shop.orders:
            found += self._at(order, self._order_problems(state, order))
        return found

    def _at(self, entry: Entry, problems: Iterable[str]) -> list[str]:
        return [f"{self._places[id(entry)]}: {problem}" for problem in problems]

    def _repeated(self) -> Iterator[str]:
        shop = self._shop
        orders = [order for _, order in shop.orders]
        named: list[tuple[str, list[tuple[str, Entry]]]] = [
            ("product id", [(product.id, product) for product in shop.products]),
            (
                "variant id",
                [(v.id, product) for product in shop.products for v in product.variants],
            ),
            ("name or alias", [(n, p) for p in shop.products for n in _names(p)]),
            ("customer id", [(customer.id, customer) for customer in shop.customers]),
            ("e-mail address", [(c.email.casefold(), c) for c in shop.customers]),
            ("payment method", [(m.id, c) for c in shop.customers for m in c.payment_methods]),
            ("order number", [(order.id, order) for order in orders]),
            ("tracking number", [(f.tracking, o) for o in orders for f in o.fulfilments]),
        ]
        for kind, uses in named:
            first: dict[str, Entry] = {}
            for value, entry in uses:
                if value in first:
                    other = self._places[id(first[value])]
                    yield f"{self._places[id(entry)]}: {kind} {value} is also in {other}"
                first.setdefault(value, entry)

    def _order_problems(self, state: OrderState, order: OrderEntry) -> Iterator[str]:
        if order.customer not in self._methods_of:
            yield f"customer {order.customer} is not in customers.yml"
            return
        used = {line.variant for line in order.lines}
        for variant in sorted(used - self._product_of.keys()):
            yield f"variant {variant} is of no product"
        for method in sorted(_methods_used(order) - self._methods_of[order.customer]):
            yield f"payment method {method} is not one of customer {order.customer}"
        if len(used) < len(order.lines):
            yield "a variant stands in two lines; use the quantity"
        yield from _money_problems(state, order)
        yield from _parcel_problems(state, order, used)
        yield from self._request_problems(state, order, used)

    def _request_problems(
        self, state: OrderState, order: OrderEntry, used: set[str]
    ) -> Iterator[str]:
        for name, present, right_state in (
            ("cancel_reason", order.cancel_reason, OrderState.CANCELLED),
            ("return", order.return_, OrderState.RETURN_REQUESTED),
            ("exchange", order.exchange, OrderState.EXCHANGE_REQUESTED),
        ):
            if (present is not None) != (state == right_state):
                yield f"{name} belongs to orders with status {right_state.value}, and only there"
        returned = set(order.return_.lines) if order.return_ else set()
        swaps = order.exchange.items if order.exchange else []
        for variant in sorted((returned | {swap.old for swap in swaps}) - used):
            yield f"variant {variant} is not in the order"
        for swap in swaps:
            products = self._product_of.get(swap.old), self._product_of.get(swap.new)
            if swap.old == swap.new or products[0] != products[1]:
                yield f"{swap.old} can only be exchanged for another variant of its product"


def _names(product: ProductEntry) -> set[str]:
    return {name.casefold() for name in (product.name, *product.aliases)}


def _product_problems(product: ProductEntry) -> Iterator[str]:
    choices = Counter(tuple(sorted(variant.options.items())) for variant in product.variants)
    if () in choices:
        yield "every variant needs at least one option"
    for options, count in choices.items():
        if count > 1:
            said = ", ".join(f"{key}: {value}" for key, value in options)
            yield f"two variants have the same options ({said})"


def _methods_used(order: OrderEntry) -> set[str]:
    methods = {payment.method for payment in order.payments}
    methods |= {refund.method for refund in order.refunds}
    if order.return_:
        methods.add(order.return_.refund_method)
    if order.exchange:
        methods.add(order.exchange.difference_method)
    return methods


def _money_problems(state: OrderState, order: OrderEntry) -> Iterator[str]:
    paid = sum((payment.amount for payment in order.payments), Decimal(0))
    refunded = sum((refund.amount for refund in order.refunds), Decimal(0))
    if paid != order.total:
        yield f"payments sum to {paid}, but lines and shipping to {order.total}"
    if refunded > paid:
        yield f"refunds sum to {refunded}, more than the {paid} paid"
    if state == OrderState.CANCELLED and refunded != order.total:
        yield f"a cancelled order is refunded in full: {order.total}, not {refunded}"


def _parcel_problems(state: OrderState, order: OrderEntry, used: set[str]) -> Iterator[str]:
    sent = Counter(variant for parcel in order.fulfilments for variant in parcel.variants)
    if state in _UNSHIPPED:
        if sent:
            yield f"an order with status {state.value} has no fulfilments"
        return
    for variant in sorted(used | sent.keys()):
        if sent[variant] != 1 or variant not in used:
            yield f"variant {variant} must be in one line and one fulfilment"
    all_delivered = all(parcel.delivered for parcel in order.fulfilments)
    if all_delivered == (state == OrderState.PROCESSED):
        yield f"'delivered' of the fulfilments does not fit the status {state.value}"
