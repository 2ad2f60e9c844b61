"""The format ``retail``: users.json, products.json and orders.json of a public benchmark.

It knows no dates, carriers or numbers of pieces. What it does not say is left as the
database has it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from aisle.shop.orders import OrderState
from aisle.shop.transfer.own_json import json_records
from aisle.shop.transfer.reading import Reading, said
from aisle.shop.transfer.records import Record
from aisle.shop.transfer.retail_models import (
    ITEMS_MODIFIED,
    RetailOrder,
    RetailProduct,
    RetailUser,
)
from aisle.shop.transfer.retail_requests import BrokenRequest, OrderedItem, exchange_of, returned

_ARRIVED = (
    OrderState.DELIVERED.value,
    OrderState.RETURN_REQUESTED.value,
    OrderState.EXCHANGE_REQUESTED.value,
)
_AnyRecord = TypeVar("_AnyRecord", bound=Record)


def read_retail(folder: Path, stock: int) -> Reading:
    """Read the folder; problems are collected.

    Args:
        stock: pieces of every item that is available.
    """
    reading = Reading(folder)
    reading.shop.is_vague = True
    _Retail(reading, stock).read()
    return reading


class _Retail:
    def __init__(self, reading: Reading, stock: int) -> None:
        self._reading = reading
        self._stock = stock
        self._place = ("", 0, "")
        self._sources: dict[str, str] = {}
        self._user_of: dict[str, str] = {}
        self._variants: dict[str, OrderedItem] = {}

    def read(self) -> None:
        lists = [self._user(name, user) for name, user in self._entries("users", RetailUser)]
        for name, product in self._entries("products", RetailProduct):
            self._product(name, product)
        read = {name for name, order in self._entries("orders", RetailOrder) if self._order(order)}
        if not self._reading.is_whole:
            return
        for place, orders in lists:
            self._place = place
            for number in orders:
                if number not in read and ("order", number) not in self._reading.spoiled:
                    self._report(f"orders: {number} is not in orders.json; add or remove it")
        # The sequence of a customer's orders is all that tells which is the newest.
        ranks = {number: rank for rank, number in enumerate(self._user_of)}
        self._reading.shop.orders.sort(key=lambda order: ranks.get(order.id, len(ranks)))

    def _entries(self, name: str, model: type[_AnyRecord]) -> Iterator[tuple[str, Any]]:
        file = f"{name}.json"
        kind = "customer" if name == "users" else name.removesuffix("s")
        for entry in json_records(self._reading, file, keyed=True):
            label = str(entry.key)
            self._place = (file, entry.line, label)
            try:
                yield label, model.parse_obj(entry.value)
            except ValidationError as error:
                self._reading.spoiled.add((kind, label))
                for problem in error.errors():
                    self._report(said(problem))

    def _report(self, problem: str) -> None:
        file, line, label = self._place
        self._reading.report(file, line, f"{label}: {problem}")

    def _add(self, table: str, **values: Any) -> None:
        self._reading.add(table, values, *self._place)

    def _same(self, field: str, key: str, inside: str) -> None:
        if key != inside:
            self._report(f"{field}: is under the key {key}, but says {inside}; make them equal")

    def _user(self, name: str, user: RetailUser) -> tuple[tuple[str, int, str], list[str]]:
        address = user.address.dict() if user.address else None
        self._add("customers", id=name, email=user.email, address=address, **user.name.dict())
        for key, method in user.payment_methods.items():
            self._same("payment_methods", key, method.id)
            self._sources[method.id] = method.source
            self._add("payment_methods", customer=name, **method.dict())
        for number in user.orders:
            if self._user_of.setdefault(number, name) != name:
                self._report(f"orders: {number} is also listed by {self._user_of[number]}")
        return self._place, user.orders

    def _product(self, name: str, product: RetailProduct) -> None:
        self._same("product_id", name, product.product_id)
        self._add("products", id=name, name=product.name)
        for key, variant in product.variants.items():
            self._same("variants", key, variant.item_id)
            self._variants[key] = OrderedItem(key, name, variant.price)
            stock = self._stock if variant.available else 0
            values = {"options": variant.options, "price": variant.price, "stock": stock}
            self._add("variants", product=name, id=key, **values)

    def _order(self, order: RetailOrder) -> bool:
        name = self._place[2]
        self._same("order_id", name, order.order_id)
        if self._user_of.get(name) != order.user_id:
            self._report(f"user_id: {order.user_id} does not list this order in users.json; add it")
        modified = order.status == ITEMS_MODIFIED
        self._add(
            "orders",
            id=name,
            customer=order.user_id,
            status=OrderState.ITEMS_MODIFIED.value if modified else order.status,
            address=order.address.dict(),
            shipping_cost=order.shipping_cost or "0.00",
            cancel_reason=order.cancel_reason,
        )
        self._parcels(name, order)
        self._money(name, order)
        try:
            self._requests(name, order)
        except BrokenRequest as error:
            self._report(str(error))
        return True

    def _parcels(self, name: str, order: RetailOrder) -> None:
        unsent = []
        for parcel in order.fulfillments:
            number = parcel.tracking_id[0]
            arrived = order.status in _ARRIVED
            when = {} if arrived else {"delivered_at": None}
            self._add("fulfilments", order=name, tracking_number=number, delivered=arrived, **when)
            unsent += [(item, number) for item in parcel.item_ids]
        for position, item in enumerate(order.items, start=1):
            known = self._variants.get(item.item_id)
            if known is not None and known.product != item.product_id:
                self._report(f"items: {item.item_id} is of product {known.product}; correct it")
            sent = next((number for one, number in unsent if one == item.item_id), None)
            if sent is not None:
                unsent.remove((item.item_id, sent))
            self._add(
                "order_lines",
                order=name,
                position=position,
                variant=item.item_id,
                quantity=1,
                price=item.price,
                tracking_number=sent,
            )
        for item_id, _ in unsent:
            self._report(f"fulfillments: {item_id} is not among the items, or not as often")

    def _money(self, name: str, order: RetailOrder) -> None:
        for position, moved in enumerate(order.payment_history, start=1):
            method = moved.payment_method_id
            values = {"order": name, "position": position, "payment_method": method}
            self._move(moved.transaction_type, {**values, "amount": moved.amount})
        difference = order.exchange_price_difference
        if difference:
            # That benchmark settles it later; here it is settled when it is asked for.
            values = {"order": name, "position": len(order.payment_history) + 1}
            values |= {"payment_method": order.exchange_payment_method_id or ""}
            kind = "payment" if difference > 0 else "refund"
            self._move(kind, {**values, "amount": abs(difference)})

    def _move(self, kind: str, values: dict[str, Any]) -> None:
        if kind == "refund" and self._sources.get(values["payment_method"]) == "gift_card":
            values["completed"] = True
        self._add(f"{kind}s", **values)

    def _requests(self, name: str, order: RetailOrder) -> None:
        """Add what was asked to be returned or exchanged, which the format tells by item."""
        lines: list[dict[str, Any]]
        items = [OrderedItem(item.item_id, item.product_id, item.price) for item in order.items]
        if order.return_items is not None:
            lines = [{"line": line} for line in returned(items, order.return_items)]
            self._request(name, "return", order.return_payment_method_id, lines)
        if order.exchange_items is not None:
            new = [
                self._variants[item]
                for item in order.exchange_new_items or ()
                if item in self._variants
            ]
            swaps = exchange_of(items, order.exchange_items, new, order.exchange_price_difference)
            lines = [
                {"line": swap.line, "replacement": swap.variant, "replacement_price": swap.price}
                for swap in swaps
            ]
            self._request(name, "exchange", order.exchange_payment_method_id, lines)

    def _request(
        self, order: str, kind: str, method: str | None, lines: list[dict[str, Any]]
    ) -> None:
        owner = {"order": order, "number": 1}
        self._add("returns", **owner, kind=kind, payment_method=method)
        for line in lines:
            self._add("return_lines", **owner, quantity=1, **line)
