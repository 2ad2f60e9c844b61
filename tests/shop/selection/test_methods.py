"""Which payment method is meant."""

import pytest

from aisle.shop.models import PaymentMethod
from aisle.shop.selection.methods import choose_method

VISA = PaymentMethod(id="visa", source="credit_card", brand="visa", last_four="2478")
MASTERCARD = PaymentMethod(id="master", source="credit_card", brand="mastercard", last_four="9212")
PAYPAL = PaymentMethod(id="paypal", source="paypal")
GIFT_CARD = PaymentMethod(id="gift", source="gift_card")
METHODS = [VISA, MASTERCARD, PAYPAL, GIFT_CARD]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paypal", PAYPAL),
        ("pay pal please", PAYPAL),
        ("my paypall account", PAYPAL),
        ("the giftcard", GIFT_CARD),
        ("change the payment of order #W1002478 to the gift card", GIFT_CARD),
        ("my visa credit card", VISA),
        ("credit card, the mastercard", MASTERCARD),
        ("mastercard ending in 9212", MASTERCARD),
        ("the card with 2478", VISA),
        ("not paypal, the gift card", GIFT_CARD),
        ("from paypal to visa", VISA),
        ("instead of paypal use my gift card", GIFT_CARD),
        ("the second card", MASTERCARD),
    ],
)
def test_a_method_is_known_by_kind_brand_digits_or_place(
    text: str, expected: PaymentMethod
) -> None:
    assert choose_method(text, METHODS).method is expected


def test_several_that_fit_are_candidates() -> None:
    choice = choose_method("credit card", METHODS)
    assert (choice.method, choice.candidates) == (None, (VISA, MASTERCARD))
    assert choose_method("paypal or visa?", METHODS).candidates == (PAYPAL, VISA)


def test_digits_that_fit_no_card_choose_none() -> None:
    choice = choose_method("visa ending in 1111", METHODS)
    assert (choice.method, choice.candidates) == (None, (VISA, MASTERCARD))
    assert choose_method("visa ending in 1111", [VISA, PAYPAL]).method is None


@pytest.mark.parametrize("text", [
        "my amex", "what is my balance?", "yes", "order 2478", "change the second one to black",
        "I'd like a different colour", "the other one", "exchange it for one with an SD card",
    ],
)  # fmt: skip
def test_what_the_customer_does_not_have_is_not_chosen(text: str) -> None:
    choice = choose_method(text, METHODS)
    assert (choice.method, choice.candidates) == (None, ())


def test_what_is_not_wanted_leaves_the_others() -> None:
    assert choose_method("I don't want to use paypal", [VISA, PAYPAL]).method is VISA
    assert choose_method("not the visa, the other credit card", METHODS).method is MASTERCARD


def test_the_original_and_the_other_are_relative_to_the_present_one() -> None:
    assert choose_method("the original one", METHODS, current="visa").method is VISA
    assert choose_method("the card I paid with", METHODS, current="visa").method is VISA
    assert choose_method("the other one", [VISA, PAYPAL], current="visa").method is PAYPAL
    assert choose_method("the original one", METHODS).method is None


def test_places_count_in_what_was_offered() -> None:
    offered = ["paypal", "gift"]
    assert choose_method("2", METHODS, offered=offered).method is GIFT_CARD
    assert choose_method("the first one", METHODS, offered=offered).method is PAYPAL
    assert choose_method("2", METHODS).method is None
