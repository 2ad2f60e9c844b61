"""Transactions, and what SQLite is told at connection."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from aisle.conversations.models import Conversation, Message
from aisle.customers.models import Customer
from aisle.database.engine import IDLE_S, Database, database_at
from aisle.database.migrate import upgrade


def test_a_block_that_ends_well_is_committed(database: Database) -> None:
    with database.transaction() as session:
        session.add(Customer(email="a@example.com"))
    with database.reading() as session:
        assert session.execute(select(Customer.email)).scalars().all() == ["a@example.com"]


def test_a_block_that_raises_changes_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.transaction() as session:
            session.add(Customer(email="a@example.com"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.reading() as session:
        assert session.execute(select(Customer)).first() is None


def test_a_row_cannot_point_at_nothing(database: Database) -> None:
    orphan = Message(conversation_id=Customer().id, sequence=1, sender_type="bot", content="hi")
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(orphan)


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_its_lock(tmp_path: Path) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    with database.reading() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 15_000
    database.dispose()


def test_writers_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade(database)
    with database.transaction() as session:
        session.add(Conversation(sender_id="a", channel="rest"))

    def count_up() -> None:
        for _ in range(20):
            with database.transaction() as session:
                found = session.execute(select(Conversation)).scalar_one()
                found.failed_identity_checks += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.execute(select(Conversation)).scalar_one().failed_identity_checks == 80
    database.dispose()


def test_errors_do_not_show_values(database: Database) -> None:
    with database.transaction() as session:
        session.add(Customer(email="secret@example.com"))
    with pytest.raises((IntegrityError, StatementError)) as caught, database.transaction() as again:
        again.add(Customer(email="secret@example.com"))
    assert "[SQL parameters hidden" in str(caught.value)


def test_connections_that_were_cut_while_idle_are_replaced(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server that cuts connections")
    with database.reading() as session:
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    killer = database_at(str(database.engine.url.render_as_string(hide_password=False)))
    with killer.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    killer.dispose()
    time.sleep(IDLE_S)
    with database.reading() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != mine
