import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aisle.conversations.models import Conversation
from aisle.customers.models import Customer
from aisle.database.engine import Database, database_at
from aisle.database.migrate import upgrade
from aisle.handoff.models import Handoff

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]
FIRST = uuid.UUID("aaaa1111-0000-4000-8000-000000000001")
SECOND = uuid.UUID("aaaa2222-0000-4000-8000-000000000002")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    """The database that the ``run_aisle`` fixture's commands use, with two who wait."""
    database = database_at(f"sqlite:///{tmp_path / 'aisle.db'}")
    upgrade(database)
    with database.transaction() as session:
        ada = Customer(first_name="Ada", last_name="Rossi", email="ada@example.com")
        for identifier, customer, summary in [
            (FIRST, ada, "Chair arrived broken \x1b[2J[bold]"),
            (SECOND, None, "Wants a person"),
        ]:
            conversation = Conversation(
                sender_id=f"chat-{identifier.hex[:8]}",
                channel="rest",
                customer=customer,
                status="escalated",
            )
            session.add(
                Handoff(
                    id=identifier,
                    conversation=conversation,
                    reason="complaint",
                    summary=summary,
                    verification_level=1,
                )
            )
    yield database
    database.dispose()


@pytest.mark.usefixtures("shop")
def test_who_waits_is_listed_with_reason_and_summary(run_aisle: RunAisle) -> None:
    shown = run_aisle("handoffs").stdout
    assert "aaaa1111" in shown
    assert "Ada Rossi" in shown
    assert "not identified" in shown
    assert "complaint" in shown
    assert "Chair arrived broken [bold]" in shown
    assert "\x1b" not in shown


@pytest.mark.usefixtures("shop")
def test_nothing_waits_once_all_are_resolved(run_aisle: RunAisle) -> None:
    assert run_aisle("handoffs", "resolve", "aaaa1").returncode == 0
    assert run_aisle("handoffs", "resolve", str(SECOND)).returncode == 0
    assert "Nobody is waiting" in run_aisle("handoffs").stdout


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("beginning", "told"), [("aaaa", "Several ids"), ("ffff", "No waiting")])
def test_a_beginning_that_is_not_of_one_id_is_refused(
    run_aisle: RunAisle, beginning: str, told: str
) -> None:
    finished = run_aisle("handoffs", "resolve", beginning)
    assert finished.returncode == 1
    assert told in finished.stderr


def test_a_resolved_conversation_belongs_to_the_bot_again(
    run_aisle: RunAisle, shop: Database
) -> None:
    run_aisle("handoffs", "resolve", "aaaa1111")
    with shop.reading() as session:
        handoff = session.get(Handoff, FIRST)
        assert handoff is not None
        assert handoff.status == "resolved"
        assert handoff.conversation.status == "active"
