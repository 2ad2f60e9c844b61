"""Locks between servers."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from aisle.live.locks import LockTimeout, RedisLocks
from aisle.live.redis_link import RedisLink
from aisle.settings import RedisSettings
from tests.live.redis_server import RedisServer

pytestmark = pytest.mark.asyncio
LEASE = 0.6
NewLocks = Callable[..., RedisLocks]


@pytest_asyncio.fixture
async def new_locks(new_link: Callable[[], RedisLink]) -> AsyncIterator[NewLocks]:
    """Makes locks as another server would."""
    made = []

    def new_locks(timeout: float = 10, lease: float = LEASE) -> RedisLocks:
        made.append(RedisLocks(new_link(), timeout, lease))
        return made[-1]

    yield new_locks
    for locks in made:
        await locks.close()


@pytest.fixture
def counting(redis_settings: RedisSettings, tmp_path: Path) -> list[str]:
    password = redis_settings.password and redis_settings.password.get_secret_value()
    settings = json.dumps({**redis_settings.dict(), "password": password})
    return [sys.executable, "-m", "tests.live.counting", settings, str(tmp_path / "counter")]


async def test_two_processes_of_many_tasks_lose_no_count(
    counting: list[str], tmp_path: Path
) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    processes = [subprocess.Popen([*counting, "100", "10"]) for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert counter.read_text() == "200"


async def test_the_lock_of_a_killed_server_is_free_after_its_lease(
    counting: list[str], new_locks: NewLocks
) -> None:
    holder = subprocess.Popen([*counting, "0", str(LEASE)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    locks = new_locks()
    with pytest.raises(LockTimeout):
        async with new_locks(timeout=0.2).hold("counter"):
            pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    async with locks.hold("counter"):
        pass


async def test_a_lock_lasts_longer_than_its_lease(new_locks: NewLocks) -> None:
    async with new_locks().hold("a"):
        with pytest.raises(LockTimeout):
            async with new_locks(timeout=3 * LEASE).hold("a"):
                pass


async def test_who_lost_the_lock_goes_on_and_does_not_free_that_of_another(
    server: RedisServer, new_locks: NewLocks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    late = new_locks()
    async with late.hold("a"):
        server.client.flushdb()
        another = new_locks().hold("a")
        await another.__aenter__()
        await asyncio.sleep(LEASE)
        assert "lost while it was held" in caplog.text
    with pytest.raises(LockTimeout):
        async with new_locks(timeout=0.1).hold("a"):
            pass
    await another.__aexit__(None, None, None)


async def test_nothing_stays_in_redis(server: RedisServer, new_locks: NewLocks) -> None:
    async with new_locks().hold("a"):
        assert server.client.keys("*lock*") != []
    assert server.client.keys("*lock*") == []


async def test_without_redis_a_server_locks_on_its_own(
    server: RedisServer, new_locks: NewLocks, caplog: pytest.LogCaptureFixture
) -> None:
    locks = new_locks(timeout=0.2)
    server.kill()
    async with locks.hold("a"), locks.hold("b"):
        with pytest.raises(LockTimeout):
            async with locks.hold("a"):
                pass
    assert caplog.text.count("is not available") == 1


async def test_an_outage_while_the_lock_is_held_does_not_stop_the_holder(
    server: RedisServer, new_locks: NewLocks
) -> None:
    locks = new_locks()
    async with locks.hold("a"):
        server.kill()
        await asyncio.sleep(LEASE)
        server.start()
    async with locks.hold("a"):
        pass
