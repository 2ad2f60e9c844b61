"""MongoDB, where the settings name one: a client that copes with outages."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timezone
from functools import lru_cache
from threading import Lock
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from aisle.documents.indexes import ensure_indexes
from aisle.settings import MongodbSettings, SettingsError, get_settings

_log = logging.getLogger(__name__)

Document = dict[str, Any]


class MongodbUnavailable(Exception):
    """MongoDB does not answer, or refuses; the message says what to check."""


class Mongodb:
    """One database on a MongoDB server; safe to use from several threads.

    An outage is logged when it is noticed and when it is over, not for each call.
    """

    def __init__(self, client: MongoClient[Document], database: str) -> None:
        self._client = client
        self._database = client[database]
        self._indexed: set[str] = set()
        self._problem: str | None = None
        self._lock = Lock()

    @contextmanager
    def collection(self, name: str) -> Iterator[Collection[Document]]:
        """Yield a collection that has its indexes (``aisle.documents.indexes``).

        Raises:
            MongodbUnavailable: what the block asked of MongoDB failed.
        """
        with self._noticing_outages():
            if name not in self._indexed:
                ensure_indexes(self._database[name])
                self._indexed.add(name)
            yield self._database[name]

    def status(self) -> str:
        """Return "ok" or what is wrong; a server that is silent is waited for, for seconds."""
        try:
            with self._noticing_outages():
                self._client.admin.command("ping")
        except MongodbUnavailable:
            return f"unreachable ({self._problem})"
        return "ok"

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _noticing_outages(self) -> Iterator[None]:
        # Every call would wait for the server; the client looks for it in the background.
        if self._problem and not self._client.topology_description.has_writable_server():
            raise _unavailable(self._problem)
        try:
            yield
        except PyMongoError as error:
            self._note(_problem(error))
            raise _unavailable(_problem(error)) from error
        self._note(None)

    def _note(self, problem: str | None) -> None:
        with self._lock:
            before, self._problem = self._problem, problem
        if problem and not before:
            _log.warning("MongoDB cannot be used (%s); check the server", problem)
        elif before and not problem:
            _log.warning("MongoDB can be used again")


def open_mongodb(settings: MongodbSettings) -> Mongodb:
    """Make a client; it connects when it is first used.

    Raises:
        SettingsError: ``database.mongodb.uri`` is not valid.
    """
    try:
        client: MongoClient[Document] = MongoClient(
            settings.uri.get_secret_value(),
            connect=False,
            appname="aisle",
            serverSelectionTimeoutMS=2_000,
            connectTimeoutMS=2_000,
            socketTimeoutMS=5_000,
            heartbeatFrequencyMS=2_000,
            uuidRepresentation="standard",
            tz_aware=True,
            tzinfo=timezone.utc,
        )
    except (InvalidURI, ValueError):
        # The client's own message may quote the password.
        raise SettingsError(
            "database.mongodb.uri must look like mongodb://user:password@host:27017, "
            "with special characters in the password percent-encoded"
        ) from None
    except ConfigurationError as error:
        raise SettingsError(f"database.mongodb.uri cannot be used: {error}") from error
    return Mongodb(client, settings.database)


@lru_cache(maxsize=1)
def get_mongodb() -> Mongodb | None:
    """Return the process's MongoDB; None when the settings name none.

    Raises:
        SettingsError: ``database.mongodb.uri`` is not valid.
    """
    settings = get_settings().database.mongodb
    return None if settings is None else open_mongodb(settings)


def mongodb_status() -> str | None:
    """Return None when none is configured, "ok", or "unreachable" with the reason."""
    mongodb = get_mongodb()
    return None if mongodb is None else mongodb.status()


def _problem(error: PyMongoError) -> str:
    if isinstance(error, OperationFailure):  # its message may quote documents
        return str((error.details or {}).get("codeName") or f"error {error.code}")
    return type(error).__name__


def _unavailable(problem: str) -> MongodbUnavailable:
    return MongodbUnavailable(
        f"MongoDB cannot be used ({problem}); check that the server runs and that "
        "database.mongodb.uri has its address and a user who may read and write"
    )
