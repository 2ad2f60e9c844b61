"""Which of an order's items a message names."""

from collections.abc import Sequence
from typing import Any

import pytest

from aisle.shop.models import OrderLine

Shop = Any


@pytest.fixture(scope="module")
def order(demo: Shop) -> Sequence[OrderLine]:
    return [
        demo.line("Water Bottle", color="blue"),  # 0
        demo.line("Office Chair", color="black"),  # 1
        demo.line("Headlamp", 3, color="black"),  # 2
        demo.line("Smart Watch"),  # 3
        demo.line("T-Shirt", color="blue"),  # 4
        demo.line("T-Shirt", color="white"),  # 5
    ]


WHOLE = [(0, 1), (1, 1), (2, 3), (3, 1), (4, 1), (5, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want to return the water bottle and the office chair", [(0, 1), (1, 1)]),
        ("the watr botle", [(0, 1)]),
        ("the bottle, chair and watch", [(0, 1), (1, 1), (3, 1)]),
        ("the blue shirt", [(4, 1)]),
        ("my shirt in white", [(5, 1)]),
        ("the blue and the white shirt", [(4, 1), (5, 1)]),
        ("both shirts", [(4, 1), (5, 1)]),
        ("the t-shirts", [(4, 1), (5, 1)]),
        ("the shirts, the blue one", [(4, 1)]),
        ("the headlamps", [(2, 3)]),
        ("2 of the 3 headlamps", [(2, 2)]),
        ("one of the head torches", [(2, 1)]),
        ("a headlamp", [(2, 1)]),
        ("five headlamps", [(2, 5)]),
        ("the second one", [(1, 1)]),
        ("the last one", [(5, 1)]),
        ("the first two", [(0, 1), (1, 1)]),
        ("I don't want the chair any more", [(1, 1)]),
    ],
)
def test_items_are_found_by_name_option_number_and_place(
    demo: Shop, order: Sequence[OrderLine], text: str, expected: list[tuple[int, int]]
) -> None:
    assert demo.chosen(text, order) == expected


@pytest.mark.parametrize(
    "text", ["all of it", "everything please", "return the whole order", "all items", "it all"]
)
def test_everything_is_every_piece_of_every_line(
    demo: Shop, order: Sequence[OrderLine], text: str
) -> None:
    assert demo.chosen(text, order) == WHOLE


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("everything except the chair", {1}),
        ("I am sending back all of order #W1000519 except the chair", {1}),
        ("everything but the chair and the bottle", {0, 1}),
        ("all of it, just not the blue shirt", {4}),
        ("keep the watch and return the rest", {3}),
        ("I want to keep the white t-shirt, the others go back", {5}),
    ],
)
def test_exceptions_are_left_out(
    demo: Shop, order: Sequence[OrderLine], text: str, left_out: set[int]
) -> None:
    assert demo.chosen(text, order) == [entry for entry in WHOLE if entry[0] not in left_out]


@pytest.mark.parametrize(
    "text",
    [
        "not the headlamp, the chair",
        "I don't want to return the headlamp, only the chair",
        "the chair instead of the headlamp",
        "the chair; the headlamp stays",
    ],
)
def test_what_is_denied_is_not_chosen(demo: Shop, order: Sequence[OrderLine], text: str) -> None:
    assert demo.chosen(text, order) == [(1, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exchange the black chair for a white one", [(1, 1)]),
        ("exchange the blue shirt for a white one", [(4, 1)]),
        ("change the bottle to silver and the blue shirt to white", [(0, 1), (4, 1)]),
        ("I want to exchange the watch for the chair", [(3, 1)]),
        ("swap the blue t-shirt for a white t-shirt", [(4, 1)]),
    ],
)
def test_what_it_shall_become_is_no_item(
    demo: Shop, order: Sequence[OrderLine], text: str, expected: list[tuple[int, int]]
) -> None:
    assert demo.chosen(text, order) == expected


@pytest.mark.parametrize("text", ["the t-shirt", "the purple shirt"])
def test_between_two_lines_nothing_is_guessed(
    demo: Shop, order: Sequence[OrderLine], text: str
) -> None:
    choice = demo.choose(text, order)
    assert choice.lines == ()
    assert choice.unclear == (order[4], order[5])


def test_a_thing_described_otherwise_than_it_is_stays_unclear(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    assert demo.choose("return the yellow chair", order).unclear == (order[1],)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("the second one", [3]), ("2", [3]), ("1 and 2", [1, 3]), ("both", [1, 3]), ("all", [1, 3])],
)
def test_places_count_in_what_was_offered(
    demo: Shop, order: Sequence[OrderLine], text: str, expected: list[int]
) -> None:
    found = demo.chosen(text, order, offered=[order[1], order[3]])
    assert [place for place, _ in found] == expected


def test_both_are_the_two_that_are_talked_of(demo: Shop, order: Sequence[OrderLine]) -> None:
    assert demo.choose("both of them", order).lines == ()
    assert demo.chosen("both of them", order, talked_of=[order[0], order[3]]) == [(0, 1), (3, 1)]
    assert demo.chosen("them both", order, talked_of=[order[4]]) == [(4, 1), (5, 1)]
    pair = [demo.line("Office Chair"), demo.line("Desk Lamp", 2)]
    assert demo.chosen("both then", pair, talked_of=[pair[1]]) == [(1, 2)]


def test_some_of_them_are_some_of_what_was_named_or_is_talked_of(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    assert demo.chosen("I got three headlamps, and one of them is broken", order) == [(2, 1)]
    assert demo.chosen("only two of them", order, talked_of=[order[2]]) == [(2, 2)]
    assert demo.chosen("only two of them", order) == []
    twice = [demo.line("Bath Towel", color="white") for _ in range(2)]
    assert demo.chosen("just one", twice, talked_of=twice) == [(0, 1)]


def test_what_is_to_be_exchanged_rather_than_returned_is_still_meant(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    text = "I don't want to return the chair, I'd like to exchange it for a grey one"
    assert demo.chosen(text, order) == [(1, 1)]


def test_the_one_with_something_tells_which_is_meant(retail: Shop) -> None:
    chairs = [retail.line("Office Chair", armrest=armrest) for armrest in ("none", "fixed")]
    assert retail.chosen("the office chair, the one with armrests", chairs) == [(1, 1)]


def test_products_that_are_not_in_the_order_are_named(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    choice = demo.choose("i want to return the standing desk and the watch", order)
    assert choice.missing == ("Standing Desk",)
    assert [pieces.line_id for pieces in choice.lines] == [order[3].id]


@pytest.mark.parametrize(
    "text",
    [
        "it was too large",
        "I want all my money back",
        "that's all, thanks",
        "the box was damaged",
        "my last order",
        "the first thing is I want a refund",
        "in the black friday sale",
        "the others",
        "send it to 12 Blue Street",
        "yes",
    ],
)
def test_other_sentences_name_nothing(demo: Shop, order: Sequence[OrderLine], text: str) -> None:
    choice = demo.choose(text, order)
    assert (choice.lines, choice.unclear, choice.missing) == ((), (), ())


def test_a_single_line_is_not_chosen_unless_it_is_named(demo: Shop) -> None:
    order = [demo.line("Hoodie", color="grey")]
    assert demo.choose("I want to return something", order).lines == ()
    assert demo.chosen("the hoody", order) == [(0, 1)]


def test_the_same_variant_in_two_lines_is_counted_together(demo: Shop) -> None:
    order = [demo.line("Bath Towel", color="white") for _ in range(2)]
    assert demo.chosen("one of the towels", order) == [(0, 1)]
    assert demo.chosen("both towels", order) == [(0, 1), (1, 1)]
    assert demo.chosen("two towels", order) == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the hedphones", 3),
        ("the hoover", 2),
        ("my bike", 4),
        ("the vacuum", 2),
        ("the machine", 5),
        ("the watch", 6),
        ("the backpack with the laptop compartment", 0),
        ("the laptop", 1),
    ],
)
def test_a_shop_without_synonyms_is_understood(retail: Shop, text: str, expected: int) -> None:
    names = ["Backpack", "Laptop", "Vacuum Cleaner", "Headphones", "Bicycle", "Espresso Machine"]
    order = [retail.line(name) for name in [*names, "Wristwatch"]]
    assert retail.chosen(text, order) == [(expected, 1)]


def test_a_synonym_of_a_product_that_is_not_in_the_order_is_known(retail: Shop) -> None:
    order = [retail.line("Espresso Machine"), retail.line("T-Shirt")]
    assert retail.choose("return the coffee machine", order).missing == ("Coffee Maker",)


@pytest.mark.parametrize("text", ["the coffee machine", "the skirt", "the printer"])
def test_a_word_for_something_else_chooses_nothing(retail: Shop, text: str) -> None:
    order = [retail.line("Espresso Machine"), retail.line("T-Shirt")]
    assert retail.choose(text, order).lines == ()


def test_every_product_of_the_export_is_found_by_name_and_head_noun(retail: Shop) -> None:
    for product in retail.products.values():
        others = ["Garden Hose", "Perfume"]
        order = [retail.line(name) for name in {product.name, *others}]
        place = next(n for n, line in enumerate(order) if line.variant.product is product)
        for words in (product.name, product.name.lower(), product.name.split()[-1].lower()):
            assert retail.chosen(f"please return the {words}", order) == [(place, 1)], words


@pytest.mark.parametrize(
    "text",
    [
        "return the chair, it's the order with the smart watch",
        "the order that has the smart watch in it: I'd like to send the chair back",
    ],
)
def test_an_item_that_only_says_which_order_is_meant_is_not_chosen(
    demo: Shop, order: Sequence[OrderLine], text: str
) -> None:
    assert demo.chosen(text, order) == [(1, 1)]
