"""Writes the format ``retail``; what it has no place for, such as dates, is left out."""

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from aisle.shop.orders import OrderState
from aisle.shop.transfer.records import (
    CustomerRecord,
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
    by_owner,
)
from aisle.shop.transfer.retail_models import ITEMS_MODIFIED

_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
_Moved = PaymentRecord | RefundRecord
Values = dict[str, Any]


def write_retail(shop: ShopRecords) -> dict[str, str]:
    """Return the files' texts by name."""
    files = {
        "users.json": _users(shop),
        "products.json": _products(shop),
        "orders.json": _Orders(shop).all(),
    }
    return {
        name: json.dumps(content, ensure_ascii=False, indent=4) + "\n"
        for name, content in files.items()
    }


def _users(shop: ShopRecords) -> Values:
    methods = by_owner(shop.payment_methods, "customer")
    orders = by_owner(sorted(shop.orders, key=_age), "customer")
    return {
        customer.id: _user(customer, methods.get(customer.id, []), orders.get(customer.id, []))
        for customer in shop.customers
    }


def _age(order: OrderRecord) -> tuple[datetime, str]:
    return order.placed_at or order.recorded_at or _LONG_AGO, order.id


def _user(
    customer: CustomerRecord, methods: list[MethodRecord], orders: list[OrderRecord]
) -> Values:
    return {
        "name": {"first_name": customer.first_name, "last_name": customer.last_name},
        "address": customer.address.dict() if customer.address else None,
        "email": customer.email,
        "payment_methods": {method.id: _method(method) for method in methods},
        "orders": [order.id for order in orders],
    }


def _method(method: MethodRecord) -> Values:
    values: Values = {"source": method.source}
    if method.source == "credit_card":
        values |= {"brand": method.brand, "last_four": method.last_four}
    if method.balance is not None:
        values["balance"] = _number(method.balance)
    return {**values, "id": method.id}


def _products(shop: ShopRecords) -> Values:
    variants = by_owner(shop.variants, "product")
    return {
        product.id: _product(product, variants.get(product.id, [])) for product in shop.products
    }


def _product(product: ProductRecord, variants: list[VariantRecord]) -> Values:
    return {
        "name": product.name,
        "product_id": product.id,
        "variants": {
            variant.id: {
                "item_id": variant.id,
                "options": variant.options,
                "available": variant.stock > 0,
                "price": _number(variant.price),
            }
            for variant in variants
        },
    }


class _Orders:
    def __init__(self, shop: ShopRecords) -> None:
        self._orders = shop.orders
        self._names = {product.id: product.name for product in shop.products}
        self._variants = {variant.id: variant for variant in shop.variants}
        self._lines = by_owner(shop.order_lines, "order")
        self._payments = by_owner(shop.payments, "order")
        self._refunds = by_owner(shop.refunds, "order")
        self._returns = by_owner(shop.returns, "order")
        self._return_lines = by_owner(shop.return_lines, "order")

    def all(self) -> Values:
        return {order.id: self._order(order) for order in self._orders}

    def _order(self, order: OrderRecord) -> Values:
        lines = self._lines.get(order.id, [])
        modified = order.status == OrderState.ITEMS_MODIFIED
        values: Values = {
            "order_id": order.id,
            "user_id": order.customer,
            "address": order.address.dict(),
            "items": [self._item(line) for line in lines for _ in range(line.quantity)],
            "fulfillments": _fulfilments(lines),
            "status": ITEMS_MODIFIED if modified else order.status.value,
        }
        requests, moved = self._requests(order, lines)
        values["payment_history"] = [_transaction(one) for one in moved]
        if order.shipping_cost:
            values["shipping_cost"] = _number(order.shipping_cost)
        if order.cancel_reason is not None:
            values["cancel_reason"] = order.cancel_reason
        return values | requests

    def _item(self, line: LineRecord) -> Values:
        variant = self._variants[line.variant]
        return {
            "name": self._names[variant.product],
            "product_id": variant.product,
            "item_id": variant.id,
            "price": _number(line.price),
            "options": variant.options,
        }

    def _requests(self, order: OrderRecord, lines: list[LineRecord]) -> tuple[Values, list[_Moved]]:
        """Return the fields of returns and exchanges, and the payments without theirs."""
        moved = _in_sequence(self._payments.get(order.id, []), self._refunds.get(order.id, []))
        variant_of = {line.position: line for line in lines}
        values: Values = {}
        for request in self._returns.get(order.id, []):
            own = [
                one for one in self._return_lines.get(order.id, []) if one.number == request.number
            ]
            items = sorted(variant_of[one.line].variant for one in own for _ in range(one.quantity))
            if request.kind == "return":
                values["return_items"] = items
                values["return_payment_method_id"] = request.payment_method
                continue
            difference = self._difference(own, variant_of)
            values["exchange_items"] = items
            values["exchange_new_items"] = sorted(
                str(one.replacement) for one in own for _ in range(one.quantity)
            )
            values["exchange_payment_method_id"] = request.payment_method
            values["exchange_price_difference"] = _number(difference)
            moved = _without_settlement(moved, request, difference)
        return values, moved

    def _difference(self, own: list[ReturnLineRecord], lines: dict[int, LineRecord]) -> Decimal:
        difference = Decimal("0.00")
        for one in own:
            price = one.replacement_price
            if price is None:
                price = self._variants[str(one.replacement)].price
            difference += (price - lines[one.line].price) * one.quantity
        return difference


def _fulfilments(lines: Sequence[LineRecord]) -> list[Values]:
    items: dict[str, list[str]] = {}
    for line in lines:
        if line.tracking_number is not None:
            items.setdefault(line.tracking_number, []).extend([line.variant] * line.quantity)
    return [{"tracking_id": [number], "item_ids": own} for number, own in items.items()]


def _in_sequence(
    payments: Sequence[PaymentRecord], refunds: Sequence[RefundRecord]
) -> list[_Moved]:
    """Payments and refunds as they were made.

    Their positions tell when they are numbered together, as imported ones are; else the
    times do, and at one time what is paid goes before what is paid back.
    """
    together = not {one.position for one in payments} & {one.position for one in refunds}

    def when(moved: _Moved) -> tuple[datetime, int, bool]:
        is_refund = isinstance(moved, RefundRecord)
        moment = moved.issued_at if isinstance(moved, RefundRecord) else moved.paid_at
        return moment or _LONG_AGO, moved.position if together else 0, is_refund

    return sorted([*payments, *refunds], key=when)


def _without_settlement(
    moved: list[_Moved], exchange: ReturnRecord, difference: Decimal
) -> list[_Moved]:
    """Leave out the exchange's difference, which this format tells by its own field."""
    kind = PaymentRecord if difference > 0 else RefundRecord
    for one in reversed(moved):
        moment = one.issued_at if isinstance(one, RefundRecord) else one.paid_at
        said = (one.payment_method, one.amount, moment)
        if isinstance(one, kind) and said == (
            exchange.payment_method,
            abs(difference),
            exchange.requested_at,
        ):
            return [other for other in moved if other is not one]
    return moved


def _transaction(moved: _Moved) -> Values:
    return {
        "transaction_type": "refund" if isinstance(moved, RefundRecord) else "payment",
        "amount": _number(moved.amount),
        "payment_method_id": moved.payment_method,
    }


def _number(amount: Decimal) -> float | int:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
