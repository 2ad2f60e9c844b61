"""A small shop of its own files, and a database loaded from them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.backend.sql import SqlBackend
from aisle.shop.catalogue import Catalogue
from aisle.shop.models import Order
from aisle.shop.seed import seed_shop
from tests.conftest import empty_database

TODAY = date(2026, 11, 22)  # a Sunday

FILES = {
    "products/office.yml": """
- id: P1001
  name: Desk Lamp
  category: office
  aliases: [lamp, table lamp]
  description: A lamp for the desk.
  warranty_years: 2
  bulky: false
  variants:
    - {id: V100101, options: {color: black, brightness: medium}, price: "39.90", stock: 14}
    - {id: V100102, options: {color: white, brightness: medium}, price: "39.90", stock: 0}
    - {id: V100103, options: {color: white, brightness: high}, price: "44.90", stock: 3}
- id: P1003
  name: Office Chair
  category: office
  aliases: [desk chair]
  description: A chair.
  warranty_years: 5
  bulky: true
  variants:
    - {id: V100301, options: {color: black, material: leather}, price: "249.00", stock: 2}
""",
    "products/clothing.yml": """
- id: P6002
  name: Rain Jacket
  category: clothing
  aliases: [raincoat]
  description: Keeps you dry.
  warranty_years: 2
  bulky: false
  variants:
    - {id: V600201, options: {color: yellow, size: M}, price: "89.90", stock: 5}
    - {id: V600202, options: {color: navy, size: XL}, price: "89.90", stock: 5}
- id: P6003
  name: Fleece Jacket
  category: clothing
  aliases: [fleece]
  description: Keeps you warm.
  warranty_years: 2
  bulky: false
  variants:
    - {id: V600301, options: {color: grey, size: M}, price: "59.90", stock: 5}
- id: P5001
  name: Hiking Boots
  category: outdoor
  aliases: [boots, walking boots]
  description: For walking.
  warranty_years: 2
  bulky: false
  variants:
    - {id: V500101, options: {size: "7", material: leather}, price: "119.90", stock: 4}
    - {id: V500102, options: {size: "8", material: leather}, price: "119.90", stock: 4}
""",
    "customers.yml": """
- id: C0001
  first_name: Nora
  last_name: Lindqvist
  email: nora.lindqvist@example.com
  phone: "+46 70 555 01 23"
  address: {address1: Storgatan 12, city: Malmö, zip: "211 42", country: Sweden}
  payment_methods:
    - {id: paypal_0001, source: paypal}
- id: C0002
  first_name: Mia
  last_name: Hansen
  email: mia.hansen@example.com
  address: {address1: Hauptstr. 3, city: Dresden, zip: "01099", country: Germany}
  payment_methods:
    - {id: credit_card_2478, source: credit_card, brand: visa, last_four: "2478"}
    - {id: gift_card_0001, source: gift_card, balance: "75.00"}
""",
    "orders/processed.yml": """
- id: "#W1000871"
  customer: C0002
  placed: {days: -14, time: "09:12"}
  shipping_method: standard
  lines:
    - {variant: V100101, quantity: 1, price: "39.90"}
  shipping_cost: "4.90"
  fulfilments:
    - {tracking: "300418825571", carrier: DHL, variants: [V100101],
       shipped: {days: -1, time: "16:40"}, expected: {days: 4}}
  payments:
    - {method: credit_card_2478, amount: "44.80", paid: {days: -14, time: "09:12"}}
""",
    "orders/delivered.yml": """
- id: "#W1003333"
  customer: C0002
  placed: {days: -200, time: "23:30"}
  shipping_method: standard
  lines:
    - {variant: V600201, quantity: 1, price: "85.00"}
    - {variant: V100103, quantity: 2, price: "40.00"}
  shipping_cost: "0.00"
  fulfilments:
    - {tracking: "300418825572", carrier: DHL, variants: [V600201],
       shipped: {days: -199, time: "16:40"}, expected: {days: -196},
       delivered: {days: -197, time: "13:05"}}
    - {tracking: "300418825573", carrier: PostNL, variants: [V100103],
       shipped: {days: -198, time: "16:40"}, expected: {days: -195},
       delivered: {days: -195, time: "13:05"}}
  payments:
    - {method: gift_card_0001, amount: "65.00", paid: {days: -200, time: "23:30"}}
    - {method: credit_card_2478, amount: "100.00", paid: {days: -200, time: "23:30"}}
  refunds:
    - {method: credit_card_2478, amount: "40.00", issued: {days: -150, time: "10:00"},
       completed: {days: -146}}
    - {method: credit_card_2478, amount: "20.00", issued: {days: -3, time: "10:00"}}
""",
    "orders/pending.yml": """
- id: "#W1002046"
  customer: C0002
  placed: {days: -1, time: "08:00"}
  address: {address1: Work 1, city: Dresden, zip: "01097", country: Germany}
  shipping_method: standard
  lines:
    - {variant: V500101, quantity: 1, price: "119.90"}
  shipping_cost: "0.00"
  payments:
    - {method: credit_card_2478, amount: "119.90", paid: {days: -1, time: "08:00"}}
- id: "#W1009999"
  customer: C0001
  placed: {days: -2, time: "08:00"}
  shipping_method: bulky
  lines:
    - {variant: V100301, quantity: 1, price: "249.00"}
  shipping_cost: "39.00"
  payments:
    - {method: paypal_0001, amount: "288.00", paid: {days: -2, time: "08:00"}}
""",
    "orders/cancelled.yml": """
- id: "#W1004444"
  customer: C0002
  placed: {days: -30, time: "08:00"}
  shipping_method: standard
  lines:
    - {variant: V600202, quantity: 1, price: "89.90"}
  shipping_cost: "0.00"
  payments:
    - {method: credit_card_2478, amount: "89.90", paid: {days: -30, time: "08:00"}}
  refunds:
    - {method: credit_card_2478, amount: "89.90", issued: {days: -29, time: "10:00"},
       completed: {days: -29}}
  cancel_reason: no longer needed
""",
    "orders/return-requested.yml": """
- id: "#W1005555"
  customer: C0001
  placed: {days: -20, time: "08:00"}
  shipping_method: standard
  lines:
    - {variant: V600301, quantity: 1, price: "59.90"}
  shipping_cost: "7.90"
  fulfilments:
    - {tracking: "300418825574", carrier: DHL, variants: [V600301],
       shipped: {days: -19, time: "16:40"}, expected: {days: -14},
       delivered: {days: -15, time: "13:05"}}
  payments:
    - {method: paypal_0001, amount: "67.80", paid: {days: -20, time: "08:00"}}
  return: {lines: [V600301], requested: {days: -1, time: "08:00"}, refund_method: paypal_0001}
""",
    "orders/exchange-requested.yml": """
- id: "#W1006666"
  customer: C0001
  placed: {days: -21, time: "08:00"}
  shipping_method: standard
  lines:
    - {variant: V500101, quantity: 1, price: "119.90"}
  shipping_cost: "0.00"
  fulfilments:
    - {tracking: "300418825575", carrier: DHL, variants: [V500101],
       shipped: {days: -20, time: "16:40"}, expected: {days: -15},
       delivered: {days: -16, time: "13:05"}}
  payments:
    - {method: paypal_0001, amount: "119.90", paid: {days: -21, time: "08:00"}}
  exchange:
    {items: [{from: V500101, to: V500102}], requested: {days: -1, time: "08:00"},
     difference_method: paypal_0001}
""",
}  # fmt: skip


@pytest.fixture
def today() -> date:
    """The day the small shop is loaded on."""
    return TODAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small shop's files, free to be changed."""
    return write_small_shop(tmp_path / "shop")


@pytest.fixture
def shop(database: Database, folder: Path, today: date) -> Database:
    """A database with the small shop in it."""
    seed_shop(database, folder, today=today)
    return database


@dataclass(frozen=True)
class PlainShop:
    """Orders by their customer's ``external_id``, the newest first, and the catalogue."""

    orders: dict[str, list[Order]]
    catalogue: Catalogue


@pytest.fixture(scope="session")
def plain_shop(tmp_path_factory: pytest.TempPathFactory) -> PlainShop:
    """The small shop, read once, as plain objects without a session: not to be changed."""
    folder = tmp_path_factory.mktemp("plain")
    with empty_database("sqlite", folder) as database:
        seed_shop(database, write_small_shop(folder / "shop"), today=TODAY)
        with database.reading() as session:
            backend, customers = SqlBackend(session), session.execute(select(Customer)).scalars()
            orders = {known.external_id: list(backend.orders(known.id)) for known in customers}
            catalogue = Catalogue.load(session)
            session.expunge_all()
    return PlainShop(orders, catalogue)


def write_small_shop(folder: Path) -> Path:
    """Write the small shop's files into a folder, and return it."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def replace(folder: Path) -> Callable[[str, str, str], None]:
    """Change the first occurrence of a text in one of the small shop's files."""

    def change(file: str, old: str, new: str) -> None:
        content = (folder / file).read_text(encoding="utf-8")
        assert old in content
        (folder / file).write_text(content.replace(old, new, 1), encoding="utf-8")

    return change
