"""Databases in MongoDB for tests, each with a name of its own, and a line that can be cut."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
import yaml
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from aisle.documents.mongodb import Mongodb, get_mongodb, open_mongodb
from aisle.settings import MongodbSettings, get_settings

MONGO_URL = os.environ.get("AISLE_TEST_MONGO_URL")
STORES = ["sql", "mongodb"] if MONGO_URL else ["sql"]

needs_mongodb = pytest.mark.skipif(MONGO_URL is None, reason="AISLE_TEST_MONGO_URL is not set")


@contextmanager
def empty_database(url: str | None = None) -> Iterator[MongodbSettings]:
    """Yield the settings of a database that is dropped at the end.

    Args:
        url: how to reach the server, if not directly.
    """
    name = f"aisle_test_{uuid.uuid4().hex}"
    try:
        yield MongodbSettings(uri=url or MONGO_URL, database=name)
    finally:
        with MongoClient(MONGO_URL) as client:
            client.drop_database(name)


@contextmanager
def opened(settings: MongodbSettings) -> Iterator[Mongodb]:
    mongodb = open_mongodb(settings)
    yield mongodb
    mongodb.close()


@contextmanager
def configured(
    settings: MongodbSettings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let the process's settings name this database."""
    values = {"uri": settings.uri.get_secret_value(), "database": settings.database}
    overlay = folder / "mongodb.yaml"
    overlay.write_text(yaml.safe_dump({"database": {"mongodb": values}}))
    with monkeypatch.context() as patch:
        patch.setenv("AISLE_CONFIG", str(overlay))
        _forget()
        yield
        if mongodb := get_mongodb():
            mongodb.close()
    _forget()


def _forget() -> None:
    get_settings.cache_clear()
    get_mongodb.cache_clear()


class Line:
    """Passes connections on to the server until it is cut, and again once it is mended."""

    def __init__(self) -> None:
        (self._server,) = parse_uri(MONGO_URL)["nodelist"]
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self.url = f"mongodb://127.0.0.1:{self._port}/?directConnection=true"
        self._accept_in_background()

    def cut(self) -> None:
        for end in (self._listener, *self._sockets):
            with suppress(OSError):  # some are closed already
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._sockets.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._accept_in_background()

    def _accept_in_background(self) -> None:
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener is closed when the line is cut
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._server)
                self._sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
