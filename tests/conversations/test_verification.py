"""Binding a customer to a conversation, on the server."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation
from aisle.conversations.verification import (
    IdentityCheck,
    check_identity,
    is_locked,
    is_verified,
)
from aisle.customers.identity import Credentials, VerificationLevel
from aisle.customers.models import Customer
from aisle.database.engine import Database

MIA = Credentials(email="mia.hansen@example.com")
TOM = Credentials(email="tom.becker@example.com")
NOBODY = Credentials(email="nobody@example.com")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        session.add(Customer(external_id="C1", email="mia.hansen@example.com", first_name="Mia"))
        session.add(Customer(external_id="C2", email="tom.becker@example.com", first_name="Tom"))
        session.flush()
        yield session


@pytest.fixture
def row(session: Session) -> Conversation:
    return open_conversation(session, "visitor-1")


def test_the_right_address_binds_the_customer(session: Session, row: Conversation) -> None:
    assert check_identity(session, row, MIA) is IdentityCheck.CONFIRMED
    assert is_verified(row)
    assert row.customer is not None
    assert row.customer.first_name == "Mia"
    assert row.verification_level == VerificationLevel.CONTACT


def test_a_bound_conversation_is_not_given_to_somebody_else(
    session: Session, row: Conversation
) -> None:
    check_identity(session, row, MIA)
    assert check_identity(session, row, TOM) is IdentityCheck.OTHER_CUSTOMER
    assert check_identity(session, row, NOBODY) is IdentityCheck.OTHER_CUSTOMER
    assert row.customer is not None
    assert row.customer.first_name == "Mia"


def test_the_third_wrong_answer_locks_the_check(session: Session, row: Conversation) -> None:
    outcomes = [check_identity(session, row, NOBODY) for _ in range(3)]
    assert outcomes == [IdentityCheck.REJECTED, IdentityCheck.REJECTED, IdentityCheck.LOCKED]
    assert is_locked(row)


def test_the_right_answer_comes_too_late_after_three_wrong_ones(
    session: Session, row: Conversation
) -> None:
    for _ in range(3):
        check_identity(session, row, NOBODY)
    assert check_identity(session, row, MIA) is IdentityCheck.LOCKED
    assert not is_verified(row)


def test_a_customer_on_the_row_without_a_level_is_not_verified(
    session: Session, row: Conversation
) -> None:
    check_identity(session, row, MIA)
    row.verification_level = VerificationLevel.NONE
    assert not is_verified(row)
