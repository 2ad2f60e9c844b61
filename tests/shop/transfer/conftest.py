"""Two small shops as files: one in the project's own format, one as a retail export."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aisle.database.engine import Database, database_at
from tests.conftest import empty_database

HOME = {"address1": "Storgatan 12", "city": "Malmö", "zip": "211 42", "country": "Sweden"}
OWN: dict[str, Any] = {
    "customers": [
        {
            "id": "C1",
            "email": "nora@example.com",
            "phone": "+46 70 555 01 23",
            "first_name": "Nora",
            "last_name": "Lindqvist",
            "address": HOME,
            "preferences": {"news": True, "size": 7.5},
            "payment_methods": [
                {"id": "card_1", "source": "credit_card", "brand": "visa", "last_four": "2478"},
                {"id": "gift_1", "source": "gift_card", "balance": "75.00"},
            ],
        },
        {"id": "C2", "payment_methods": [{"id": "paypal_2", "source": "paypal"}]},
    ],
    "products": [
        {
            "id": "P1",
            "name": "Desk Lamp",
            "category": "office",
            "aliases": ["lamp"],
            "description": "A lamp,\nfor the desk.",
            "warranty_years": 3,
            "bulky": True,
            "variants": [
                {"id": "V1", "options": {"colour": "black"}, "price": "39.90", "stock": 4},
                {"id": "V2", "options": {"colour": "white"}, "price": "44.90", "stock": 0},
            ],
        },
        {"id": "P2", "name": "Mug", "variants": [{"id": "V3", "price": 5, "stock": 9}]},
    ],
    "orders": [
        {
            "id": "#W0000001",
            "customer": "C1",
            "status": "pending",
            "address": HOME,
            "shipping_method": "express",
            "shipping_cost": "4.90",
            "placed_at": "2026-11-20T09:12:00+01:00",
            "lines": [
                {"variant": "V1", "quantity": 2, "price": "39.90"},
                {"variant": "V3", "quantity": 1, "price": "4.50"},
            ],
            "payments": [{"payment_method": "card_1", "amount": "89.20"}],
        },
        {
            "id": "#W0000002",
            "customer": "C1",
            "status": "exchange requested",
            "address": HOME,
            "lines": [
                {"variant": "V1", "quantity": 2, "price": "39.90", "tracking_number": "T1"},
            ],
            "fulfilments": [
                {
                    "tracking_number": "T1",
                    "carrier": "DHL",
                    "shipped_at": "2026-11-01T10:00:00Z",
                    "expected_on": "2026-11-03",
                    "delivered": True,
                }
            ],
            "payments": [
                {"payment_method": "gift_1", "amount": "79.80"},
                {"payment_method": "card_1", "amount": "5.00", "paid_at": "2026-11-05T08:00:00Z"},
            ],
            "returns": [
                {
                    "kind": "exchange",
                    "payment_method": "card_1",
                    "requested_at": "2026-11-05T08:00:00Z",
                    "lines": [
                        {
                            "line": 1,
                            "quantity": 1,
                            "replacement": "V2",
                            "replacement_price": "44.90",
                        }
                    ],
                }
            ],
        },
        {
            "id": "#W0000003",
            "customer": "C2",
            "status": "cancelled",
            "cancel_reason": "ordered by mistake",
            "address": HOME,
            "lines": [{"variant": "V3", "quantity": 1, "price": "5.00"}],
            "payments": [{"payment_method": "paypal_2", "amount": "5.00"}],
            "refunds": [{"payment_method": "paypal_2", "amount": "5.00", "completed": True}],
        },
    ],
}

_ADDRESS = {
    "address1": "1 Main Street",
    "address2": "Suite 5",
    "city": "Denver",
    "country": "USA",
    "state": "CO",
    "zip": "80279",
}


def _item(product: str, name: str, variant: str, price: float, **options: str) -> dict[str, Any]:
    named = {"name": name, "product_id": product, "item_id": variant}
    return {**named, "price": price, "options": options}


def _order(
    number: str, status: str, items: list[dict[str, Any]], tracking: str | None = None
) -> dict[str, Any]:
    parcels = [{"tracking_id": [tracking], "item_ids": [item["item_id"] for item in items]}]
    amount = round(sum(item["price"] for item in items), 2)
    paid = {"transaction_type": "payment", "amount": amount, "payment_method_id": "paypal_1"}
    return {
        "order_id": number,
        "user_id": "ann_lee_1",
        "address": _ADDRESS,
        "items": items,
        "fulfillments": parcels if tracking else [],
        "status": status,
        "payment_history": [paid],
    }


_BLUE = _item("1", "T-Shirt", "11", 50.88, color="blue")
_RED = _item("1", "T-Shirt", "12", 46.85, color="red")
_PEN = _item("2", "Pen", "21", 3, ink="black")
RETAIL: dict[str, Any] = {
    "users": {
        "ann_lee_1": {
            "name": {"first_name": "Ann", "last_name": "Lee"},
            "address": _ADDRESS,
            "email": "ann@example.com",
            "payment_methods": {
                "paypal_1": {"source": "paypal", "id": "paypal_1"},
                "gift_card_1": {"source": "gift_card", "balance": 51, "id": "gift_card_1"},
                "credit_card_1": {
                    "source": "credit_card",
                    "brand": "visa",
                    "last_four": "9212",
                    "id": "credit_card_1",
                },
            },
            # The newest is last, whatever the numbers.
            "orders": ["#W2000003", "#W2000001", "#W2000002"],
        }
    },
    "products": {
        "1": {
            "name": "T-Shirt",
            "product_id": "1",
            "variants": {
                "11": {
                    "item_id": "11",
                    "options": {"color": "blue"},
                    "available": True,
                    "price": 50.88,
                },
                "12": {
                    "item_id": "12",
                    "options": {"color": "red"},
                    "available": False,
                    "price": 46.85,
                },
            },
        },
        "2": {
            "name": "Pen",
            "product_id": "2",
            "variants": {
                "21": {
                    "item_id": "21",
                    "options": {"ink": "black"},
                    "available": True,
                    "price": 3,
                }
            },
        },
    },
    "orders": {
        "#W2000001": _order("#W2000001", "pending", [_BLUE, _PEN, _BLUE]),
        "#W2000002": _order("#W2000002", "delivered", [_RED, _PEN, _RED], "900000000001"),
        "#W2000003": _order("#W2000003", "processed", [_PEN], "900000000002"),
    },
}


def _copied(shop: dict[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(shop))
    return copied


Write = Callable[[dict[str, Any]], Path]
NewDatabase = Callable[[], Database]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty SQLite database; copies are quicker than migrations."""
    folder = tmp_path_factory.mktemp("migrated")
    with empty_database("sqlite", folder):
        pass
    return folder / "test.db"


@pytest.fixture
def new_database(migrated: Path, tmp_path: Path) -> Iterator[NewDatabase]:
    """Make empty SQLite databases, for what is the same on every backend."""
    made: list[Database] = []

    def new() -> Database:
        path = tmp_path / f"new-{len(made)}.db"
        shutil.copy(migrated, path)
        made.append(database_at(f"sqlite:///{path}"))
        return made[-1]

    yield new
    for database in made:
        database.dispose()


@pytest.fixture
def embedded(new_database: NewDatabase) -> Database:
    return new_database()


@pytest.fixture
def other(new_database: NewDatabase) -> Database:
    """Where an export of the test's first database is imported."""
    return new_database()


@pytest.fixture
def own() -> dict[str, Any]:
    """The small shop in the format ``aisle-json``, free to be changed."""
    return _copied(OWN)


@pytest.fixture
def retail() -> dict[str, Any]:
    """The small shop in the format ``retail``, free to be changed."""
    return _copied(RETAIL)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a shop's JSON files, one line a record, into a folder of their own."""

    def write(shop: dict[str, Any]) -> Path:
        folder = tmp_path / f"files-{len(list(tmp_path.glob('files-*')))}"
        folder.mkdir()
        for name, content in shop.items():
            (folder / f"{name}.json").write_text(_lines(content), encoding="utf-8")
        return folder

    return write


def _lines(content: Any) -> str:
    if isinstance(content, list):
        rows = [json.dumps(record) for record in content]
        return "[\n" + ",\n".join(rows) + "\n]\n"
    rows = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"
