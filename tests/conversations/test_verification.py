"""Binding a customer to a conversation, on the server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation
from aisle.conversations.service import ConversationService
from aisle.conversations.verification import (
    IdentityCheck,
    check_identity,
    has_level,
    is_locked,
    is_verified,
)
from aisle.customers.identity import Credentials, VerificationLevel
from aisle.customers.models import Customer
from aisle.database.engine import Database
from tests.conftest import BACKENDS, empty_database

MIA = Credentials(email="mia.hansen@example.com")
TOM = Credentials(email="tom.becker@example.com")
NOBODY = Credentials(email="nobody@example.com")


@pytest.fixture(scope="module", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One for the module; a test's own session takes back what it wrote."""
    with empty_database(request.param, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        session.add(Customer(external_id="C1", email="mia.hansen@example.com", first_name="Mia"))
        session.add(Customer(external_id="C2", email="tom.becker@example.com", first_name="Tom"))
        session.flush()
        yield session
        session.rollback()


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


def test_contact_data_neither_lowers_nor_raises_a_level(
    session: Session, row: Conversation
) -> None:
    check_identity(session, row, MIA)
    for level in (VerificationLevel.CONTACT, VerificationLevel.CODE):
        row.verification_level, row.verified_by = int(level), "shop"
        for credentials in (MIA, TOM, NOBODY):
            check_identity(session, row, credentials)
        assert (row.verification_level, row.verified_by) == (level, "shop")
        assert row.customer is not None
        assert row.customer.first_name == "Mia"


def test_a_level_counts_with_a_customer_only(session: Session, row: Conversation) -> None:
    row.verification_level = VerificationLevel.CODE
    assert has_level(row, VerificationLevel.NONE)
    assert not has_level(row, VerificationLevel.CONTACT)
    check_identity(session, row, MIA)
    assert has_level(row, VerificationLevel.CONTACT)
    assert not has_level(row, VerificationLevel.CODE)
    assert row.verified_by == "contact"


def test_only_the_shop_opens_a_conversation_that_needs_no_code(session: Session) -> None:
    service = ConversationService(session)
    vouched = service.create_conversation(
        "web", session.execute(select(Customer)).scalars().first()
    )
    assert has_level(vouched, VerificationLevel.CODE)
    assert vouched.verified_by == "shop"
    stranger = service.create_conversation("web")
    assert (stranger.verification_level, stranger.verified_by) == (VerificationLevel.NONE, None)
