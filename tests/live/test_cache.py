"""The cache, which must never be older than the database."""

from collections.abc import Callable

import pytest

from aisle.live.cache import TOMBSTONE_SECONDS, NoCache, RedisCache
from aisle.live.redis_link import RedisLink
from tests.live.redis_server import RedisServer
from tests.live.waiting import wait_until


def test_without_redis_nothing_is_kept() -> None:
    cache = NoCache()
    cache.fill("conv:1", {"n": 1}, 60)
    cache.fence(["conv:1"])
    assert cache.get("conv:1") is None


def test_what_one_process_keeps_another_one_finds(new_link: Callable[[], RedisLink]) -> None:
    mine, theirs = RedisCache(new_link()), RedisCache(new_link())
    assert theirs.get("conv:1") is None
    mine.fill("conv:1", {"title": "Zoë", "n": [1, None]}, 60)
    assert theirs.get("conv:1") == {"title": "Zoë", "n": [1, None]}


def test_values_end_after_their_time(server: RedisServer, link: RedisLink) -> None:
    cache = RedisCache(link)
    cache.fill("conv:1", 1, 60)
    (name,) = server.client.keys("*cache:*")
    assert 0 < server.client.ttl(name) <= 60


def test_a_reader_of_the_old_rows_cannot_bring_them_back(
    new_link: Callable[[], RedisLink],
) -> None:
    writer, reader = RedisCache(new_link()), RedisCache(new_link())
    assert reader.get("conv:1") is None  # reads the old rows now
    writer.fence(["conv:1"])
    reader.fill("conv:1", "old", 60)
    assert reader.get("conv:1") is None
    writer.fence(["conv:1"])
    reader.fill("conv:1", "old", 60)
    assert reader.get("conv:1") is None


def test_a_fence_takes_away_what_was_kept_and_nothing_else(
    new_link: Callable[[], RedisLink],
) -> None:
    writer, reader = RedisCache(new_link()), RedisCache(new_link())
    reader.fill("conv:1", "old", 60)
    reader.fill("conv:2", "other", 60)
    writer.fence(f"conv:{number}" for number in (1, 3))
    assert reader.get("conv:1") is None
    assert reader.get("conv:2") == "other"


def test_a_second_value_does_not_replace_the_first(link: RedisLink) -> None:
    cache = RedisCache(link)
    cache.fill("conv:1", "first", 60)
    cache.fill("conv:1", "second", 60)
    assert cache.get("conv:1") == "first"


def test_a_fence_is_lifted_by_time(server: RedisServer, link: RedisLink) -> None:
    cache = RedisCache(link)
    cache.fence(["conv:1"])
    (name,) = server.client.keys("*cache:*")
    assert 0 < server.client.ttl(name) <= TOMBSTONE_SECONDS
    server.client.delete(name)
    cache.fill("conv:1", "new", 60)
    assert cache.get("conv:1") == "new"


def test_what_could_not_be_fenced_is_not_served_when_redis_is_back(
    server: RedisServer, new_link: Callable[[], RedisLink]
) -> None:
    writer_link = new_link()
    writer, other = RedisCache(writer_link), RedisCache(new_link())
    writer.fill("conv:1", "old", 60)
    server.pause()
    writer.fence(["conv:1"])
    assert not writer.healthy
    assert writer.get("conv:1") is None
    writer.fill("conv:1", "newer", 60)
    server.resume()
    while not writer.healthy:
        assert writer.get("conv:1") is None
    assert writer.get("conv:1") is None
    # The writer's process does it by itself, so that others do not see the old value either.
    wait_until(lambda: other.get("conv:1") is None)


def test_a_fence_waits_for_redis_without_anyone_reading(
    server: RedisServer, new_link: Callable[[], RedisLink]
) -> None:
    writer, other = RedisCache(new_link()), RedisCache(new_link())
    other.fill("conv:1", "old", 60)
    assert other.get("conv:1") == "old"
    server.client.config_set("maxmemory", 1)  # reads work, writes fail
    writer.fence(["conv:1"])
    assert not writer.healthy
    assert other.get("conv:1") == "old"
    server.client.config_set("maxmemory", 0)
    wait_until(lambda: other.get("conv:1") is None)


def test_nobody_reads_between_the_end_of_an_outage_and_the_fence(
    server: RedisServer, link: RedisLink
) -> None:
    seen = []
    link.when_back(lambda: seen.append(cache.get("conv:1")))  # before the cache's own turn
    cache = RedisCache(link)
    cache.fill("conv:1", "old", 60)
    server.client.config_set("maxmemory", 1)  # reads work, writes fail
    cache.fence(["conv:1"])
    server.client.config_set("maxmemory", 0)
    wait_until(lambda: len(seen) == 1)
    assert seen == [None]


@pytest.mark.parametrize("process", ["the same", "a new"])
def test_a_restart_does_not_bring_back_an_old_snapshot(
    server: RedisServer, new_link: Callable[[], RedisLink], process: str
) -> None:
    cache = RedisCache(new_link())
    cache.fill("conv:1", "old", 60)
    server.client.save()
    cache.fence(["conv:1"])
    server.kill()
    server.start()
    assert [server.client.get(key) for key in server.client.keys("*:conv:1")] == [b'"old"']
    if process == "a new":
        cache = RedisCache(new_link())
    assert cache.get("conv:1") is None
    assert cache.get("conv:1") is None
    cache.fill("conv:1", "new", 60)
    assert cache.get("conv:1") == "new"


def test_a_fence_right_after_a_restart_holds(server: RedisServer, link: RedisLink) -> None:
    cache = RedisCache(link)
    cache.get("conv:1")
    server.kill()
    server.start()
    cache.fence(["conv:1"])
    cache.fill("conv:1", "old", 60)
    assert cache.get("conv:1") is None


def test_many_keys_can_be_fenced_at_once(link: RedisLink) -> None:
    cache = RedisCache(link)
    keys = [f"conv:{number}" for number in range(1_200)]
    for key in keys:
        cache.fill(key, 1, 60)
    cache.fence(keys)
    assert [key for key in keys if cache.get(key) is not None] == []
