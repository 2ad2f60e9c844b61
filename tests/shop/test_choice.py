"""Which order a customer means."""

from collections.abc import Sequence

import pytest

from aisle.shop.choice import (
    OrderChoice,
    OrderHint,
    likely_order,
    mentions_malformed_number,
    point_at_order,
)
from tests.shop.conftest import PlainShop

PENDING, PROCESSED, CANCELLED, DELIVERED = "#W1002046", "#W1000871", "#W1004444", "#W1003333"
"""Mia's orders, the newest first: boots, a lamp, a rain jacket, a rain jacket and two lamps."""


def choice_of(
    plain_shop: PlainShop,
    text: str,
    *,
    offered: Sequence[str] = (),
    current: str | None = None,
    statuses: Sequence[str] = (),
) -> OrderChoice | None:
    return point_at_order(
        plain_shop.orders["C0002"],
        OrderHint(text),
        plain_shop.catalogue,
        offered=offered,
        current=current,
        statuses=statuses,
    )


def pointed(
    plain_shop: PlainShop,
    text: str,
    *,
    offered: Sequence[str] = (),
    current: str | None = None,
    statuses: Sequence[str] = (),
) -> list[str]:
    choice = choice_of(plain_shop, text, offered=offered, current=current, statuses=statuses)
    assert choice is not None
    chosen = [choice.order] if choice.order else choice.candidates
    return [order.id for order in chosen]


@pytest.mark.parametrize("text", [f"it's {PROCESSED}", "# w 1000 871?", "order 1000871"])
def test_a_number_of_the_customers_own_order_points_at_it(plain_shop: PlainShop, text: str) -> None:
    assert pointed(plain_shop, text) == [PROCESSED]


@pytest.mark.parametrize("number", ["#W1009999", "#W7777777"])  # Nora's, and nobody's
def test_another_customers_number_is_as_unknown_as_one_that_does_not_exist(
    plain_shop: PlainShop, number: str
) -> None:
    assert choice_of(plain_shop, f"and {number}?") == OrderChoice(unknown_number=number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"cancel {PENDING} and {PROCESSED}", PENDING),
        (f"{PENDING}, sorry, I mean {PROCESSED}", PROCESSED),
        (f"not {PENDING} but {PROCESSED}", PROCESSED),
    ],
)
def test_the_first_number_that_is_meant_counts(
    plain_shop: PlainShop, text: str, number: str
) -> None:
    assert pointed(plain_shop, text) == [number]


def test_an_ordinal_means_those_that_were_shown(plain_shop: PlainShop) -> None:
    shown = (CANCELLED, PENDING)
    assert pointed(plain_shop, "the second one please", offered=shown) == [PENDING]
    assert choice_of(plain_shop, "the second one please") is None


def test_the_other_one_is_not_the_present_one(plain_shop: PlainShop) -> None:
    others = [PROCESSED, CANCELLED, DELIVERED]
    assert pointed(plain_shop, "no, the other order", current=PENDING) == others
    assert pointed(plain_shop, "the other one", current=PENDING, offered=(PENDING, CANCELLED)) == [
        CANCELLED
    ]


@pytest.mark.parametrize(
    ("text", "current", "number"),
    [
        ("where's my last order", None, PENDING),
        ("the one I just placed", DELIVERED, PENDING),
        ("the previous one", PROCESSED, CANCELLED),
        ("what was in my previous order?", None, PENDING),
        ("the last but one", None, PROCESSED),
        ("my oldest order", None, DELIVERED),
        ("my very first order", None, DELIVERED),
        ("the last order with a lamp", None, PROCESSED),
        ("my last open order", None, PENDING),
    ],
)
def test_a_place_in_the_sequence_points_at_an_order(
    plain_shop: PlainShop, text: str, current: str | None, number: str
) -> None:
    assert pointed(plain_shop, text, current=current) == [number]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("the one that hasn't come", [PENDING, PROCESSED]),
        ("cancel my pending order", [PENDING]),
        ("the one on its way", [PROCESSED]),
        ("the delivered one", [DELIVERED]),
        ("what was in the cancelled one?", [CANCELLED]),
        ("the lamp, in the order that was delivered", [DELIVERED]),
        ("the one with the lamp", [PROCESSED, DELIVERED]),
        ("the order with the lamp that's on its way, the shipped one", [PROCESSED]),
    ],
)
def test_a_state_points_at_the_orders_in_it(
    plain_shop: PlainShop, text: str, numbers: list[str]
) -> None:
    assert pointed(plain_shop, text) == numbers


def test_what_is_wanted_decides_between_the_orders_that_fit(plain_shop: PlainShop) -> None:
    assert pointed(plain_shop, "the one that hasn't come", statuses=["processed"]) == [PROCESSED]
    assert pointed(plain_shop, "the jacket", statuses=["delivered"]) == [DELIVERED]


def test_no_order_in_the_state_points_at_none(plain_shop: PlainShop) -> None:
    assert choice_of(plain_shop, "the returned one") is None


def test_a_text_that_names_no_order_points_at_none(plain_shop: PlainShop) -> None:
    assert choice_of(plain_shop, "where is it") is None
    assert choice_of(plain_shop, "has my order been delivered?") is None


def test_the_only_order_in_a_fitting_status_is_the_likely_one(plain_shop: PlainShop) -> None:
    orders = plain_shop.orders["C0002"]
    processed = likely_order(orders, ["processed"]).order
    assert processed is not None
    assert processed.id == PROCESSED
    assert likely_order(orders, ["exchange requested"]).candidates == orders


def test_numbers_of_the_wrong_length_are_noticed() -> None:
    assert mentions_malformed_number("order #W12345")
    assert mentions_malformed_number("w123456789")
    assert not mentions_malformed_number("#W1234567")
    assert not mentions_malformed_number("i bought 2 lamps in 2024")
