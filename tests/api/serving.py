"""The API as a real server on a port of its own, in a thread of the tests' process."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import yaml
from sqlalchemy.engine import make_url

from aisle.access.secrets import get_secrets
from aisle.api.app import create_app
from aisle.api.state import State, make_state
from aisle.database.engine import Database, get_database
from aisle.documents.mongodb import get_mongodb
from aisle.knowledge.indexes.active import elasticsearch_index, embedded_index, get_index
from aisle.knowledge.indexes.elasticsearch_client import get_elasticsearch
from aisle.knowledge.indexes.updating import update_index
from aisle.knowledge.service import shared_service
from aisle.language.encoder import get_encoder
from aisle.live.bus import get_bus
from aisle.live.cache import get_cache
from aisle.live.rate_limits import get_rate_limiter
from aisle.live.redis_link import get_redis
from aisle.settings import get_settings

API_KEY = "api-key-0123456789abcdef0123456789abcdef"
JWT_SECRET = "jwt-0123456789abcdef0123456789abcdef"
ORIGIN = "https://shop.example"
SECRETS = {
    "AISLE_API_KEYS": API_KEY,
    "AISLE_JWT_SECRET": JWT_SECRET,
    "AISLE_ENCRYPTION_KEY": "enc-0123456789abcdef0123456789abcdef",
    "AISLE_SERVICE_TOKEN": "svc-0123456789abcdef0123456789abcdef",
}
REDIS_URL = os.environ.get("AISLE_TEST_REDIS_URL")
BUSES = ["local", "redis"] if REDIS_URL else ["local"]
_OF_THE_SETTINGS = (
    get_settings,
    get_secrets,
    get_redis,
    get_bus,
    get_cache,
    get_rate_limiter,
    get_database,
    get_mongodb,
    get_elasticsearch,
    elasticsearch_index,
    embedded_index,
    get_index,
    shared_service,
)


@dataclass(frozen=True)
class Api:
    """A running server, and what its routes share."""

    url: str
    state: State

    def client(self, **headers: str) -> httpx.Client:
        """Return a client that sends the headers; ``X_API_Key`` stands for X-API-Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Client(base_url=self.url, headers=named, timeout=30)


@contextmanager
def serving(
    folder: Path, database: Mapping[str, Any], **sections: Mapping[str, Any]
) -> Iterator[Api]:
    """Serve the API with the default settings, this database and other ``sections``."""
    generous = dict.fromkeys(("shop", "visitor", "address"), "100000/second")
    values = {
        "database": database,
        "attachments": {"folder": str(folder / "attachments")},
        "knowledge": {"index_path": str(folder / "index.db")},
        "rate_limits": generous,
        "security": {"allowed_origins": ORIGIN, "generated_secrets": None},
    }
    for name, section in sections.items():
        values[name] = {**values.get(name, {}), **section}
    with _settings(folder, values):
        state = make_state()
        try:
            with _running(state) as url:
                yield Api(url, state)
        finally:
            state.database.dispose()
            link = get_redis()
            if link is not None:
                link.close()


def database_settings(database: Database, bus: str = "local") -> dict[str, Any]:
    """Return the settings of an open database, and those of Redis for the bus ``redis``."""
    redis = redis_settings() if bus == "redis" else None
    if database.engine.dialect.name == "sqlite":
        return {"sqlite": {"path": database.engine.url.database}, "redis": redis}
    url = database.engine.url
    postgresql = {
        "host": url.host,
        "port": url.port or 5432,
        "database": url.database,
        "username": url.username,
        "password": url.password or "",
    }
    return {"sqlite": None, "postgresql": postgresql, "redis": redis}


def make_empty_index() -> None:
    """Build the index that the settings name, of no articles."""
    update_index(embedded_index(), [], get_encoder(), rebuild=True)


def redis_settings() -> dict[str, Any]:
    assert REDIS_URL is not None
    url = make_url(REDIS_URL)
    return {
        "host": url.host,
        "port": url.port or 6379,
        "password": url.password,
        "db": int(url.database or 0),
    }


@contextmanager
def _settings(folder: Path, values: Mapping[str, Any]) -> Iterator[None]:
    overlay = folder / "settings.yaml"
    overlay.write_text(yaml.safe_dump(dict(values)))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AISLE_CONFIG", str(overlay))
        for name, value in SECRETS.items():
            environment.setenv(name, value)
        _forget_settings()
        try:
            yield
        finally:
            _forget_settings()


def _forget_settings() -> None:
    for choice in _OF_THE_SETTINGS:
        choice.cache_clear()


@contextmanager
def _running(state: State) -> Iterator[str]:
    config = uvicorn.Config(
        create_app(state),
        port=0,
        access_log=False,
        log_config=None,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
