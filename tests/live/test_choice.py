"""Which implementation the settings choose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aisle.live.bus import get_bus
from aisle.live.cache import NoCache, RedisCache, get_cache
from aisle.live.health import redis_status
from aisle.live.local_bus import LocalBus
from aisle.live.locks import LocalLocks, RedisLocks, get_locks
from aisle.live.rate_limits import get_rate_limiter
from aisle.live.redis_bus import RedisBus
from aisle.live.redis_link import get_redis
from aisle.settings import get_settings
from tests.live.redis_server import PASSWORD, RedisServer

CHOICES = [get_settings, get_redis, get_bus, get_cache, get_locks, get_rate_limiter]


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.delenv("AISLE_CONFIG", raising=False)
    monkeypatch.setenv("AISLE_SQLITE_PATH", str(tmp_path / "test.db"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for choice in CHOICES:
        choice.cache_clear()
    yield
    for choice in CHOICES:
        choice.cache_clear()


@pytest.mark.asyncio
async def test_without_redis_everything_is_embedded(tmp_path: Path) -> None:
    assert isinstance(get_bus(), LocalBus)
    assert isinstance(get_cache(), NoCache)
    assert isinstance(get_locks(), LocalLocks)
    assert redis_status() is None
    assert get_rate_limiter().check("visitor", "mia") is None
    async with get_bus().subscribe():
        assert len(list(tmp_path.glob("aisle-*/*.pipe"))) == 1


def test_a_redis_in_the_settings_is_used_by_all(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = tmp_path / "redis.yaml"
    overlay.write_text(
        "database: {redis: {host: 127.0.0.1, "
        f"port: {server.settings.port}, password: '${{SECRET}}'}}}}"
    )
    monkeypatch.setenv("AISLE_CONFIG", str(overlay))
    monkeypatch.setenv("SECRET", PASSWORD)
    assert isinstance(get_bus(), RedisBus)
    assert isinstance(get_cache(), RedisCache)
    assert isinstance(get_locks(), RedisLocks)
    assert redis_status() == "ok"
    server.kill()
    assert redis_status() == "unreachable: answering from the database, slower"
