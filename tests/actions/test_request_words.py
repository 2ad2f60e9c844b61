"""What is asked for, by its words."""

import pytest

from actions.request_words import request_beside_question, request_by_words, request_of, takes_back


@pytest.mark.parametrize(
    ("text", "request_name"),
    [
        ("and cancel the other one too", "cancel_order"),
        ("hm no, rather send it to Neumarkt 12, 50667 Cologne, Germany", "change_shipping_address"),
        ("you've got the wrong address on W1005249", "change_shipping_address"),
        ("then send the chair back", "return_item"),
        ("swap the lamp for the white one", "exchange_item"),
        ("pay W1005138 with my gift card", "change_payment_method"),
        ("don't cancel it, send it back later", "return_item"),
    ],
)
def test_a_verb_says_what_is_wanted(text: str, request_name: str) -> None:
    assert request_by_words(text) == request_name


@pytest.mark.parametrize(
    ("intent", "text", "request_name"),
    [
        ("change_shipping_address", "update my default address", "change_default_address"),
        ("change_shipping_address", "send it to my default address", "change_shipping_address"),
        ("edit_account", "change my address in the account", "change_default_address"),
        ("edit_account", "change the e-mail of my account", None),
        ("get_invoice", "how do I get an invoice", None),
        ("get_invoice", "the invoice of #W1002046", "get_invoice"),
        ("change_payment_method", "take the price difference from my card", "change_order"),
        ("greet", "hello", None),
    ],
)
def test_words_tell_apart_what_shares_an_intent(
    intent: str, text: str, request_name: str | None
) -> None:
    assert request_of(intent, text) == request_name


def test_a_statement_with_an_order_number_is_a_request_and_a_question_is_none() -> None:
    cancelling = "would you be so kind to cancel order #W8268610 for me"
    assert request_beside_question("check_cancellation_fee", cancelling, 0.7) == "cancel_order"
    assert request_beside_question("check_cancellation_fee", "can I cancel #W8268610?", 0.9) is None


def test_an_order_number_in_a_message_that_is_hardly_understood_is_looked_up() -> None:
    text = "Could you check order #W1000519 for me?"
    assert request_beside_question("check_payment_methods", text, 0.23) == "track_order"


def test_a_wish_is_taken_back() -> None:
    assert takes_back("actually no, I only want to know when it arrives")
    assert not takes_back("where is my other order")
