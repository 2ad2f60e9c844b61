"""What stays possible when a database or Redis is away, and what is said of the rest."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from aisle.database import engine
from aisle.database.engine import database_at
from aisle.database.migrate import upgrade
from tests.api.acts import contents, new_visitor, open_conversation, problem, say
from tests.api.serving import API_KEY, Api, database_settings, serving
from tests.api.streaming import next_messages, stream
from tests.live.redis_server import INSTALLED, PASSWORD, RedisServer
from tests.live.waiting import wait_until


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_sqlite(folder: Path, **databases: Any) -> Iterator[Api]:
    path = folder / "test.db"
    database = database_at(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()
    with serving(folder, {"sqlite": {"path": str(path)}, **databases}) as api:
        yield api


@contextmanager
def shop_of(api: Api) -> Iterator[httpx.Client]:
    with api.client(X_API_Key=API_KEY) as shop:
        yield shop


def come_back(response: httpx.Response) -> None:
    problem(response, 503)
    assert int(response.headers["retry-after"]) > 0


def test_without_a_database_server_requests_are_asked_to_come_back(
    tmp_path: Path, closed_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = {
        "host": "127.0.0.1",
        "port": closed_port,
        "database": "aisle",
        "username": "aisle",
        "password": "marigold",
    }
    with serving(tmp_path, {"sqlite": None, "postgresql": nobody}) as api, shop_of(api) as shop:
        come_back(shop.get("/conversations"))
        come_back(shop.post("/conversations", json={"channel": "web"}))
        come_back(shop.post("/customers", json={"external_id": "4711"}))
        come_back(shop.get("/conversations/00000000-0000-0000-0000-000000000000/stream"))
        come_back(shop.post("/visitors", json={}))
        ready = shop.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert ready.json()["components"]["database"] == "unreachable"
        assert shop.get("/health").json() == {"status": "ok"}
        assert shop.get("/metrics").status_code == 200
    assert "marigold" not in caplog.text


def test_while_the_file_is_locked_nothing_is_written_and_everything_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SQLITE_BUSY_TIMEOUT_MS", 100)
    with serving_sqlite(tmp_path) as api, shop_of(api) as shop:
        conversation = open_conversation(shop)
        other = database_at(f"sqlite:///{tmp_path / 'test.db'}")
        with other.transaction() as session:
            session.execute(text("UPDATE conversations SET priority = 'low'"))
            come_back(say(shop, conversation, "lost?", key="once"))
            assert shop.get(f"/conversations/{conversation}").json()["priority"] == "medium"
        assert say(shop, conversation, "lost?", key="once").status_code == 200
        assert contents(shop, conversation) == ["lost?"]
        other.dispose()


def test_a_database_that_comes_back_is_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving_sqlite(tmp_path) as api, shop_of(api) as shop:
        conversation = open_conversation(shop, initial_message="one")
        away = tmp_path / "away.db"
        api.state.database.dispose()
        (tmp_path / "test.db").rename(away)
        (tmp_path / "test.db").mkdir()
        come_back(shop.get(f"/conversations/{conversation}"))
        assert shop.get("/ready").status_code == 503
        (tmp_path / "test.db").rmdir()
        away.rename(tmp_path / "test.db")
        assert contents(shop, conversation) == ["one"]
        assert shop.get("/ready").json()["status"] == "ready"


def test_all_goes_on_without_redis(tmp_path: Path, closed_port: int) -> None:
    nobody = {"host": "127.0.0.1", "port": closed_port, "password": "marigold"}
    with serving_sqlite(tmp_path, redis=nobody) as api, shop_of(api) as shop:
        works(api, shop)
        ready = shop.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["components"]["redis"].startswith("unreachable")
        assert "marigold" not in ready.text


@pytest.mark.skipif(not INSTALLED, reason="redis-server is not installed")
def test_all_goes_on_when_redis_dies_and_when_it_comes_back(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    redis.start()
    place = {"host": "127.0.0.1", "port": redis.settings.port, "password": PASSWORD, "db": 3}
    try:
        with serving_sqlite(tmp_path, redis=place) as api, shop_of(api) as shop:
            assert shop.get("/ready").json()["status"] == "ready"
            works(api, shop)
            redis.kill()
            works(api, shop)
            assert shop.get("/ready").json()["status"] == "degraded"
            redis.start()
            wait_until(lambda: shop.get("/ready").json()["status"] == "ready")
            works(api, shop)
    finally:
        redis.close()


def works(api: Api, shop: httpx.Client) -> None:
    """Check that a conversation goes its way: written, read, changed, and followed live."""
    visitor, conversation = new_visitor(api)
    with stream(visitor, conversation) as events:
        say(visitor, conversation, "hello")
        assert next_messages(events, 1) == ["hello"]
    assert shop.get(f"/conversations/{conversation}").json()["message_count"] == 1
    changed = shop.patch(f"/conversations/{conversation}", json={"priority": "high"})
    assert changed.json()["priority"] == "high"
    assert shop.get(f"/conversations/{conversation}").json()["priority"] == "high"


def test_attachments_that_cannot_be_stored_are_told_by_readiness(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file where a folder should be")
    with serving_sqlite(tmp_path) as api, shop_of(api) as shop:
        ready = shop.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        conversation = open_conversation(shop)
        file = {"file": ("a.txt", b"a", "text/plain")}
        come_back(shop.post(f"/conversations/{conversation}/attachments", files=file))
        assert say(shop, conversation).status_code == 200


def test_a_database_that_does_not_know_the_tables_is_no_reason_to_fall_over(
    tmp_path: Path,
) -> None:
    settings = database_settings(database_at(f"sqlite:///{tmp_path / 'empty.db'}"))
    with serving(tmp_path, settings) as api, shop_of(api) as shop:
        assert shop.get("/ready").status_code == 503
        assert shop.get("/conversations").headers["content-type"] == "application/problem+json"
