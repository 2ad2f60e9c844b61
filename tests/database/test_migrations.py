"""The migrations give the same tables as the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

import aisle.handoff.models
import aisle.knowledge.models
import aisle.shop.models  # noqa: F401
from aisle.database.base import metadata
from aisle.database.engine import Database
from aisle.database.migrate import downgrade, upgrade


def test_migrations_and_models_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    assert "conversations" in inspect(database.engine).get_table_names()


def test_the_schema_can_be_taken_back(database: Database) -> None:
    downgrade(database, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]


def test_skills_of_agents_have_an_inverted_index_on_postgresql(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no such indexes")
    with database.engine.connect() as connection:
        query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_agents_skills'"
        assert "USING gin" in connection.exec_driver_sql(query).scalar_one()
