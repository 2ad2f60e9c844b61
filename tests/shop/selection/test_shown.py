"""Which of the variants that were shown is chosen."""

from typing import Any

import pytest

from aisle.shop.models import OrderLine, Variant
from aisle.shop.selection.shown import choose_shown

Shop = Any


@pytest.fixture(scope="module")
def order(demo: Shop) -> list[OrderLine]:
    return [demo.line("Hoodie", color="black", size="M", zip="no"), demo.line("Water Bottle")]


@pytest.fixture(scope="module")
def shown(demo: Shop) -> list[Variant]:
    """Three hoodies whose prices tell them apart."""
    lines = [
        demo.line("Hoodie", color="grey", size="S"),
        demo.line("Hoodie", color="black", size="L"),
        demo.line("Hoodie", color="beige", size="L"),
    ]
    return [
        Variant(id=line.variant.id, options=line.variant.options, price=price, stock=1)
        for line, price in zip(lines, (30, 20, 40), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the second one", 1),
        ("the last one please", 2),
        ("1", 0),
        ("the black one", 1),
        ("black in L", 1),
        ("with a zip", 1),
        ("large, no zip", 2),
        ("grey in S, no zip", 0),
        ("not large", 0),
        ("beige instead of black", 2),
        ("the cheaper one", 1),
        ("the most expensive", 2),
        ("the cheapest one without a zip", 0),
        ("the smallest", 0),
        ("the smaller one", 0),
    ],
)
def test_one_is_chosen_by_place_values_or_price(
    demo: Shop, order: list[OrderLine], shown: list[Variant], text: str, expected: int
) -> None:
    assert choice(demo, order, shown, text) is shown[expected]


@pytest.mark.parametrize(
    "text",
    [
        "the large one",
        "the largest",
        "grey, large",
        "navy",
        "hm, what do they cost?",
        "the water bottle in black",
        "the fifth one",
        "yes",
    ],
)
def test_what_does_not_decide_chooses_none(
    demo: Shop, order: list[OrderLine], shown: list[Variant], text: str
) -> None:
    assert choice(demo, order, shown, text) is None


@pytest.mark.parametrize("text", ["ok, that one", "I'll take it", "this one please", "that works"])
def test_the_only_one_shown_may_be_pointed_at(
    demo: Shop, order: list[OrderLine], shown: list[Variant], text: str
) -> None:
    assert choice(demo, order, shown[:1], text) is shown[0]
    assert choice(demo, order, shown, text) is None


@pytest.mark.parametrize("text", ["not that one", "no", "is it this one?", "the black one"])
def test_the_only_one_shown_may_be_the_wrong_one(
    demo: Shop, order: list[OrderLine], shown: list[Variant], text: str
) -> None:
    assert choice(demo, order, shown[:1], text) is None


def test_a_number_that_is_a_value_is_no_place(demo: Shop) -> None:
    line = demo.line("Hiking Boots", size="10")
    shown = [demo.line("Hiking Boots", size=size).variant for size in ("8", "7", "6", "5", "9")]
    assert choice(demo, [line], shown, "5") is shown[3]


def choice(demo: Shop, order: list[OrderLine], shown: list[Variant], text: str) -> Variant | None:
    return choose_shown(
        text,
        order[0],
        shown,
        lines=order,
        products=demo.products,
        catalogue=demo.catalogue,
    )
