"""Pieces of plain English."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from aisle.settings import get_settings
from aisle.shop.models import Order, OrderLine, PaymentMethod, Product, Variant
from aisle.shop.wording import (
    described_line,
    detailed_line,
    lower_name,
    money,
    payment_method_name,
    short_order,
    spoken_address,
    spoken_date,
    spoken_item,
    spoken_lines,
    spoken_list,
    spoken_options,
    spoken_tracking,
)

TODAY = date(2026, 11, 22)  # a Sunday


def line(name: str, quantity: int = 1) -> OrderLine:
    return OrderLine(variant=Variant(product=Product(name=name)), quantity=quantity)


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        ("2026-11-22", "today"),
        ("2026-11-23", "tomorrow"),
        ("2026-11-21", "yesterday"),
        ("2026-11-26", "on Thursday"),
        ("2026-11-28", "on Saturday"),
        ("2026-11-16", "on Monday"),
        ("2026-11-29", "on 29 November"),
        ("2026-11-15", "on 15 November"),
        ("2025-11-22", "on 22 November 2025"),
        ("2027-01-02", "on 2 January 2027"),
    ],
)
def test_says_dates_as_people_do(day: str, spoken: str) -> None:
    assert spoken_date(date.fromisoformat(day), TODAY) == spoken


def test_says_lists_with_commas_and_an_and() -> None:
    assert spoken_list([]) == ""
    assert spoken_list(["a"]) == "a"
    assert spoken_list(["a", "b"]) == "a and b"
    assert spoken_list(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("name", "quantity", "spoken"),
    [
        ("Mechanical Keyboard", 1, "a mechanical keyboard"),
        ("Office Chair", 1, "an office chair"),
        ("Espresso Machine", 2, "two espresso machines"),
        ("Hiking Boots", 1, "hiking boots"),
        ("Hiking Boots", 2, "two pairs of hiking boots"),
        ("Resistance Bands", 3, "three sets of resistance bands"),
        ("Bed Linen", 1, "bed linen"),
        ("Bed Linen", 2, "two sets of bed linen"),
        ("Chef's Knife", 2, "two chef's knives"),
        ("Wireless Mouse", 2, "two wireless mice"),
        ("Bookshelf", 2, "two bookshelves"),
        ("Smart Watch", 13, "13 smart watches"),
        ("Water Glass", 1, "a water glass"),
        ("Security Battery", 2, "two security batteries"),
        ("USB Hub", 1, "a USB hub"),
        ("LED Strip", 1, "an LED strip"),
        ("T-Shirt", 2, "two T-shirts"),
        ("Bluetooth Speaker", 1, "a Bluetooth speaker"),
        ("Umbrella Stand", 1, "an umbrella stand"),
        ("Uniform Shirt", 1, "a uniform shirt"),
    ],
)
def test_says_articles_with_the_right_number(name: str, quantity: int, spoken: str) -> None:
    assert spoken_item(name, quantity) == spoken


def test_says_what_is_in_an_order_and_adds_up_variants_of_one_product() -> None:
    lines = [line("Mechanical Keyboard"), line("Headlamp"), line("Headlamp")]
    assert spoken_lines(lines) == "a mechanical keyboard and two headlamps"


def test_a_short_order_names_two_articles_at_most() -> None:
    placed = datetime(2026, 11, 8, 9, 12, tzinfo=timezone.utc)
    lines = [line("Desk Lamp"), line("Tent"), line("Jeans"), line("Blender")]
    order = Order(id="#W1000871", placed_at=placed, lines=lines)
    assert short_order(order) == "#W1000871 of 8 November: a desk lamp, a tent and 2 more"


def test_a_short_order_without_a_date_has_none() -> None:
    order = Order(id="#W1000871", lines=[line("Desk Lamp")])
    assert short_order(order) == "#W1000871: a desk lamp"


def test_an_option_is_named_where_its_value_says_too_little() -> None:
    options = {
        "color": "black", "size": "XL", "capacity": "1000ml", "shoe size": "42",
        "armrest": "fixed", "waterproof": "no",
    }  # fmt: skip
    assert (
        spoken_options(options)
        == "black, XL, 1000ml, shoe size: 42, armrest: fixed, waterproof: no"
    )


def test_describes_a_line_with_its_options_and_price() -> None:
    lamps = line("Desk Lamp", 2)
    lamps.variant.options, lamps.price = {"color": "white"}, Decimal("39.90")
    assert detailed_line(lamps) == "2 × Desk Lamp (white), €39.90 each"  # noqa: RUF001
    lamps.quantity = 1
    assert detailed_line(lamps) == "Desk Lamp (white), €39.90"
    lamps.variant.options = {}
    assert described_line(lamps) == "Desk Lamp"


def test_tracking_needs_no_carrier() -> None:
    assert spoken_tracking("3574", "DHL") == "DHL tracking number 3574"
    assert spoken_tracking("3574", None) == "tracking number 3574"


@pytest.mark.parametrize(
    ("address", "spoken"),
    [
        (
            {"address1": "Hauptstr. 3", "city": "Dresden", "zip": "01099", "country": "Germany"},
            "Hauptstr. 3, 01099 Dresden, Germany",
        ),
        (
            {
                "address1": "986 Sunset Drive", "address2": "Suite 259", "city": "Denver",
                "state": "CO", "zip": "80279", "country": "USA",
            },
            "986 Sunset Drive, Suite 259, Denver, CO 80279, USA",
        ),
    ],
)  # fmt: skip
def test_says_addresses_as_they_are_written_there(address: dict[str, str], spoken: str) -> None:
    assert spoken_address(address) == spoken


def test_keeps_names_and_acronyms_inside_a_sentence() -> None:
    assert lower_name("Smart LED Bulb") == "smart LED bulb"


def test_writes_money_in_euros_with_cents() -> None:
    assert money(Decimal("1479.15")) == "€1,479.15"
    assert money(Decimal("5")) == "€5.00"
    assert money(Decimal("-0.5")) == "-€0.50"


@pytest.mark.parametrize(("currency", "written"), [("$", "-$1,005.00"), ("CHF", "-CHF 1,005.00")])
def test_money_is_in_the_shops_currency(
    monkeypatch: pytest.MonkeyPatch, currency: str, written: str
) -> None:
    monkeypatch.setenv("AISLE_SHOP_CURRENCY", currency)
    get_settings.cache_clear()
    try:
        assert money(Decimal("-1005")) == written
    finally:
        get_settings.cache_clear()


def test_names_payment_methods() -> None:
    card = PaymentMethod(source="credit_card", brand="visa", last_four="2478")
    assert payment_method_name(card) == "credit card ending in 2478"
    assert payment_method_name(PaymentMethod(source="paypal")) == "PayPal"
    assert payment_method_name(PaymentMethod(source="gift_card")) == "gift card"
