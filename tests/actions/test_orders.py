"""What is told about orders, refunds and invoices, at each level of identity."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from actions import orders
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.customers.identity import VerificationLevel
from aisle.customers.models import Customer
from aisle.settings import PROJECT_ROOT
from aisle.shop.catalogue import Catalogue
from aisle.shop.models import Fulfilment, Order, Payment, Refund
from aisle.shop.seed import seed_shop
from tests.conftest import empty_database
from tests.shop.conftest import write_small_shop

PENDING, PROCESSED, CANCELLED, DELIVERED = "#W1002046", "#W1000871", "#W1004444", "#W1003333"
SECRETS = ("2478", "credit card", "gift card", "PayPal", "Hauptstr", "Work 1", "Dresden")
Tell = Callable[[Session, Conversation, Turn, CollectingDispatcher], list[Event]]

with (PROJECT_ROOT / "domain.yml").open(encoding="utf-8") as file:
    RESPONSES: dict[str, list[dict[str, Any]]] = yaml.safe_load(file)["responses"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session on the small shop; what a test changes is rolled back."""
    folder = tmp_path_factory.mktemp("shop")
    with empty_database("sqlite", folder) as database:
        seed_shop(database, write_small_shop(folder))
        with database.reading() as session:
            yield session


@pytest.fixture
def session(shop: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(orders, "get_catalogue", lambda: Catalogue.load(shop))
    yield shop
    shop.rollback()


@pytest.fixture
def undated(session: Session) -> Session:
    """The same shop as one that knows no days and no carriers."""
    session.execute(update(Order).values(placed_at=None))
    nothing = {"shipped_at": None, "expected_on": None, "delivered_at": None, "carrier": None}
    session.execute(update(Fulfilment).values(**nothing))
    session.execute(update(Payment).values(paid_at=None))
    session.execute(update(Refund).values(issued_at=None, completed_at=None))
    session.expire_all()
    return session


def told(
    session: Session,
    tell: Tell,
    number: str | None = None,
    *,
    text: str = "",
    level: VerificationLevel = VerificationLevel.CONTACT,
) -> str:
    """Let Mia ask, and return the first wording of each response, filled in."""
    mia = session.execute(select(Customer).filter_by(external_id="C0002")).scalar_one()
    conversation = Conversation(customer_id=mia.id, verification_level=int(level))
    message = {"text": text}
    tracker = Tracker("mia", {"order_number": number}, message, [], False, None, {}, "")
    dispatcher = CollectingDispatcher()
    tell(session, conversation, Turn(tracker), dispatcher)
    return "\n".join(_worded(message) for message in dispatcher.messages)


def _worded(message: dict[str, Any]) -> str:
    values = RESPONSES[message["response"]]
    wordings = [wording["text"].format(**message) for wording in values]
    return str(wordings[0])


@pytest.mark.parametrize(
    "tell",
    [
        orders.tell_status,
        orders.tell_details,
        orders.tell_list,
        orders.tell_refunds,
        orders.tell_invoice,
    ],
)
def test_no_payment_method_or_address_is_told_without_a_code(session: Session, tell: Tell) -> None:
    for number in (PENDING, PROCESSED, CANCELLED, DELIVERED):
        said = told(session, tell, number)
        assert said
        assert not [secret for secret in SECRETS if secret in said]


def test_with_a_code_payment_and_address_are_told(session: Session) -> None:
    code = VerificationLevel.CODE
    details = told(session, orders.tell_details, PENDING, level=code)
    assert "Paid by credit card ending in 2478." in details
    assert "The delivery address is Work 1, 01097 Dresden, Germany." in details
    refunded = told(session, orders.tell_refunds, CANCELLED, level=code)
    assert re.match(r"€89.90 .* went back to your credit card ending in 2478 on ", refunded)


def test_of_an_item_that_is_named_only_that_is_told(session: Session) -> None:
    said = told(session, orders.tell_details, DELIVERED, text="how much were the lamps?")
    assert "2 × Desk Lamp (white, brightness: high), €40.00 each" in said  # noqa: RUF001
    assert "Jacket" not in said
    assert "Jacket" in told(session, orders.tell_details, DELIVERED, text="what did I buy?")


def test_the_invoice_tells_what_was_paid_and_where_it_is(session: Session) -> None:
    said = told(session, orders.tell_invoice, DELIVERED, level=VerificationLevel.CODE)
    assert re.search(r"you paid €65.00 on .* with your gift card and €100.00 on ", said)
    assert "total is €165.00" in said
    assert "€40.00 for order #W1003333 went back" in said
    assert "came as a PDF" in said


@pytest.mark.parametrize(
    ("number", "where"),
    [(PENDING, "when the order leaves"), (CANCELLED, "this one was cancelled")],
)
def test_there_is_no_invoice_before_an_order_is_sent(
    session: Session, number: str, where: str
) -> None:
    said = told(session, orders.tell_invoice, number)
    assert where in said
    assert "came as a PDF" not in said


@pytest.mark.parametrize(
    ("tell", "number", "said"),
    [
        (
            orders.tell_status,
            PENDING,
            "Your order #W1002046 (hiking boots) is being prepared. "
            "It hasn't left our warehouse yet.",
        ),
        (
            orders.tell_status,
            PROCESSED,
            "Your order #W1000871 with a desk lamp is on its way. I don't have a delivery day "
            "for it, but you can follow it with tracking number 300418825571.",
        ),
        (
            orders.tell_status,
            DELIVERED,
            "Order #W1003333 comes in 2 parcels:\n"
            "a rain jacket: delivered (tracking number 300418825572).\n"
            "two desk lamps: delivered (tracking number 300418825573).",
        ),
        (
            orders.tell_refunds,
            CANCELLED,
            "€89.90 for order #W1004444 went back to your payment method and has arrived.",
        ),
        (
            orders.tell_details,
            PENDING,
            "Order #W1002046: Hiking Boots (size: 7, leather), €119.90. "
            "Delivery free, total €119.90.",
        ),
    ],
)
def test_what_a_shop_without_days_tells(
    undated: Session, tell: Tell, number: str, said: str
) -> None:
    assert told(undated, tell, number) == said


def test_a_delivered_order_without_days_is_told_with_its_tracking_number(
    undated: Session,
) -> None:
    order = undated.get(Order, PROCESSED)
    assert order is not None
    order.status = "delivered"
    order.fulfilments[0].delivered = True
    said = "Your order #W1000871, a desk lamp, was delivered (tracking number 300418825571)."
    assert told(undated, orders.tell_status, PROCESSED) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(PROCESSED, "is on its way. I don't have a tracking"), (DELIVERED, "was delivered.")],
)
def test_orders_whose_parcels_are_not_known(session: Session, number: str, said: str) -> None:
    order = session.get(Order, number)
    assert order is not None
    for line in order.lines:
        line.fulfilment_id = None
    session.flush()
    for fulfilment in list(order.fulfilments):
        session.delete(fulfilment)
    session.flush()
    session.expire_all()
    assert said in told(session, orders.tell_status, number)
