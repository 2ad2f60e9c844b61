"""Rows that several writers may make at the same moment."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_if_new(session: Session, model: Any, key: str, **values: Any) -> None:
    """Insert a row unless there is one with the same ``key``, the name of a unique column."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(model).values(**values)
    session.execute(new.on_conflict_do_nothing(index_elements=[key]))
