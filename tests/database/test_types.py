"""Values come back as they were stored, on both databases."""

import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy.exc import StatementError

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.handoff.models import Agent
from aisle.shop.models import PaymentMethod


def test_money_keeps_every_cent(database: Database) -> None:
    customer = Customer(id=uuid.uuid4())
    with database.transaction() as session:
        session.add(customer)
        session.flush()
        card = PaymentMethod(
            id="gift", customer_id=customer.id, source="gift_card", balance=Decimal("0.10")
        )
        session.add(card)
    with database.reading() as session:
        balance = session.get(PaymentMethod, "gift").balance
    assert balance == Decimal("0.10")
    assert isinstance(balance, Decimal)


def test_fractions_of_a_cent_are_refused(database: Database) -> None:
    card = PaymentMethod(
        id="x", customer_id=uuid.uuid4(), source="gift_card", balance=Decimal("0.105")
    )
    refused = pytest.raises(StatementError, match="more than two decimal places")
    with refused, database.transaction() as session:
        session.add(card)


def test_times_come_back_in_utc(database: Database) -> None:
    at = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.transaction() as session:
        session.add(Customer(external_id="c", created_at=at))
    with database.reading() as session:
        stored = session.query(Customer).one().created_at
    assert stored == at
    assert stored.utcoffset() == timedelta(0)


def test_times_without_a_zone_are_refused(database: Database) -> None:
    refused = pytest.raises(StatementError, match="without a time zone")
    with refused, database.transaction() as session:
        session.add(Customer(created_at=datetime(2026, 7, 1)))


def test_lists_of_words_come_back(database: Database) -> None:
    with database.transaction() as session:
        session.add(Agent(name="Jo", type="human", skills=["returns", "german"]))
    with database.reading() as session:
        assert session.query(Agent).one().skills == ["returns", "german"]
