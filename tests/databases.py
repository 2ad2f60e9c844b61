"""Empty databases in SQL. Copies of a migrated one are quicker than migrations."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from aisle.database.engine import Database, database_at
from aisle.database.migrate import upgrade

POSTGRES_URL = os.environ.get("AISLE_TEST_POSTGRES_URL")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES_URL else ["sqlite"]


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[Database]:
    """An empty, migrated database of its own; on SQLite its file is in the folder."""
    if backend == "sqlite":
        path = folder / "test.db"
        shutil.copyfile(_migrated_file(), path)
        with _opened(f"sqlite:///{path}") as database:
            yield database
        return
    name = _new_name()
    _on_the_server(f"CREATE DATABASE {name} TEMPLATE {_migrated_database()}")
    try:
        with _opened(_url_of(name)) as database:
            yield database
    finally:
        _drop(name)


def forget_migrated() -> None:
    """Remove what databases were copied from."""
    if _migrated_file.cache_info().currsize:
        shutil.rmtree(_migrated_file().parent)
    if _migrated_database.cache_info().currsize:
        _drop(_migrated_database())
    _migrated_file.cache_clear()
    _migrated_database.cache_clear()


@cache
def _migrated_file() -> Path:
    path = Path(tempfile.mkdtemp(prefix="aisle-migrated-")) / "test.db"
    with _opened(f"sqlite:///{path}") as database:
        upgrade(database)
    return path


@cache
def _migrated_database() -> str:
    name = _new_name()
    _on_the_server(f"CREATE DATABASE {name}")
    with _opened(_url_of(name)) as database:
        upgrade(database)
    return name


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = database_at(url)
    try:
        yield database
    finally:
        database.dispose()


def _new_name() -> str:
    return f"aisle_test_{uuid.uuid4().hex}"


def _url_of(name: str) -> str:
    assert POSTGRES_URL is not None
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


def _drop(name: str) -> None:
    # A failed test may have left a connection open.
    _on_the_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_the_server(statement: str) -> None:
    assert POSTGRES_URL is not None
    with (
        _opened(POSTGRES_URL) as database,
        database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        connection.execute(text(statement))
