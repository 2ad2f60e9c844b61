"""Exporting a shop: what was imported, and what was done since."""

import json
import os
import stat
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.models import (
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Refund,
    Return,
    ReturnLine,
    Variant,
)
from aisle.shop.transfer.errors import FolderInUse
from aisle.shop.transfer.exporting import export_shop
from aisle.shop.transfer.importing import import_shop
from aisle.shop.transfer.options import Format

Write = Callable[[dict[str, Any]], Path]
DATA = Path(os.environ.get("AISLE_TEST_DATA", "../shared/data")) / "retail"
OWN_FORMATS = [Format.AISLE_JSON, Format.AISLE_CSV]
NOW = datetime(2026, 11, 23, 9, 30, 0, 250_000, tzinfo=timezone.utc)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def parsed(folder: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the retail export is not in {DATA}")
def test_the_retail_export_comes_back_as_it_was(database: Database, tmp_path: Path) -> None:
    report = import_shop(database, DATA, Format.RETAIL)
    assert [report.customers.added, report.products.added, report.orders.added] == [500, 50, 1000]
    export_shop(database, tmp_path / "out", Format.RETAIL)
    assert parsed(tmp_path / "out") == parsed(DATA)
    assert not import_shop(database, DATA, Format.RETAIL).changed


@pytest.mark.parametrize("form", OWN_FORMATS)
def test_an_export_makes_an_equal_shop_elsewhere(
    database: Database, other: Database, own: Any, retail: Any, write: Write, tmp_path: Path,
    form: Format,
) -> None:  # fmt: skip
    import_shop(database, write(own), Format.AISLE_JSON)
    import_shop(database, write(retail), Format.RETAIL)
    change_orders(database)
    export_shop(database, tmp_path / "first", form)
    assert not import_shop(database, tmp_path / "first", form).changed
    import_shop(other, tmp_path / "first", form)
    export_shop(other, tmp_path / "second", form)
    assert texts(tmp_path / "first") == texts(tmp_path / "second")


def change_orders(database: Database) -> None:
    """Do what customers ask for: other items, an exchange and a cancellation."""
    with database.transaction() as session:
        changed = session.get(Order, "#W2000001")
        changed.status = "pending (items modified)"
        changed.updated_at = NOW
        first = changed.lines[0]
        first.variant_id, first.price = "12", Decimal("46.85")
        moved = {"order_id": changed.id, "position": 1, "payment_method_id": "gift_card_1"}
        session.add(Refund(**moved, amount=Decimal("4.03"), issued_at=NOW, completed=True))
        session.get(PaymentMethod, "gift_card_1").balance += Decimal("4.03")
        session.get(Variant, "12").stock = 1
        session.get(Variant, "11").stock = 0

        exchanged = session.get(Order, "#W2000002")
        exchanged.status = "exchange requested"
        method = {"order_id": exchanged.id, "payment_method_id": "credit_card_1"}
        session.add(Payment(**method, position=2, amount=Decimal("8.06"), paid_at=NOW))
        request = Return(**method, kind="exchange", requested_at=NOW)
        session.add(request)
        session.flush()
        session.add_all(
            ReturnLine(
                return_id=request.id,
                order_line_id=line.id,
                quantity=1,
                replacement_variant_id="11",
                replacement_price=Decimal("50.88"),
            )
            for line in exchanged.lines
            if line.variant_id == "12"
        )

        cancelled = session.get(Order, "#W2000003")
        cancelled.status, cancelled.cancel_reason = "cancelled", "no longer needed"
        cancelled.address = {**cancelled.address, "address1": "2 Side Street"}
        moved = {"order_id": cancelled.id, "payment_method_id": "paypal_1"}
        session.add(Payment(**moved, position=2, amount=Decimal("3.00"), paid_at=NOW))
        session.add(Refund(**moved, position=1, amount=Decimal("3.00"), issued_at=NOW))
        session.add(Refund(**moved, position=2, amount=Decimal("3.00"), issued_at=NOW))


def test_a_retail_export_tells_what_was_done_as_that_format_does(
    embedded: Database, other: Database, retail: dict[str, Any], write: Write, tmp_path: Path
) -> None:
    import_shop(embedded, write(retail), Format.RETAIL)
    change_orders(embedded)
    export_shop(embedded, tmp_path / "out", Format.RETAIL)
    exported = parsed(tmp_path / "out")
    expected = retail
    changed, exchanged, cancelled = (expected["orders"][f"#W200000{n}"] for n in (1, 2, 3))

    def moved(kind: str, amount: float, method: str) -> dict[str, Any]:
        return {"transaction_type": kind, "amount": amount, "payment_method_id": method}

    changed["status"] = "pending (item modified)"
    changed["items"][0] |= {"item_id": "12", "price": 46.85, "options": {"color": "red"}}
    changed["payment_history"].append(moved("refund", 4.03, "gift_card_1"))
    exchanged |= {
        "status": "exchange requested",
        "exchange_items": ["12", "12"],
        "exchange_new_items": ["11", "11"],
        "exchange_payment_method_id": "credit_card_1",
        "exchange_price_difference": 8.06,
    }
    cancelled |= {"status": "cancelled", "cancel_reason": "no longer needed"}
    cancelled["address"]["address1"] = "2 Side Street"
    cancelled["payment_history"] += [
        moved("payment", 3, "paypal_1"),
        *(moved("refund", 3, "paypal_1") for _ in range(2)),
    ]
    variants = expected["products"]["1"]["variants"]
    variants["11"]["available"], variants["12"]["available"] = False, True
    expected["users"]["ann_lee_1"]["payment_methods"]["gift_card_1"]["balance"] = 55.03
    assert exported == expected

    assert not import_shop(embedded, tmp_path / "out", Format.RETAIL).changed
    import_shop(other, tmp_path / "out", Format.RETAIL)
    export_shop(other, tmp_path / "again", Format.RETAIL)
    assert texts(tmp_path / "again") == texts(tmp_path / "out")
    with other.reading() as session:
        paid = session.get(Order, "#W2000002").payments
        assert [payment.amount for payment in paid] == [Decimal("96.70"), Decimal("8.06")]


def test_an_exchange_keeps_its_pairs_although_a_retail_export_has_none(
    embedded: Database, retail: dict[str, Any], write: Write, tmp_path: Path
) -> None:
    variants = retail["products"]["1"]["variants"]
    variants["13"] = variants["11"] | {"item_id": "13", "options": {"color": "grey"}}
    blue = retail["orders"]["#W2000001"]["items"][0]
    retail["orders"]["#W2000002"]["items"][2] = blue
    retail["orders"]["#W2000002"] |= {
        "status": "exchange requested",
        "fulfillments": [{"tracking_id": ["900000000001"], "item_ids": ["12", "21", "11"]}],
        "exchange_items": ["11", "12"],
        "exchange_new_items": ["12", "13"],
        "exchange_payment_method_id": "paypal_1",
        "exchange_price_difference": 0,
    }
    retail["orders"]["#W2000002"]["payment_history"][0]["amount"] = 100.73
    import_shop(embedded, write(retail), Format.RETAIL)

    def pairs() -> dict[str, str]:
        with embedded.reading() as session:
            request = session.get(Order, "#W2000002").returns[0]
            return {
                line.order_line.variant_id: line.replacement_variant_id for line in request.lines
            }

    assert pairs() == {"11": "12", "12": "13"}
    with embedded.transaction() as session:
        for line in session.get(Order, "#W2000002").returns[0].lines:
            # Not what the sorted lists suggest.
            line.replacement_variant_id = "13" if line.order_line.variant_id == "11" else "12"
    changed = {"11": "13", "12": "12"}
    assert pairs() == changed
    export_shop(embedded, tmp_path / "out", Format.RETAIL)
    assert not import_shop(embedded, tmp_path / "out", Format.RETAIL).changed
    assert pairs() == changed


def test_a_return_is_told_by_its_items(
    embedded: Database, retail: dict[str, Any], write: Write, tmp_path: Path
) -> None:
    returned = retail["orders"]["#W2000002"]
    returned |= {
        "status": "return requested",
        "return_items": ["12", "21"],
        "return_payment_method_id": "gift_card_1",
    }
    import_shop(embedded, write(retail), Format.RETAIL)
    with embedded.reading() as session:
        request = session.get(Order, "#W2000002").returns[0]
        assert (request.kind, request.payment_method_id) == ("return", "gift_card_1")
        assert sorted(line.order_line.position for line in request.lines) == [1, 2]
    export_shop(embedded, tmp_path / "out", Format.RETAIL)
    assert parsed(tmp_path / "out") == retail


def test_of_two_equal_items_the_one_that_comes_back_stays_the_same(
    embedded: Database, retail: dict[str, Any], write: Write
) -> None:
    retail["orders"]["#W2000002"] |= {
        "status": "return requested",
        "return_items": ["12"],
        "return_payment_method_id": "paypal_1",
    }
    import_shop(embedded, write(retail), Format.RETAIL)
    with embedded.transaction() as session:
        order = session.get(Order, "#W2000002")
        first, _, last = order.lines
        assert order.returns[0].lines[0].order_line_id == first.id
        order.returns[0].lines[0].order_line_id = last.id
    assert not import_shop(embedded, write(retail), Format.RETAIL).changed


def test_several_pieces_and_shipping_costs_have_a_place_in_a_retail_export(
    embedded: Database, other: Database, own: dict[str, Any], write: Write, tmp_path: Path
) -> None:
    import_shop(embedded, write(own), Format.AISLE_JSON)
    export_shop(embedded, tmp_path / "out", Format.RETAIL)
    order = parsed(tmp_path / "out")["orders"]["#W0000001"]
    assert [item["item_id"] for item in order["items"]] == ["V1", "V1", "V3"]
    assert order["shipping_cost"] == 4.9
    import_shop(other, tmp_path / "out", Format.RETAIL)
    with other.reading() as session:
        lines = select(OrderLine.quantity).where(OrderLine.order_id == "#W0000001")
        assert session.execute(lines).scalars().all() == [1, 1, 1]


def test_a_customer_without_an_id_of_the_shop_is_exported_under_ours(
    embedded: Database, other: Database, tmp_path: Path
) -> None:
    with embedded.transaction() as session:
        session.add(Customer(email="guest@example.com"))
    export_shop(embedded, tmp_path / "first", Format.AISLE_JSON)
    assert not import_shop(embedded, tmp_path / "first", Format.AISLE_JSON).changed
    import_shop(other, tmp_path / "first", Format.AISLE_JSON)
    export_shop(other, tmp_path / "second", Format.AISLE_JSON)
    assert texts(tmp_path / "first") == texts(tmp_path / "second")


def test_only_the_owner_can_read_an_export_and_nothing_is_overwritten_unasked(
    other: Database, own: dict[str, Any], write: Write, tmp_path: Path
) -> None:
    import_shop(other, write(own), Format.AISLE_JSON)
    folder = tmp_path / "new" / "export"
    export_shop(other, folder, Format.AISLE_JSON)
    with pytest.raises(FolderInUse, match="--overwrite"):
        export_shop(other, folder, Format.AISLE_JSON)
    (folder / "orders.json").write_text("[]")
    (folder / "orders.json").chmod(0o644)
    export_shop(other, folder, Format.AISLE_JSON, overwrite=True)
    assert len(parsed(folder)["orders"]) == 3
    assert sorted(path.name for path in folder.iterdir()) == [
        "customers.json", "orders.json", "products.json"
    ]  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(FolderInUse, match="is a file"):
        export_shop(other, folder / "orders.json", Format.AISLE_JSON)
