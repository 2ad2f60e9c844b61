"""The database: one engine, and sessions that commit at the edge."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from aisle.settings import DatabaseSettings, PostgresqlSettings, get_settings

SQLITE_BUSY_TIMEOUT_MS = 15_000
CONNECT_TIMEOUT_S = 5
IDLE_S = 1.0
Hook = Callable[[], None]
_BEFORE_COMMIT, _AFTER_COMMIT = "before_commit", "after_commit"


class Database:
    """Opens sessions on one engine. The caller's ``with`` block is the transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has one writer at a time and lets others poll with growing pauses;
        # the writers of this process had better queue.
        is_sqlite = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[Any] = threading.Lock() if is_sqlite else nullcontext()
        # SQLite refuses to turn a reader into a writer once another one wrote,
        # so a transaction that may write takes the lock at its beginning.
        self._writing = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._durable = self._writing.execution_options(sqlite_synchronous="FULL")

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Session]:
        """Yield a session; commit when the block ends, roll back when it raises.

        A commit outlives the process. A ``durable`` one outlives a power cut too, on
        SQLite for some milliseconds more (PostgreSQL's always do).
        """
        engine = self._durable if durable else self._writing
        session = Session(engine, future=True, expire_on_commit=False)
        with self._turn, session, session.begin():
            yield session
            _run_hooks(session, _BEFORE_COMMIT)
        _run_hooks(session, _AFTER_COMMIT)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session on one consistent snapshot; nothing is written."""
        with Session(self.engine, future=True, expire_on_commit=False) as session:
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


def before_commit(session: Session, hook: Hook) -> None:
    """Call ``hook`` right before the session's transaction commits, if it does."""
    session.info.setdefault(_BEFORE_COMMIT, []).append(hook)


def after_commit(session: Session, hook: Hook) -> None:
    """Call ``hook`` once the session's transaction is committed, if it is."""
    session.info.setdefault(_AFTER_COMMIT, []).append(hook)


def _run_hooks(session: Session, when: str) -> None:
    for hook in session.info.pop(when, ()):
        hook()


@lru_cache(maxsize=1)
def get_database() -> Database:
    """Return the process's database as the settings describe it."""
    return open_database(get_settings().database)


def open_database(settings: DatabaseSettings) -> Database:
    if settings.postgresql is not None:
        return Database(_postgresql_engine(settings.postgresql))
    assert settings.sqlite is not None  # one of the two, by the settings' validation
    settings.sqlite.path.parent.mkdir(parents=True, exist_ok=True)
    return database_at(f"sqlite:///{settings.sqlite.path}")


def database_at(url: str) -> Database:
    """Open the database at a SQLAlchemy URL."""
    if make_url(url).get_backend_name() == "sqlite":
        return Database(_sqlite_engine(url))
    return Database(_pinged_when_idle(create_engine(url, future=True, hide_parameters=True)))


def _postgresql_engine(settings: PostgresqlSettings) -> Engine:
    url = URL.create(
        "postgresql+psycopg2",
        username=settings.username,
        password=settings.password.get_secret_value(),
        host=settings.host,
        port=settings.port,
        database=settings.database,
    )
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,  # they are personal data, and errors are logged
        # A server that does not answer at all must not hold every thread for minutes.
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
    )
    return _pinged_when_idle(engine)


def _pinged_when_idle(engine: Engine) -> Engine:
    """Let a connection that nobody used for a while be tried before it is used.

    SQLAlchemy's own ``pool_pre_ping`` asks each time, which busy connections need not.
    """

    def used(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        last = record.info.get("used")
        if last is None or time.monotonic() - last < IDLE_S:
            return
        if not engine.dialect.do_ping(connection):
            raise DisconnectionError("The connection was lost while it was idle")

    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", ping)
    return engine


def _sqlite_engine(url: str) -> Engine:
    # SQLAlchemy would open a connection for each session; closing the last one makes
    # SQLite empty its write-ahead log, which costs more than the work itself.
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling starts too late; _begin_sqlite does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    synchronous = options.get("sqlite_synchronous", "NORMAL")
    connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")
