"""Returns and exchanges that name items, not lines."""

from decimal import Decimal

import pytest

from aisle.shop.transfer.retail_requests import (
    BrokenRequest,
    ItemSwap,
    OrderedItem,
    exchange_of,
    returned,
)


def items(*variants: str) -> list[OrderedItem]:
    """Variants named by their product's letter and a number, which is the price."""
    return [OrderedItem(name, name[0], Decimal(name[1:])) for name in variants]


def test_an_item_that_is_there_twice_comes_back_from_two_lines() -> None:
    assert returned(items("a1", "b1", "a1"), ["a1", "a1"]) == [1, 3]


def test_an_item_that_is_not_there_so_often_cannot_come_back() -> None:
    with pytest.raises(BrokenRequest, match="a1"):
        returned(items("a1", "b1"), ["a1", "a1"])


def test_each_item_becomes_another_variant_of_its_product() -> None:
    swaps = exchange_of(items("b1", "a1"), ["a1", "b1"], items("a7", "b4"), Decimal(9))
    assert swaps == [ItemSwap(2, "a7", Decimal(7)), ItemSwap(1, "b4", Decimal(4))]


@pytest.mark.parametrize("new", [("a1", "a2"), ("a2", "a3"), ("a0", "a2")])
def test_two_items_of_a_product_do_not_become_what_they_are(new: tuple[str, str]) -> None:
    swaps = exchange_of(items("a1", "a2"), ["a1", "a2"], items(*new), None)
    assert {swap.variant for swap in swaps} == set(new)
    assert all(swap.variant != f"a{swap.line}" for swap in swaps)


def test_a_price_that_changed_since_does_not_change_what_was_to_pay() -> None:
    swaps = exchange_of(items("a1", "b1"), ["a1", "b1"], items("a9", "b9"), Decimal("-1.50"))
    assert sum(swap.price for swap in swaps) == Decimal("0.50")


@pytest.mark.parametrize("new", [(), ("a2", "a3"), ("b2",), ("a1",)])
def test_an_exchange_without_a_fitting_replacement_is_refused(new: tuple[str, ...]) -> None:
    with pytest.raises(BrokenRequest, match="exchange_new_items"):
        exchange_of(items("a1", "b1"), ["a1"], items(*new), None)
