"""The retail export, read by the benchmark itself: it must not see with Aisle's eyes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

STOCK = 100
"""Pieces of what is available, as ``aisle shop import`` takes them by default."""


@dataclass(frozen=True)
class Variant:
    id: str
    product: str
    options: Mapping[str, str]
    price: Decimal
    available: bool


@dataclass(frozen=True)
class Item:
    """One piece of an order; ``price`` is what was paid for it."""

    variant: Variant
    price: Decimal


@dataclass(frozen=True)
class Method:
    id: str
    source: str
    brand: str
    last_four: str
    balance: Decimal


@dataclass(frozen=True)
class Order:
    id: str
    user: str
    status: str
    address: Mapping[str, str]
    items: tuple[Item, ...]
    paid_with: str
    total: Decimal


@dataclass(frozen=True)
class User:
    id: str
    first_name: str
    last_name: str
    email: str
    address: Mapping[str, str]
    methods: Mapping[str, Method]
    orders: tuple[str, ...]
    """The oldest first."""


@dataclass(frozen=True)
class Shop:
    users: Mapping[str, User]
    orders: Mapping[str, Order]
    products: Mapping[str, list[Variant]] = field(default_factory=dict)
    """Variants by the product's name."""


def read_shop(folder: Path) -> Shop:
    """Read the three files; amounts become Decimals with cents."""
    users, products, orders = (_json(folder / f"{n}.json") for n in ("users", "products", "orders"))
    variants = {
        key: _variant(key, product["name"], variant)
        for product in products.values()
        for key, variant in product["variants"].items()
    }
    by_name: dict[str, list[Variant]] = {}
    for variant in variants.values():
        by_name.setdefault(variant.product, []).append(variant)
    return Shop(
        {key: _user(key, user) for key, user in users.items()},
        {key: _order(order, variants) for key, order in orders.items()},
        by_name,
    )


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return content


def _cents(amount: Any) -> Decimal:
    return Decimal(amount or 0).quantize(Decimal("0.01"))


def _variant(key: str, name: str, variant: dict[str, Any]) -> Variant:
    price = _cents(variant["price"])
    return Variant(key, name, variant["options"], price, bool(variant["available"]))


def _user(key: str, user: dict[str, Any]) -> User:
    methods = {
        name: Method(
            name,
            method["source"],
            method.get("brand", ""),
            method.get("last_four", ""),
            _cents(method.get("balance")),
        )
        for name, method in user["payment_methods"].items()
    }
    name = user["name"]
    return User(
        key,
        name["first_name"],
        name["last_name"],
        user["email"],
        user["address"],
        methods,
        tuple(user["orders"]),
    )


def _order(order: dict[str, Any], variants: Mapping[str, Variant]) -> Order:
    items = tuple(Item(variants[i["item_id"]], _cents(i["price"])) for i in order["items"])
    first = order["payment_history"][0]
    return Order(
        order["order_id"],
        order["user_id"],
        order["status"],
        order["address"],
        items,
        first["payment_method_id"],
        _cents(first["amount"]),
    )
