"""Pieces of plain English."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from aisle.shop.models import Order, OrderLine, PaymentMethod, Product, Variant
from aisle.shop.wording import (
    lower_name,
    money,
    payment_method_name,
    short_order,
    spoken_date,
    spoken_item,
    spoken_lines,
    spoken_list,
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


def test_keeps_names_and_acronyms_inside_a_sentence() -> None:
    assert lower_name("Smart LED Bulb") == "smart LED bulb"


def test_writes_money_in_euros_with_cents() -> None:
    assert money(Decimal("1479.15")) == "€1,479.15"
    assert money(Decimal("5")) == "€5.00"
    assert money(Decimal("-0.5")) == "-€0.50"


def test_names_payment_methods() -> None:
    card = PaymentMethod(source="credit_card", brand="visa", last_four="2478")
    assert payment_method_name(card) == "credit card ending in 2478"
    assert payment_method_name(PaymentMethod(source="paypal")) == "PayPal"
    assert payment_method_name(PaymentMethod(source="gift_card")) == "gift card"
