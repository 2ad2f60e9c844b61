"""The report of a conversation that went another way."""

import uuid
from dataclasses import fields
from decimal import Decimal

import pytest

from aisle.shop.models import AuditEntry, Order, PaymentMethod
from tests.conversations.cases import Case, Expected, Turn
from tests.conversations.play import play
from tests.conversations.servers import Servers


def test_a_conversation_that_went_as_expected_has_no_report(servers: Servers) -> None:
    assert (
        play(Case("hello", [Turn("hello", said=[Expected(utter="utter_greet")])]), servers) is None
    )


def test_the_report_shows_what_was_missing_and_what_came_instead(servers: Servers) -> None:
    turn = Turn(
        "hello",
        said=[Expected(utter="utter_goodbye", text="*see you*")],
        not_said=["*"],
        slots={"order_number": "#W1000234"},
        rows=[("conversations", {"status": "escalated"}), ("messages", None)],
    )
    report = play(Case("hello", [turn]), servers)
    assert report is not None
    lines = report.splitlines()
    assert lines[0] == "  user: hello"
    assert "- bot:  utter_goodbye: *see you*" in lines
    assert any(line.startswith("+ bot:  utter_greet: ") for line in lines)
    assert "- bot says nothing like: *" in lines
    assert "- slot order_number: '#W1000234'" in lines
    assert "+ slot order_number: None" in lines
    assert "- database conversations: {'status': 'escalated'}" in lines
    assert "+ database conversations: {'status': 'active'}" in lines
    assert "- database messages: none" in lines


def test_something_said_beyond_what_was_expected_is_a_difference(servers: Servers) -> None:
    report = play(Case("hello", [Turn("hello")]), servers)
    assert report is not None
    assert "+ bot:  utter_greet: " in report


def test_more_may_follow_when_the_case_says_so(servers: Servers) -> None:
    assert play(Case("hello", [Turn("hello", more_may_follow=True)]), servers) is None


class Meddling(Servers):
    """Servers whose bot cancels an order whenever the customer says "now"."""

    def say(self, sender_id: str, text: str) -> None:
        super().say(sender_id, text)
        if text != "now":
            return
        with self.database.transaction() as session:
            order = session.get(Order, "#W1000234")
            order.status = "cancelled"
            session.add(
                AuditEntry(
                    operation="cancel_order",
                    customer_id=order.customer_id,
                    order_id=order.id,
                    conversation_id=uuid.uuid4(),
                    verified_by="contact",
                    before={},
                    after={},
                )
            )


@pytest.fixture
def meddling(servers: Servers) -> Servers:
    return Meddling(**{field.name: getattr(servers, field.name) for field in fields(servers)})


def anything(user: str, shop: tuple[str, ...] | None = None) -> Turn:
    return Turn(user, more_may_follow=True, shop=shop)


def changes_in(report: str | None) -> list[str]:
    return [line for line in (report or "").splitlines() if line[2:].startswith(("shop", "audit"))]


def test_a_change_that_no_step_expects_fails_in_its_turn(meddling: Servers) -> None:
    report = play(Case("now", [anything("hello"), anything("now"), anything("bye")]), meddling)
    assert report is not None
    assert changes_in(report) == [
        "+ shop orders #W1000234 status: cancelled",
        "+ audit cancel_order (not from here)",
    ]
    lines = report.splitlines()
    at = lines.index("+ shop orders #W1000234 status: cancelled")
    assert lines.index("  user: now") < at < lines.index("  user: bye")


def test_a_change_that_is_expected_must_be_made_and_be_all(meddling: Servers) -> None:
    wanted = ("orders #W1000234 status: cancelled", "stock V1: +1")
    report = play(Case("now", [anything("now", wanted), anything("bye")]), meddling)
    assert changes_in(report) == ["- shop stock V1: +1", "+ audit cancel_order (not from here)"]


def test_each_case_finds_the_shop_as_it_was_prepared(meddling: Servers) -> None:
    with meddling.database.transaction() as session:
        session.get(PaymentMethod, "gift_card_0001").balance = Decimal("0.00")
    play(Case("now", [anything("now")]), meddling)
    assert play(Case("hello", [anything("hello")]), meddling) is None
    assert meddling.shop.changes() == []


def test_a_code_that_was_not_sent_is_missing_in_the_report(servers: Servers) -> None:
    report = play(Case("code", [anything("it is ${code}")]), servers)
    assert report is not None
    assert "- (a mail to None with ${code})" in report.splitlines()
    assert "  user: it is 000000" in report.splitlines()
