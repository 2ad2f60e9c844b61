"""The variant that has what is wanted."""

import uuid
from decimal import Decimal

import pytest

from aisle.shop.models import OrderLine, Product, Variant
from aisle.shop.selection.variants import choose_variant, describe_variant, merge_wanted


def variant(name: str, price: str = "10.00", stock: int = 5, **options: str) -> Variant:
    return Variant(id=name, options=options, price=Decimal(price), stock=stock)


PRESENT = variant("present", color="black", size="M", zip="no")
NAVY = variant("navy", color="navy", size="M", zip="no")
LARGE_SOLD_OUT = variant("sold out", stock=0, color="black", size="L", zip="no")
LARGE_NAVY = variant("large navy", price="12.00", color="navy", size="L", zip="no")
LARGE_GREY = variant("large grey", price="11.00", color="grey", size="L", zip="no")
LARGE_ZIP = variant("large zip", price="9.00", color="grey", size="L", zip="yes")
HOODIE = Product(
    id="P1",
    name="Hoodie",
    aliases=[],
    variants=[PRESENT, NAVY, LARGE_SOLD_OUT, LARGE_NAVY, LARGE_GREY, LARGE_ZIP],
)
LINE = OrderLine(id=uuid.uuid4(), position=0, variant=PRESENT, quantity=1, price=Decimal("10.00"))


def test_what_is_not_wanted_otherwise_stays_as_it_is() -> None:
    assert choose_variant(LINE, HOODIE, {"color": "navy"}).variant is NAVY
    assert choose_variant(LINE, HOODIE, {"color": "navy", "size": "L"}).variant is LARGE_NAVY


def test_a_sold_out_variant_gives_others_with_what_is_wanted_the_nearest_first() -> None:
    choice = choose_variant(LINE, HOODIE, {"size": "L"})
    assert choice.variant is None
    assert choice.candidates == (LARGE_GREY, LARGE_NAVY, LARGE_ZIP)


def test_a_single_other_variant_is_still_only_a_candidate() -> None:
    choice = choose_variant(LINE, HOODIE, {"zip": "yes"})
    assert (choice.variant, choice.candidates) == (None, (LARGE_ZIP,))


def test_wishing_what_it_is_already_changes_nothing() -> None:
    choice = choose_variant(LINE, HOODIE, {"color": "black"})
    assert choice.unchanged
    assert (choice.variant, choice.candidates) == (None, ())


def test_what_the_product_does_not_come_in_is_unknown() -> None:
    assert choose_variant(LINE, HOODIE, {"color": "pink"}).unknown == ("pink",)
    assert choose_variant(LINE, HOODIE, {"sleeve": "long"}).unknown == ("sleeve",)


def test_nothing_wanted_gives_all_others_that_are_available() -> None:
    choice = choose_variant(LINE, HOODIE, {})
    assert choice.variant is None
    assert PRESENT not in choice.candidates
    assert LARGE_SOLD_OUT not in choice.candidates
    assert choice.candidates[0] is NAVY


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"color": "navy"}, {"size": "L"}, {"color": "navy", "size": "L"}),
        ({"color": "navy"}, {"color": "grey"}, {"color": "grey"}),
        ({"color": "navy", "size": "L"}, {"zip": "yes"}, {"size": "L", "zip": "yes"}),
        ({"size": "M"}, {"color": "grey"}, {"color": "grey"}),
        ({"purple": "purple"}, {"color": "grey"}, {"color": "grey"}),
        ({"size": "L"}, {"color": "pink"}, {"size": "L", "color": "pink"}),
    ],
)
def test_a_later_wish_gives_up_only_what_contradicts_it(
    before: dict[str, str], now: dict[str, str], expected: dict[str, str]
) -> None:
    assert merge_wanted(HOODIE, before, now) == expected


def test_a_variant_is_described_by_what_it_is_or_what_differs() -> None:
    assert describe_variant(LARGE_ZIP) == "grey, size L, zip"
    assert describe_variant(PRESENT) == "black, size M, no zip"
    assert describe_variant(LARGE_NAVY, PRESENT) == "navy, size L"
    assert describe_variant(PRESENT, PRESENT) == ""
    boots = variant("boots", size="8", waterproof="no", brightness="low")
    assert describe_variant(boots) == "size 8, not waterproof, low brightness"
