"""Which items shall become what."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from aisle.shop.models import OrderLine
from aisle.shop.selection.variants import choose_variant

Shop = Any


@pytest.fixture(scope="module")
def order(demo: Shop) -> Sequence[OrderLine]:
    return [
        demo.line("Hiking Boots", size="7", material="leather"),  # 0
        demo.line("Desk Lamp", 2, color="white"),  # 1
        demo.line("T-Shirt", color="blue"),  # 2
        demo.line("T-Shirt", color="black", size="M"),  # 3
        demo.line("Water Bottle", capacity="500 ml"),  # 4
        demo.line("Hoodie", size="M"),  # 5
        demo.line("Standing Desk", size="120 x 70 cm", top="white", frame_color="white"),  # 6
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "change the boots to size 8 and the lamp to black",
            {0: {"size": "8"}, 1: {"color": "black"}},
        ),
        ("the blue shirt to gray", {2: {"color": "grey"}}),
        ("exchange the black shirt for a white one", {3: {"color": "white"}}),
        ("the boots from 7 to 9", {0: {"size": "9"}}),
        ("from 7 to 9", {0: {"size": "9"}}),
        ("I want to exchange size 7 for size 8", {0: {"size": "8"}}),
        ("swap the bottle for a 1 litre one", {4: {"capacity": "1 litre"}}),
        ("the bottle to 1000ml", {4: {"capacity": "1 litre"}}),
        ("the black shirt in extra large", {3: {"size": "XL"}}),
        ("size 8 for the boots and black for the lamp", {0: {"size": "8"}, 1: {"color": "black"}}),
        ("the hoodie with a zipper", {5: {"zip": "yes"}}),
        ("waterproof boots instead of these boots", {0: {"waterproof": "yes"}}),
        ("boots that are not waterproof", {0: {"waterproof": "no"}}),
        ("the desk with oak top and black frame", {6: {"top": "oak", "frame color": "black"}}),
        ("the lamp in silver instead of white", {1: {"color": "silver"}}),
        ("make the lamp black, no sorry, silver", {1: {"color": "silver"}}),
        ("both shirts to L", {2: {"size": "L"}, 3: {"size": "L"}}),
        ("keep the lamp, change the hoodie to black", {5: {"color": "black"}}),
        ("the lamp with low brightness", {1: {"brightness": "low"}}),
        ("my boots a size bigger", {0: {"size": "8"}}),
        ("the bottle with more capacity", {4: {"capacity": "750 ml"}}),
        ("I want to exchange the hoodie", {5: {}}),
        ("the lamp for a black one, the rest is fine", {1: {"color": "black"}}),
        ("the hoodie in navy but large", {5: {"color": "navy", "size": "L"}}),
        ("the boots in the smallest size", {0: {"size": "5"}}),
        ("exchange the shirt", {}),
        ("red instead of blue", {}),
        ("the boots are too tight, can I swap them for an 8?", {0: {"size": "8"}}),
        ("my boots in a 9 please", {0: {"size": "9"}}),
        ("make the boots 9 please", {0: {"size": "9"}}),
        ("I won't send the boots back, I want to exchange them for size 9", {0: {"size": "9"}}),
        ("the hoodie from my last order, black instead of grey", {5: {"color": "black"}}),
        (
            "the bottle from that order, it leaks. 750 ml instead of 500 ml",
            {4: {"capacity": "750 ml"}},
        ),
        ("the shirt to green, the black one I mean", {3: {"color": "green"}}),
        ("could the hoodie be black?", {5: {"color": "black"}}),
        ("the hoodie is too small for my bicycle, swap it for a large one", {5: {"size": "L"}}),
        (
            "swap the lamp for a black one, battery powered",
            {1: {"color": "black", "power source": "battery"}},
        ),
        ("exchange the boots for size 8 ones, leather", {0: {"size": "8", "material": "leather"}}),
        ("thanks, that is all I want", {}),
    ],
)
def test_items_and_their_new_options_are_read(
    demo: Shop, order: Sequence[OrderLine], text: str, expected: dict[int, dict[str, str]]
) -> None:
    assert demo.wanted(text, order) == expected


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("make it XL", 3, {"size": "XL"}),
        ("8", 0, {"size": "8"}),
        ("the black one please", 1, {"color": "black"}),
        ("a black one", 1, {"color": "black"}),
        ("one size up", 3, {"size": "L"}),
        ("two sizes larger", 3, {"size": "XL"}),
        ("smaller", 0, {"size": "6"}),
        ("the largest", 3, {"size": "XXL"}),
        ("not blue, black", 4, {"color": "black"}),
        ("battery powered", 1, {"power source": "battery"}),
        ("no zip", 5, {"zip": "no"}),
        ("stainless steel", 4, {"material": "steel"}),
        ("an 8", 0, {"size": "8"}),
        ("black rather than white", 1, {"color": "black"}),
        ("not white but silver", 1, {"color": "silver"}),
        ("from white to silver", 1, {"color": "silver"}),
        ("no, the black one", 1, {"color": "black"}),
        ("no the white one", 1, {"color": "white"}),
        ("the leather one, size 7", 0, {"material": "leather", "size": "7"}),
    ],
)
def test_without_an_item_it_is_the_expected_one(
    demo: Shop,
    order: Sequence[OrderLine],
    text: str,
    place: int,
    expected: dict[str, str],
) -> None:
    assert demo.wanted(text, order, expected=order[place]) == {place: expected}


def test_another_item_in_the_same_sentence_keeps_its_own(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    found = demo.wanted("make it XL and the lamp black", order, expected=order[3])
    assert found == {3: {"size": "XL"}, 1: {"color": "black"}}


def test_the_number_of_pieces_is_read(demo: Shop, order: Sequence[OrderLine]) -> None:
    (one,) = demo.swaps("change one of the lamps to black", order)
    assert (one.quantity, dict(one.wanted)) == (1, {"color": "black"})
    (every,) = demo.swaps("change the lamps to black", order)
    assert every.quantity == 2


@pytest.mark.parametrize(
    "text",
    [
        "change one of them to black",
        "I have 2 lamps in there, one of them should be black",
        "only one of the lamps, to black",
    ],
)
def test_one_of_them_is_one_piece(demo: Shop, order: Sequence[OrderLine], text: str) -> None:
    (wish,) = demo.swaps(text, [order[1], order[0]])
    assert (wish.line_id, wish.quantity, wish.counted) == (order[1].id, 1, True)
    assert dict(wish.wanted) == {"color": "black"}


def test_equal_pieces_in_several_lines_are_dealt_with_as_one(demo: Shop) -> None:
    order = [demo.line("Desk Lamp", color="white"), demo.line("Hoodie")]
    order.append(demo.line("Desk Lamp", color="white"))
    settled = {0: {"color": "black"}, 2: {"color": "black"}}
    assert demo.wanted("one of them should be silver", order) == {0: {"color": "silver"}}
    assert demo.wanted("no, silver", order, settled=settled) == {
        0: {"color": "silver"},
        2: {"color": "silver"},
    }
    pieces = [wish.quantity for wish in demo.swaps("only one of them", order, settled=settled)]
    assert pieces == [1, 0]


def test_the_number_alone_is_about_the_settled_item(demo: Shop, order: Sequence[OrderLine]) -> None:
    (wish,) = demo.swaps("just one of them please", order, settled={1: {"color": "black"}})
    assert (wish.line_id, wish.quantity, dict(wish.wanted)) == (order[1].id, 1, {})


@pytest.mark.parametrize(
    ("text", "settled", "expected"),
    [
        ("no, the white one", {1: {"color": "black"}}, {1: {"color": "white"}}),
        ("the white lamp, sorry", {1: {"color": "black"}}, {1: {"color": "white"}}),
        ("a size bigger", {0: {"size": "8"}}, {0: {"size": "9"}}),
        ("actually 9 please", {0: {"size": "8"}}, {0: {"size": "9"}}),
        ("I meant 9", {0: {"size": "8"}}, {0: {"size": "9"}}),
        ("rather size 7", {0: {"size": "8"}}, {0: {"size": "7"}}),
        ("a 9 in leather", {0: {"size": "8"}}, {0: {"size": "9", "material": "leather"}}),
        ("no, white", {0: {"size": "8"}, 1: {"color": "black"}}, {1: {"color": "white"}}),
        ("and the hoodie black", {1: {"color": "silver"}}, {5: {"color": "black"}}),
    ],
)
def test_a_correction_may_go_back_to_what_the_item_is(
    demo: Shop,
    order: Sequence[OrderLine],
    text: str,
    settled: dict[int, dict[str, str]],
    expected: dict[int, dict[str, str]],
) -> None:
    assert demo.wanted(text, order, settled=settled) == expected


def test_both_brings_in_the_other_one_with_the_same_wish(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    found = demo.wanted("oh, both of them please", order, settled={3: {"size": "L"}})
    assert found == {2: {"size": "L"}, 3: {}}


def test_nothing_that_is_said_is_passed_over(demo: Shop, order: Sequence[OrderLine]) -> None:
    (wish,) = demo.swaps("the lamp, the purple one", order)
    assert wish.is_impossible
    (cheaper,) = demo.swaps("is there a cheaper version of the lamp? then swap it", order)
    assert cheaper.cheapest
    (found,) = demo.swaps("I found the lamp cheaper elsewhere, change it to black", order)
    assert (found.cheapest, dict(found.wanted)) == (False, {"color": "black"})


def test_what_two_options_could_be_is_read_in_the_only_way_that_can_be_had(retail: Shop) -> None:
    glasses = retail.line("Sunglasses", frame_color="silver", lens_color="blue")
    (wish,) = retail.swaps("the sunglasses with brown and black, polarized, plastic", [glasses])
    assert (wish.wanted["frame color"], wish.wanted["lens color"]) == ("black", "brown")


def test_a_value_in_a_row_of_values_is_no_item(retail: Shop) -> None:
    order = [retail.line("Laptop"), retail.line("Backpack", color="green", compartment="camera")]
    assert retail.wanted("change the backpack to black, nylon, laptop", order) == {
        1: {"color": "black", "material": "nylon", "compartment": "laptop"}
    }


def test_too_small_is_no_wish_for_small(retail: Shop) -> None:
    order = [retail.line("Backpack", size="medium")]
    (wish,) = retail.swaps("exchange the backpack, it is too small", order)
    assert dict(wish.wanted) == {}


def test_what_is_open_or_doubtful_is_said(demo: Shop, order: Sequence[OrderLine]) -> None:
    (different,) = demo.swaps("the lamp in a different colour", order)
    assert (dict(different.wanted), different.keys) == ({}, ("color",))
    (either,) = demo.swaps("the lamp in black or silver", order)
    assert dict(either.wanted) == {}
    assert set(either.doubtful) == {"black", "silver"}
    (twofold,) = demo.swaps(
        "in white", [demo.line("Standing Desk", top="oak", frame_color="black")]
    )
    assert (dict(twofold.wanted), twofold.doubtful) == ({}, ("white",))
    assert twofold.is_unclear
    largest = demo.line("Hoodie", size="XL")
    (no_larger,) = demo.swaps("a size bigger", [largest], largest)
    assert (dict(no_larger.wanted), no_larger.keys) == ({}, ("size",))
    (cheapest,) = demo.swaps("the cheapest lamp", order)
    assert cheapest.cheapest


def test_what_the_product_does_not_come_in_is_said(demo: Shop, order: Sequence[OrderLine]) -> None:
    (wish,) = demo.swaps("change the lamp to purple", order)
    assert (dict(wish.wanted), wish.unavailable) == ({}, ("purple",))


def test_another_product_is_no_variant(demo: Shop, order: Sequence[OrderLine]) -> None:
    for text in ("exchange the lamp for an office chair", "an office chair instead of the lamp"):
        (wish,) = demo.swaps(text, order)
        assert (wish.line_id, wish.other) == (order[1].id, "Office Chair")
    (wish,) = demo.swaps("swap the lamp for the hoodie", order)
    assert (wish.line_id, wish.other) == (order[1].id, "Hoodie")


def test_a_text_about_two_like_lines_is_read_once_the_line_is_chosen(
    demo: Shop, order: Sequence[OrderLine]
) -> None:
    text = "exchange the shirt for a green one"
    assert demo.swaps(text, order) == []
    assert demo.wanted(text, [order[3]]) == {0: {"color": "green"}}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Bookshelf", "five feet", {"height": "5 ft"}),
        ("Tablet", 'with 10" screen and 64 gigs', {"screen size": "10-inch", "storage": "64GB"}),
        ("Laptop", "with 1 TB and 17 inch", {"storage": "1TB SSD", "screen size": "17-inch"}),
        ("Electric Kettle", "one and a half litres", {"capacity": "1.5L"}),
        ("Electric Kettle", "the stainless one", {"material": "stainless steel"}),
        ("Garden Hose", "100 feet", {"length": "100ft"}),
        ("Office Chair", "standard backrest height", {"backrest height": "standard"}),
        ("Office Chair", "without armrests", {"armrest": "none"}),
        ("Office Chair", "one with a high back", {"backrest height": "high-back"}),
        ("Perfume", "woody, for ladies", {"scent family": "woody"}),
        ("Vacuum Cleaner", "a bagless robot one", {"bagged/bagless": "bagless", "type": "robotic"}),
        ("Skateboard", 'maple deck, 34"', {"deck material": "maple", "length": "34 inch"}),
        ("Sunglasses", "brown frame, green lens", {"frame color": "brown", "lens color": "green"}),
        ("Dumbbell Set", "not that, fixed set type, rubber", {"set type": "fixed"}),
        ("Jigsaw Puzzle", "make it art and 500", {"pieces": "500", "theme": "art"}),
        ("Hiking Boots", "not right. 11 and leather", {"size": "11", "material": "leather"}),
        ("T-Shirt", "L size, in red", {"size": "L", "color": "red"}),
        ("Cycling Helmet", "medium ventilation", {"ventilation": "medium"}),
        ("Jigsaw Puzzle", "1,500 pieces", {"pieces": "1500"}),
        ("LED Light Bulb", "100 watts", {"brightness": "100W equivalent"}),
        ("Dumbbell Set", "30 to 50 pounds", {"weight range": "30-50 lbs"}),
        ("Wireless Earbuds", "without water resistance", {"water resistance": "not resistant"}),
        ("Coffee Maker", "the black one", {"color": "black"}),
        ("Mechanical Keyboard", "no backlight, 80 percent", {"backlight": "none", "size": "80%"}),
        ("Sunglasses", "not polarised", {"lens type": "non-polarized"}),
    ],
)
def test_odd_options_are_found_by_spelling_unit_and_meaning(
    retail: Shop, name: str, text: str, expected: dict[str, str]
) -> None:
    product = retail.product(name)
    line = next(
        line
        for variant in product.variants
        if (line := retail.line(name, **underscored(variant.options)))
        and all(variant.options[key] != value for key, value in expected.items())
    )
    found = retail.wanted(text, [line], expected=line)[0]
    assert {**expected, **found} == found


def test_every_value_of_the_export_is_found_with_its_name(retail: Shop) -> None:
    for product in retail.products.values():
        line = retail.line(product.name)
        keys = {key for variant in product.variants for key in variant.options}
        for key in keys:
            for value in {variant.options[key] for variant in product.variants}:
                text = f"change the {product.name.lower()} to {key} {value}"
                assert retail.wanted(text, [line]) == {0: {key: value}}, text


def test_every_exchange_within_the_export_can_be_said(retail: Shop) -> None:
    """Each product's first variant to each available other, its new values said in a row."""
    for product in retail.products.values():
        line = retail.line(product.name)
        for variant in itertools.islice(product.variants, 1, 8):
            if not variant.stock:
                continue
            changed = {
                key: value
                for key, value in variant.options.items()
                if line.variant.options[key] != value
            }
            said = ", ".join(f"{key} {value}" for key, value in changed.items())
            text = f"I'd like to exchange the {product.name} for one with {said}"
            wanted = retail.wanted(text, [line, retail.line("Notebook")])
            assert wanted == {0: changed}, text
            assert choose_variant(line, product, wanted[0]).variant is variant


def underscored(options: dict[str, str]) -> dict[str, str]:
    return {key.replace(" ", "_"): value for key, value in options.items()}
