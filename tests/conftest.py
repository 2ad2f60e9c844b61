"""Fixtures that several parts share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from aisle.database.engine import Database, database_at
from aisle.database.migrate import upgrade

POSTGRES_URL = os.environ.get("AISLE_TEST_POSTGRES_URL")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[Database]:
    """An empty, migrated database; on SQLite its file is in the folder."""
    if backend == "sqlite":
        database = database_at(f"sqlite:///{folder / 'test.db'}")
    else:
        assert POSTGRES_URL is not None
        database = database_at(POSTGRES_URL)
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    upgrade(database)
    yield database
    database.dispose()


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database of its own, on each backend that is at hand."""
    with empty_database(request.param, tmp_path) as database:
        yield database
