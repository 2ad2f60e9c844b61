"""Loading the demo shop's files."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.base import metadata
from aisle.database.engine import Database
from aisle.settings import PROJECT_ROOT
from aisle.shop.models import (
    Order,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Return,
    Variant,
)
from aisle.shop.orders import OrderState
from aisle.shop.seed import Counts, SeedError, seed_shop

Replace = Callable[[str, str, str], None]
TABLES = [
    "customers", "payment_methods", "products", "variants", "orders", "order_lines",
    "fulfilments", "payments", "refunds", "returns", "return_lines",
]  # fmt: skip


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading() as session:
        return {
            table: sorted(
                (tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))), key=str
            )
            for table in TABLES
        }


def order(session: Session, number: str) -> Order:
    found = session.get(Order, number)
    assert isinstance(found, Order)
    return found


def test_loads_everything_the_files_say(shop: Database, today: date) -> None:
    with shop.reading() as session:
        chair = session.get(Product, "P1003")
        assert (chair.name, chair.aliases, chair.bulky) == ("Office Chair", ["desk chair"], True)
        assert chair.variants[0].price == Decimal("249.00")
        mia = session.execute(select(Customer).where(Customer.external_id == "C0002")).scalar_one()
        assert mia.default_address["zip"] == "01099"
        assert session.get(PaymentMethod, "gift_card_0001").balance == Decimal("75.00")
        delivered = order(session, "#W1003333")
        assert delivered.customer_id == mia.id
        assert delivered.status == OrderState.DELIVERED
        assert delivered.placed_at == datetime(2026, 5, 6, 23, 30, tzinfo=timezone.utc)
        assert [line.quantity for line in delivered.lines] == [1, 2]
        assert {line.fulfilment_id for line in delivered.lines} == {
            parcel.id for parcel in delivered.fulfilments
        }
        assert [payment.amount for payment in delivered.payments] == [65, 100]
        assert [bool(refund.completed_at) for refund in delivered.refunds] == [True, False]
        assert delivered.address == mia.default_address
        assert order(session, "#W1002046").address["address1"] == "Work 1"
        assert order(session, "#W1004444").cancel_reason == "no longer needed"


def test_keeps_returns_and_exchanges_with_their_lines(shop: Database) -> None:
    with shop.reading() as session:
        returns = {row.kind: row for row in session.execute(select(Return)).scalars()}
        assert returns["return"].order_id == "#W1005555"
        assert [line.replacement_variant_id for line in returns["return"].lines] == [None]
        assert [line.replacement_variant_id for line in returns["exchange"].lines] == ["V500102"]


def test_a_refund_is_never_completed_before_it_was_issued(shop: Database) -> None:
    with shop.reading() as session:
        for refund in session.execute(select(Refund)).scalars():
            assert refund.completed_at is None or refund.completed_at >= refund.issued_at


def test_no_parcel_is_expected_on_a_sunday(database: Database, folder: Path) -> None:
    seed_shop(database, folder, today=date(2026, 11, 25))  # 4 days before a Sunday
    with database.reading() as session:
        assert order(session, "#W1000871").fulfilments[0].expected_on == date(2026, 11, 30)


def test_reports_what_was_new(database: Database, folder: Path) -> None:
    first = seed_shop(database, folder)
    assert (first.products, first.customers, first.orders) == (
        Counts(5, 0, 0),
        Counts(2, 0, 0),
        Counts(7, 0, 0),
    )
    assert str(first).startswith("5 products (5 new, 0 updated); 2 customers")
    assert not seed_shop(database, folder).changed


@pytest.mark.parametrize("refresh", [False, True])
def test_loading_twice_changes_nothing(
    shop: Database, folder: Path, today: date, refresh: bool
) -> None:
    before = everything(shop)
    report = seed_shop(shop, folder, today=today, refresh=refresh)
    assert not report.changed
    assert everything(shop) == before


def test_without_refresh_a_later_day_changes_nothing(
    shop: Database, folder: Path, today: date, replace: Replace
) -> None:
    before = everything(shop)
    replace("products/office.yml", 'price: "39.90"', 'price: "29.90"')
    seed_shop(shop, folder, today=today + timedelta(days=3))
    assert everything(shop) == before


def test_refresh_makes_the_database_as_if_it_had_been_loaded_today(
    shop: Database, folder: Path, today: date
) -> None:
    later = today + timedelta(days=3)
    report = seed_shop(shop, folder, today=later, refresh=True)
    assert report.orders == Counts(0, 7, 0)
    with shop.reading() as session:
        lamp = order(session, "#W1000871")
        assert lamp.placed_at.date() == later - timedelta(days=14)
        assert lamp.updated_at == lamp.placed_at
        assert lamp.fulfilments[0].shipped_at.date() == later - timedelta(days=1)
        assert lamp.payments[0].paid_at.date() == later - timedelta(days=14)
        returned = session.execute(select(Return).where(Return.kind == "return")).scalar_one()
        assert returned.requested_at.date() == later - timedelta(days=1)
    assert not seed_shop(shop, folder, today=later, refresh=True).changed


def test_refresh_leaves_an_order_alone_that_somebody_changed(
    shop: Database, folder: Path, today: date
) -> None:
    with shop.transaction() as session:
        order(session, "#W1002046").status = OrderState.CANCELLED.value
        session.add(
            Payment(
                order_id="#W1009999",
                payment_method_id="paypal_0001",
                amount=Decimal("1.00"),
                position=2,
                paid_at=datetime(2026, 11, 22, 12, tzinfo=timezone.utc),
            )
        )
        session.add(
            Return(
                order_id="#W1003333",
                kind="return",
                payment_method_id="credit_card_2478",
                requested_at=datetime(2026, 11, 22, 12, tzinfo=timezone.utc),
            )
        )
    report = seed_shop(shop, folder, today=today + timedelta(days=1), refresh=True)
    assert report.orders == Counts(0, 4, 3)
    with shop.reading() as session:
        cancelled = order(session, "#W1002046")
        assert cancelled.status == OrderState.CANCELLED
        assert cancelled.placed_at.date() == today - timedelta(days=1)
        assert order(session, "#W1009999").placed_at.date() == today - timedelta(days=2)
        assert order(session, "#W1003333").placed_at.date() == today - timedelta(days=200)


def test_refresh_follows_the_files_in_products_but_keeps_stock(
    shop: Database, folder: Path, today: date, replace: Replace
) -> None:
    with shop.transaction() as session:
        session.get(Variant, "V100101").stock = 13
        session.get(PaymentMethod, "gift_card_0001").balance = Decimal("10.00")
    replace("products/office.yml", "aliases: [lamp, table lamp]", "aliases: [lamp, light]")
    replace("products/office.yml", 'price: "39.90"', 'price: "29.90"')
    report = seed_shop(shop, folder, today=today, refresh=True)
    assert report.products == Counts(0, 1, 4)
    with shop.reading() as session:
        lamp = session.get(Variant, "V100101")
        assert (lamp.price, lamp.stock) == (Decimal("29.90"), 13)
        assert lamp.product.aliases == ["lamp", "light"]
        assert session.get(PaymentMethod, "gift_card_0001").balance == Decimal("10.00")


def test_new_entries_join_what_is_there(
    shop: Database, folder: Path, today: date, replace: Replace
) -> None:
    replace(
        "customers.yml",
        "    - {id: paypal_0001, source: paypal}",
        "    - {id: paypal_0001, source: paypal}\n    - {id: paypal_0009, source: paypal}",
    )
    replace(
        "products/office.yml",
        "    - {id: V100301",
        "    - {id: V100302, options: {color: red, "
        'material: felt}, price: "1.00", stock: 1}\n    - {id: V100301',
    )
    report = seed_shop(shop, folder, today=today)
    assert report.products == Counts(0, 1, 4)
    with shop.reading() as session:
        assert session.get(PaymentMethod, "paypal_0009") is not None
        assert session.get(Variant, "V100302").product_id == "P1003"


def test_a_customer_known_by_email_is_used_and_left_as_is(database: Database, folder: Path) -> None:
    with database.transaction() as session:
        session.add(Customer(email="Nora.Lindqvist@example.com", first_name="N."))
    report = seed_shop(database, folder)
    assert report.customers == Counts(1, 0, 1)
    with database.reading() as session:
        nora = order(session, "#W1009999").customer
        assert (nora.first_name, nora.external_id) == ("N.", None)


def test_tells_how_far_it_is(database: Database, folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    seed_shop(database, folder, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (14, 14)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


WRONG = [
    ("products/office.yml", 'price: "249.00"', 'price: "249.999"', "P1003: variants.0.price"),
    ("products/office.yml", "stock: 2}", "stock: -2}", "P1003: variants.0.stock"),
    ("products/office.yml", "bulky: true", "bulky: true\n  colour: red", "P1003: colour: extra"),
    ("products/office.yml", "id: P1003", "id: P1001", "P1001: product id P1001 is also in"),
    ("products/office.yml", "[desk chair]", "[Lamp]", "P1003: name or alias lamp is also in"),
    ("products/office.yml", "color: white, brightness: high", "color: white, brightness: medium",
     "P1001: two variants have the same options (brightness: medium, color: white)"),
    ("customers.yml", "mia.hansen@example.com", "mia", "C0002: email"),
    ("customers.yml", "mia.hansen@", "nora.lindqvist@", "C0002: e-mail address"),
    ("customers.yml", "id: gift_card_0001", "id: paypal_0001", "C0002: payment method"),
    ("customers.yml", "first_name: Mia", "first_name: ''", "C0002: first_name"),
    ("orders/pending.yml", "#W1002046", "#W10020467", "pending.yml: entry #W10020467: id"),
    ("orders/pending.yml", "#W1002046", "#W1009999", "#W1009999: order number"),
    ("orders/pending.yml", "customer: C0001", "customer: C0009", "#W1009999: customer C0009"),
    ("orders/pending.yml", "variant: V500101", "variant: V999", "#W1002046: variant V999"),
    ("orders/pending.yml", 'amount: "119.90"', 'amount: "119.91"', "payments sum to 119.91"),
    ("orders/pending.yml", "method: credit_card_2478", "method: paypal_0001",
     "payment method paypal_0001 is not one of customer C0002"),
    ("orders/pending.yml", 'time: "08:00"', 'time: "28:00"', "#W1002046: placed.time"),
    ("orders/processed.yml", "variants: [V100101]", "variants: [V100102]",
     "#W1000871: variant V100101 must be in one line and one fulfilment"),
    ("orders/processed.yml", "expected: {days: 4}",
     'expected: {days: 4}, delivered: {days: -1, time: "18:00"}', "#W1000871: 'delivered'"),
    ("orders/delivered.yml", '"300418825573"', '"300418825571"', "tracking number 300418825571"),
    ("orders/delivered.yml", 'amount: "20.00"', 'amount: "200.00"', "refunds sum to 240.00"),
    ("orders/cancelled.yml", "  cancel_reason: no longer needed\n", "", "#W1004444: cancel_reason"),
    ("orders/cancelled.yml", 'amount: "89.90", issued', 'amount: "80.00", issued',
     "a cancelled order is refunded in full"),
    ("orders/return-requested.yml", "{lines: [V600301]", "{lines: [V600201]",
     "#W1005555: variant V600201 is not in the order"),
    ("orders/exchange-requested.yml", "to: V500102", "to: V600301",
     "V500101 can only be exchanged for another variant"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), WRONG)
def test_a_wrong_entry_is_named_and_nothing_is_written(
    database: Database, folder: Path, replace: Replace, file: str, old: str, new: str, message: str
) -> None:
    replace(file, old, new)
    with pytest.raises(SeedError) as caught:
        seed_shop(database, folder)
    assert f"{file}: entry" in str(caught.value)
    assert message in str(caught.value)
    assert not any(everything(database).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "customers.yml").unlink(), "customers.yml: cannot be read"),
        (
            lambda folder: (folder / "customers.yml").write_text("a: ["),
            "customers.yml: is not valid",
        ),
        (
            lambda folder: (folder / "customers.yml").write_text("a: 1"),
            "customers.yml: must be a list",
        ),
        (lambda folder: (folder / "customers.yml").write_text("- 1"), "customers.yml: entry 1"),
        (lambda folder: (folder / "orders/lost.yml").write_text("[]"), "orders/lost.yml: the name"),
    ],
)
def test_a_wrong_file_is_named(
    database: Database, folder: Path, change: Callable[[Path], None], message: str
) -> None:
    change(folder)
    with pytest.raises(SeedError, match=message):
        seed_shop(database, folder)


def test_a_folder_without_files_is_an_error(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"there are no \.yml files in"):
        seed_shop(database, tmp_path)


def test_all_problems_are_told_at_once(database: Database, folder: Path, replace: Replace) -> None:
    replace("products/office.yml", "stock: 2}", "stock: many}")
    replace("customers.yml", "last_name: Hansen\n", "")
    with pytest.raises(SeedError) as caught:
        seed_shop(database, folder)
    assert len(caught.value.problems) == 2


def test_the_demo_shop_of_the_project_loads(database: Database) -> None:
    folder = PROJECT_ROOT / "data" / "shop"
    report = seed_shop(database, folder)
    assert report.products.total >= 60
    assert report.customers.total >= 60
    assert report.orders.total >= 300
    assert not seed_shop(database, folder, refresh=True).changed


def test_the_tables_compared_here_are_all_of_the_shop() -> None:
    shop_tables = {
        table
        for table in metadata.tables
        if table.split("_")[0]
        in {
            "orders",
            "order",
            "products",
            "variants",
            "payments",
            "payment",
            "refunds",
            "returns",
            "return",
            "fulfilments",
            "customers",
        }
    }
    assert shop_tables == set(TABLES)
