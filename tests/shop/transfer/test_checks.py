"""What is wrong with a shop's files is told with file and line, all at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisle.shop.transfer.checks import check
from aisle.shop.transfer.errors import BrokenShop
from aisle.shop.transfer.formats import files_of, read_files
from aisle.shop.transfer.options import Format
from aisle.shop.transfer.writing import write_files

Write = Callable[[dict[str, Any]], Path]
Change = Callable[[dict[str, Any]], object]


def problems(folder: Path, form: Format = Format.AISLE_JSON) -> list[str]:
    reading = read_files(folder, form)
    check(reading)
    try:
        reading.end()
    except BrokenShop as error:
        return list(error.problems)
    return []


def test_the_small_shops_are_right(own: Any, retail: Any, write: Write) -> None:
    assert problems(write(own)) == []
    assert problems(write(retail), Format.RETAIL) == []


def customer(number: int, **values: Any) -> Change:
    return lambda shop: shop["customers"][number].update(values)


def order(number: int, **values: Any) -> Change:
    return lambda shop: shop["orders"][number].update(values)


def part(number: int, name: str, **values: Any) -> Change:
    return lambda shop: shop["orders"][number][name][0].update(values)


def both(*changes: Change) -> Change:
    return lambda shop: [change(shop) for change in changes]


OWN_PROBLEMS: list[tuple[Change, str]] = [
    (customer(0, email="nora"), "customers.json:2: C1: email: is not an e-mail address"),
    (customer(1, email="NORA@example.com"), "customers.json:3: C2: the e-mail address nora@e"),
    (customer(1, id="C1"), "customers.json:3: C1: the id C1 is used twice"),
    (customer(1, name="Mia"), "customers.json:3: C2: name: is not a field of the format"),
    (customer(1, phone="1\x00"), "customers.json:3: C2: has characters that are no text"),
    (customer(0, address={}), "customers.json:2: C1: address.address1: is missing"),
    (
        lambda shop: shop["customers"][0]["payment_methods"][1].pop("balance"),
        "customers.json:2: C1: payment_methods 2: balance: every gift card has one",
    ),
    (
        lambda shop: shop["customers"][1]["payment_methods"][0].update(id="card_1"),
        "customers.json:3: C2: payment_methods 1: the id card_1 is used twice",
    ),
    (
        lambda shop: shop["products"][1]["variants"][0].update(price=5.001),
        "products.json:3: P2: variants 1: price: has more than two decimal places",
    ),
    (
        lambda shop: shop["products"][1]["variants"][0].update(stock=1.5),
        "products.json:3: P2: variants 1: stock: must be a whole number",
    ),
    (
        lambda shop: shop["products"][1]["variants"][0].update(stock=-1),
        "products.json:3: P2: variants 1: stock: ensure this value is greater",
    ),
    (
        lambda shop: shop["products"][1].update(variants="none"),
        "products.json:3: P2: variants: must be a list of objects",
    ),
    (order(2, id="1"), "orders.json:4: 1: id: must be # W and seven digits"),
    (order(2, id="#W0000001"), "orders.json:4: #W0000001: the id #W0000001 is used twice"),
    (order(2, customer="C9"), "orders.json:4: #W0000003: customer: there is no customer C9"),
    (order(2, status="lost"), "orders.json:4: #W0000003: status: value is not a valid enum"),
    (order(0, placed_at="2026-11-20T09:12:00"), "orders.json:2: #W0000001: placed_at: needs a"),
    (order(0, placed_at=1769850000), "orders.json:2: #W0000001: placed_at: must be a text"),
    (order(0, lines=[]), "orders.json:2: #W0000001: has no lines"),
    (order(0, cancel_reason="so"), "orders.json:2: #W0000001: cancel_reason: belongs to canc"),
    (order(0, shipping_cost="1.00"), "orders.json:2: #W0000001: payments (89.20) less refunds"),
    (order(2, refunds=[]), "orders.json:4: #W0000003: payments (5.00) less refunds (0.00)"),
    (order(1, returns=[]), "orders.json:3: #W0000002: the status 'exchange requested' needs"),
    (order(1, status="processed"), "orders.json:3: #W0000002: has a record of the exchange"),
    (part(0, "lines", variant="V9"), "orders.json:2: #W0000001: lines 1: variant: there is no"),
    (part(0, "lines", position=2), "orders.json:2: #W0000001: lines 2: the order and position"),
    (
        part(0, "lines", tracking_number="T1"),
        "orders.json:2: #W0000001: lines 1: tracking_number: T1 is not among",
    ),
    (
        order(0, fulfilments=[{"tracking_number": "T1"}]),
        "orders.json:2: #W0000001: an order with the status 'pending' has no fulfilments",
    ),
    (
        part(1, "fulfilments", delivered=False, delivered_at="2026-11-02T10:00:00Z"),
        "orders.json:3: #W0000002: fulfilments 1: delivered_at: is given",
    ),
    (
        part(0, "payments", payment_method="paypal_2"),
        "orders.json:2: #W0000001: payments 1: payment_method: paypal_2 is another customer's",
    ),
    (
        part(0, "payments", payment_method="paypal_9"),
        "orders.json:2: #W0000001: payments 1: payment_method: there is no payment method",
    ),
    (
        lambda shop: shop["orders"][1]["returns"][0]["lines"][0].update(line=2),
        "orders.json:3: #W0000002: returns 1: lines 1: the order has no line 2",
    ),
    (
        lambda shop: shop["orders"][1]["returns"][0]["lines"][0].update(quantity=3),
        "orders.json:3: #W0000002: returns 1: lines 1: quantity: only 2 pieces",
    ),
    (
        lambda shop: shop["orders"][1]["returns"][0]["lines"][0].update(replacement="V3"),
        "orders.json:3: #W0000002: returns 1: lines 1: replacement: V3 must be another variant",
    ),
    (
        lambda shop: shop["orders"][1]["returns"][0].update(kind="return"),
        "orders.json:3: #W0000002: returns 1: lines 1: replacement: every line",
    ),
]


@pytest.mark.parametrize(("change", "told"), OWN_PROBLEMS, ids=[told for _, told in OWN_PROBLEMS])
def test_a_problem_is_told_with_its_place(
    own: dict[str, Any], write: Write, change: Change, told: str
) -> None:
    change(own)
    found = problems(write(own))
    assert [problem for problem in found if problem.startswith(told)], found


RETAIL_PROBLEMS: list[tuple[Change, str]] = [
    (
        lambda shop: shop["users"]["ann_lee_1"]["orders"].append("#W9"),
        "users.json:2: ann_lee_1: orders: #W9 is not in orders.json",
    ),
    (
        lambda shop: shop["users"]["ann_lee_1"]["orders"].remove("#W2000002"),
        "orders.json:3: #W2000002: user_id: ann_lee_1 does not list this order",
    ),
    (
        lambda shop: shop["products"]["2"].update(product_id="3"),
        "products.json:3: 2: product_id: is under the key 2, but says 3",
    ),
    (
        lambda shop: shop["products"]["2"]["variants"]["21"].pop("price"),
        "products.json:3: 2: variants.21.price: is missing",
    ),
    (
        lambda shop: shop["orders"]["#W2000001"]["items"][0].update(item_id="99"),
        "orders.json:2: #W2000001: variant: there is no variant 99",
    ),
    (
        lambda shop: shop["orders"]["#W2000001"]["items"][0].update(product_id="2"),
        "orders.json:2: #W2000001: items: 11 is of product 1",
    ),
    (
        lambda shop: shop["orders"]["#W2000002"]["fulfillments"][0]["item_ids"].append("11"),
        "orders.json:3: #W2000002: fulfillments: 11 is not among the items",
    ),
    (
        lambda shop: shop["orders"]["#W2000002"].update(status="on its way"),
        "orders.json:3: #W2000002: status: value is not a valid enumeration member",
    ),
    (
        lambda shop: shop["orders"]["#W2000001"]["payment_history"][0].update(amount=1),
        "orders.json:2: #W2000001: payments (1.00) less refunds (0.00) are 1.00",
    ),
    (
        lambda shop: shop["orders"]["#W2000002"].update(status="return requested"),
        "orders.json:3: #W2000002: the status 'return requested' needs a record",
    ),
    (
        lambda shop: shop["orders"]["#W2000002"].update(
            status="return requested", return_items=["11"], return_payment_method_id="paypal_1"
        ),
        "orders.json:3: #W2000002: 11 is to come back, but is not among the items",
    ),
]


@pytest.mark.parametrize(
    ("change", "told"), RETAIL_PROBLEMS, ids=[told for _, told in RETAIL_PROBLEMS]
)
def test_a_problem_of_a_retail_export_is_told_with_its_place(
    retail: dict[str, Any], write: Write, change: Change, told: str
) -> None:
    change(retail)
    found = problems(write(retail), Format.RETAIL)
    assert [problem for problem in found if problem.startswith(told)], found


def test_what_hangs_on_a_broken_record_is_not_reported_as_well(
    own: dict[str, Any], write: Write
) -> None:
    both(customer(0, email="nora"), part(0, "lines", quantity=0))(own)
    found = problems(write(own))
    assert [problem.split(": ", 2)[:2] for problem in found] == [
        ["customers.json:2", "C1"],
        ["orders.json:2", "#W0000001"],
    ]


def test_all_problems_are_told_in_the_sequence_of_the_files_but_not_endlessly(
    own: dict[str, Any], write: Write
) -> None:
    own["customers"] += [{"id": f"D{number}", "email": "no"} for number in range(300)]
    reading = read_files(write(own), Format.AISLE_JSON)
    with pytest.raises(BrokenShop) as caught:
        reading.end()
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 300
    assert len(lines) == 202
    assert lines[1].startswith("  customers.json:4: D0: email")
    assert lines[-1] == "  and 100 more; mend these first"


def test_a_file_that_cannot_be_read_is_told_alone(own: dict[str, Any], write: Write) -> None:
    folder = write(own)
    (folder / "customers.json").unlink()
    (folder / "products.json").write_bytes(b'[\n{"id": "\xff"}]')
    (folder / "orders.json").write_text('[{"id": 1},\n{]')
    found = problems(folder)
    assert found[0] == "customers.json: is missing; an empty one stands for no data"
    assert found[-1] == "products.json:2: is not UTF-8; save the file in this encoding"
    assert any(problem.startswith("orders.json:2: is no valid JSON") for problem in found)
    assert not any("there is no" in problem for problem in found)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError) as caught:
        read_files(tmp_path / "nowhere", Format.AISLE_CSV)
    assert caught.value.filename == str(tmp_path / "nowhere")


@pytest.fixture
def tables(own: dict[str, Any], write: Write, tmp_path: Path) -> Path:
    """The small shop in the format ``aisle-csv``."""
    shop = read_files(write(own), Format.AISLE_JSON).shop
    write_files(tmp_path / "tables", files_of(shop, Format.AISLE_CSV))
    return tmp_path / "tables"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("customers.csv", "nora@", "nora", "customers.csv:2: email: is not an e-mail address"),
        ("products.csv", "P2,Mug", "P2,", "products.csv:4: name: is missing"),
        ("products.csv", '"[""lamp""]"', "lamp", "products.csv:2: aliases: must be JSON"),
        ("products.csv", "P2,Mug", 'P2,"Mug"s', "products.csv:4: the quotes are wrong"),
        ("variants.csv", "P2,V3", "P9,V3", "variants.csv:4: product: there is no product P9"),
        ("variants.csv", ",9\n", ",9,9\n", "variants.csv:4: has 6 values for 5 columns"),
        ("variants.csv", "stock", "number", "variants.csv:1: the columns number are unknown"),
        ("order_lines.csv", "V3,1,4.50", "V3,x,4.50", "order_lines.csv:3: quantity: must be a"),
        ("payments.csv", "89.20", "89.205", "payments.csv:2: amount: has more than two"),
        ("orders.csv", "2026-11-20T", "20 Nov", "orders.csv:2: placed_at: must be a time"),
        ("fulfilments.csv", "2026-11-03", "soon", "fulfilments.csv:2: expected_on: must be a"),
    ],
)
def test_a_problem_of_a_table_is_told_with_its_line(
    tables: Path, file: str, old: str, new: str, told: str
) -> None:
    content = (tables / file).read_text(encoding="utf-8")
    assert old in content
    (tables / file).write_text(content.replace(old, new, 1), encoding="utf-8")
    found = problems(tables, Format.AISLE_CSV)
    assert [problem for problem in found if problem.startswith(told)], found


def test_a_table_may_come_from_a_spreadsheet(tables: Path) -> None:
    path = tables / "payment_methods.csv"
    text = path.read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert problems(tables, Format.AISLE_CSV) == []
