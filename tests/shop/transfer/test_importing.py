"""Importing a shop: atomic, repeatable, and what the files say."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.catalogue import CatalogueCache
from aisle.shop.models import Fulfilment, Order, Payment, PaymentMethod, Product, Refund, Variant
from aisle.shop.seed import Counts
from aisle.shop.transfer.errors import BrokenShop
from aisle.shop.transfer.importing import import_shop
from aisle.shop.transfer.options import Format
from tests.shop.transfer.rows import rows_by_table

Write = Callable[[dict[str, Any]], Path]
JSON = Format.AISLE_JSON


def test_everything_in_the_files_is_stored_and_a_repetition_changes_nothing(
    database: Database, own: dict[str, Any], write: Write
) -> None:
    folder, seen = write(own), []
    report = import_shop(database, folder, JSON, lambda *done: seen.append(done))
    assert (report.products, report.customers, report.orders) == (
        Counts(2, 0, 0),
        Counts(2, 0, 0),
        Counts(3, 0, 0),
    )
    assert seen == [(2, 7), (4, 7), (7, 7)]
    with database.reading() as session:
        lamp = session.get(Product, "P1")
        assert (lamp.name, lamp.aliases, lamp.bulky) == ("Desk Lamp", ["lamp"], True)
        assert [variant.stock for variant in lamp.variants] == [4, 0]
        nora = session.execute(select(Customer).where(Customer.external_id == "C1")).scalar_one()
        assert nora.default_address["address2"] == ""
        assert nora.preferences == {"news": True, "size": 7.5}
        assert session.get(PaymentMethod, "gift_1").balance == Decimal("75.00")
        pending, exchanged = session.get(Order, "#W0000001"), session.get(Order, "#W0000002")
        assert pending.placed_at == datetime(2026, 11, 20, 8, 12, tzinfo=timezone.utc)
        assert [(line.variant_id, line.quantity) for line in pending.lines] == [
            ("V1", 2),
            ("V3", 1),
        ]
        assert exchanged.lines[0].fulfilment_id == exchanged.fulfilments[0].id
        assert exchanged.returns[0].lines[0].order_line is exchanged.lines[0]
        assert exchanged.returns[0].lines[0].replacement_price == Decimal("44.90")
    before = rows_by_table(database)
    again = import_shop(database, folder, JSON)
    assert not again.changed
    assert again.orders == Counts(0, 0, 3)
    assert rows_by_table(database) == before


def test_what_differs_becomes_what_the_files_say_and_the_rest_stays(
    database: Database, own: dict[str, Any], write: Write
) -> None:
    folder = write(own)
    import_shop(database, folder, JSON)
    with database.transaction() as session:
        session.get(Product, "P1").warranty_years = 9
        session.get(Product, "P2").warranty_years = 9  # its file does not say how many
        session.add(Variant(id="V8", product_id="P1", options={}, price=Decimal(1), stock=1))
        session.get(PaymentMethod, "gift_1").balance = Decimal("1.00")
        order = session.get(Order, "#W0000001")
        line_ids = [line.id for line in order.lines]
        order.status = "cancelled"
        movement = {"order_id": order.id, "payment_method_id": "card_1", "position": 1}
        session.add(Refund(**movement, amount=Decimal("89.20")))
        session.execute(
            select(Payment).where(Payment.order_id == order.id)
        ).scalar_one().paid_at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    report = import_shop(database, folder, JSON)
    assert (report.products, report.customers, report.orders) == (
        Counts(0, 1, 1),
        Counts(0, 1, 1),
        Counts(0, 1, 2),
    )
    with database.reading() as session:
        assert session.get(Product, "P1").warranty_years == 3
        assert session.get(Product, "P2").warranty_years == 9
        assert session.get(Variant, "V8") is not None
        assert session.get(PaymentMethod, "gift_1").balance == Decimal("75.00")
        order = session.get(Order, "#W0000001")
        assert (order.status, order.refunds) == ("pending", [])
        assert [line.id for line in order.lines] == line_ids
        assert order.payments[0].paid_at is not None


def test_other_shops_data_stays(embedded: Database, own: Any, retail: Any, write: Write) -> None:
    import_shop(embedded, write(own), JSON)
    before = rows_by_table(embedded)
    import_shop(embedded, write(retail), Format.RETAIL)
    after = rows_by_table(embedded)
    assert all(set(before[table]) <= set(after[table]) for table in before)
    assert len(after["orders"]) == 6


def test_ids_of_somebody_else_are_named_and_nothing_is_written(
    database: Database, own: dict[str, Any], write: Write
) -> None:
    import_shop(database, write(own), JSON)
    before = rows_by_table(database)
    own["customers"][0]["id"] = own["orders"][0]["customer"] = "C7"
    own["orders"][1]["customer"] = "C7"
    own["orders"][1]["id"] = "#W0000009"
    own["products"][0]["id"] = "P7"
    own["products"].append({"id": "P8", "name": "New"})
    with pytest.raises(BrokenShop) as caught:
        import_shop(database, write(own), JSON)
    assert caught.value.problems == (
        "customers.json:2: C7: email: belongs to C1 in the database; correct one of them",
        "customers.json:2: C7: payment_methods 1: payment method card_1 is another customer's in "
        "the database",
        "customers.json:2: C7: payment_methods 2: payment method gift_1 is another customer's in "
        "the database",
        "orders.json:2: #W0000001: order #W0000001 is another customer's in the database",
        "orders.json:3: #W0000009: fulfilments 1: tracking_number: T1 is of order #W0000002 in "
        "the database",
        "products.json:2: P7: variants 1: variant V1 is of product P1 in the database",
        "products.json:2: P7: variants 2: variant V2 is of product P1 in the database",
    )
    assert rows_by_table(database) == before


def test_a_guest_who_is_known_by_e_mail_becomes_the_shops_customer(
    embedded: Database, own: dict[str, Any], write: Write
) -> None:
    guest = uuid.uuid4()
    with embedded.transaction() as session:
        session.add(Customer(id=guest, email="Nora@Example.com", phone="1"))
    assert import_shop(embedded, write(own), JSON).customers == Counts(1, 1, 0)
    with embedded.reading() as session:
        nora = session.get(Customer, guest)
        assert (nora.external_id, nora.email) == ("C1", "nora@example.com")
        assert session.get(PaymentMethod, "card_1").customer_id == guest


def test_e_mail_addresses_and_tracking_numbers_may_change_hands(
    embedded: Database, own: dict[str, Any], write: Write
) -> None:
    own["customers"][1]["email"] = "mia@example.com"
    another = json.loads(json.dumps(own["orders"][1]).replace("T1", "T2"))
    own["orders"].append(another | {"id": "#W0000004"})
    import_shop(embedded, write(own), JSON)
    first, second = own["customers"]
    first["email"], second["email"] = second["email"], first["email"]
    for order, number in ((own["orders"][1], "T2"), (another, "T1")):
        order["fulfilments"][0]["tracking_number"] = number
        order["lines"][0]["tracking_number"] = number
    own["orders"][3] = another | {"id": "#W0000004"}
    report = import_shop(embedded, write(own), JSON)
    assert (report.customers, report.orders) == (Counts(0, 2, 0), Counts(0, 2, 2))
    with embedded.reading() as session:
        emails = session.execute(select(Customer.external_id, Customer.email)).all()
        parcels = session.execute(select(Fulfilment.order_id, Fulfilment.tracking_number)).all()
    assert sorted(map(tuple, parcels)) == [("#W0000002", "T2"), ("#W0000004", "T1")]
    assert sorted(map(tuple, emails)) == [("C1", "mia@example.com"), ("C2", "nora@example.com")]


def test_without_dates_a_customers_orders_are_in_the_sequence_of_the_files(
    embedded: Database, retail: dict[str, Any], write: Write
) -> None:
    listed = retail["users"]["ann_lee_1"]["orders"]

    def stored() -> list[str]:
        with embedded.reading() as session:
            age = func.coalesce(Order.placed_at, Order.recorded_at)
            return list(session.execute(select(Order.id).order_by(age)).scalars())

    import_shop(embedded, write(retail), Format.RETAIL)
    assert stored() == listed == ["#W2000003", "#W2000001", "#W2000002"]
    listed.reverse()
    assert import_shop(embedded, write(retail), Format.RETAIL).orders == Counts(0, 2, 1)
    assert stored() == listed
    assert not import_shop(embedded, write(retail), Format.RETAIL).changed


def test_available_items_get_a_number_of_pieces_unless_one_is_known(
    embedded: Database, retail: dict[str, Any], write: Write
) -> None:
    def stocks() -> dict[str, int]:
        with embedded.reading() as session:
            return dict(session.execute(select(Variant.id, Variant.stock)).all())

    import_shop(embedded, write(retail), Format.RETAIL, stock=7)
    assert stocks() == {"11": 7, "12": 0, "21": 7}
    with embedded.transaction() as session:
        session.get(Variant, "11").stock = 6
        session.get(Variant, "12").stock = 1
        session.get(Variant, "21").stock = 0
    import_shop(embedded, write(retail), Format.RETAIL, stock=7)
    assert stocks() == {"11": 6, "12": 0, "21": 7}


def test_a_running_process_finds_imported_products(
    database: Database, retail: dict[str, Any], write: Write
) -> None:
    cache = CatalogueCache(database, seconds_between_checks=0)
    assert cache.get().find_products("a red t-shirt") == []
    import_shop(database, write(retail), Format.RETAIL)
    assert [match.product_id for match in cache.get().find_products("a red t-shirt")] == ["1"]
    assert [match.value for match in cache.get().find_options("a red t-shirt")] == ["red"]
