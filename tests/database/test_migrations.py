"""The migrations give the same tables as the models."""

import uuid

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect

import aisle.handoff.models
import aisle.knowledge.models
import aisle.shop.models  # noqa: F401
from aisle.conversations.models import Conversation, Message
from aisle.database.base import metadata
from aisle.database.engine import Database
from aisle.database.migrate import downgrade, upgrade
from aisle.database.types import utc_now


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


def test_rows_of_the_first_schema_survive_the_upgrade(database: Database) -> None:
    downgrade(database, "0001")
    conversation, message = uuid.uuid4(), uuid.uuid4()
    now = utc_now()
    first = MetaData()
    with database.engine.begin() as connection:
        first.reflect(connection)
        connection.execute(
            first.tables["conversations"].insert(),
            {
                "id": str(conversation),
                "sender_id": "nora",
                "channel": "rest",
                "status": "active",
                "priority": "medium",
                "verification_level": 0,
                "failed_identity_checks": 0,
                "created_at": now,
                "updated_at": now,
                "metadata": {},
            },
        )
        connection.execute(
            first.tables["messages"].insert(),
            {
                "id": str(message),
                "conversation_id": str(conversation),
                "sequence": 1,
                "sender_type": "customer",
                "content": "hello",
                "message_type": "text",
                "timestamp": now,
                "entities": [],
                "metadata": {},
            },
        )
    upgrade(database)
    with database.reading() as session:
        kept = session.get(Conversation, conversation)
        assert kept is not None
        assert kept.message_count == 1
        assert session.get(Message, message) is not None
