"""Fixtures that several parts share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from aisle.database.engine import Database, database_at
from aisle.database.migrate import upgrade

POSTGRES_URL = os.environ.get("AISLE_TEST_POSTGRES_URL")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database of its own, on each backend that is at hand."""
    if request.param == "sqlite":
        database = database_at(f"sqlite:///{tmp_path / 'test.db'}")
    else:
        assert POSTGRES_URL is not None
        database = database_at(POSTGRES_URL)
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    upgrade(database)
    yield database
    database.dispose()
