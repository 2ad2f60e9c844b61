"""What an agent reads first."""

import pytest

from aisle.conversations.models import Conversation
from aisle.customers.models import Customer
from aisle.handoff.summary import summarise


def verified(by: str = "contact", level: int = 1) -> Conversation:
    emma = Customer(id=None, first_name="Emma", last_name="Novak")
    conversation = Conversation(
        sender_id="x",
        channel="rest",
        verification_level=level,
        verified_by=by,
        failed_identity_checks=0,
    )
    conversation.customer = emma
    conversation.customer_id = "known"
    return conversation


def unknown(failed: int = 0) -> Conversation:
    return Conversation(
        sender_id="x", channel="rest", verification_level=0, failed_identity_checks=failed
    )


def test_says_who_what_and_how_the_customer_feels() -> None:
    summary = summarise(
        verified(),
        request="exchange_item",
        order_number="#W1002290",
        said=["the armrest is broken"],
        sentiment=[0.0, -0.7],
    )
    assert summary == (
        "Emma Novak (identity confirmed by contact data) · wants: exchange item, order #W1002290"
        " · said: “the armrest is broken” · mood: very upset, falling"
    )


@pytest.mark.parametrize(("by", "words"), [("code", "by code"), ("shop", "by the shop")])
def test_says_by_what_the_identity_is_confirmed(by: str, words: str) -> None:
    summary = summarise(verified(by, 2), request=None, order_number=None, said=[], sentiment=[])
    assert summary.startswith(f"Emma Novak (identity confirmed {words}) ")


def test_an_unknown_customer_is_named_as_such_with_the_failed_tries() -> None:
    summary = summarise(unknown(3), request=None, order_number=None, said=[], sentiment=[])
    assert summary == "Unknown customer (not verified, 3 failed identity checks) · mood: neutral"


def test_long_messages_are_shortened_and_only_the_last_three_quoted() -> None:
    said = ["first", "second", "third", "x" * 500]
    summary = summarise(unknown(), request=None, order_number=None, said=said, sentiment=[0.1])
    assert "first" not in summary
    assert "second" in summary
    assert "x" * 500 not in summary
