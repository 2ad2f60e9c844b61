"""The link to Redis, above all when Redis is not there."""

import os
from collections.abc import Callable

import pytest
import redis

from aisle.live.health import status_of
from aisle.live.redis_link import RedisLink, RedisUnavailable
from tests.live.redis_server import PASSWORD, RedisServer
from tests.live.waiting import wait_until


def test_a_password_may_hold_any_character(server: RedisServer, link: RedisLink) -> None:
    link.check()
    assert server.client.exists(link.key("probe"))


def test_names_tell_the_databases_apart(server: RedisServer, link: RedisLink) -> None:
    assert link.key("events") == "aisle:3:events"


def test_a_wrong_password_is_an_outage_and_stays_secret(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    link = RedisLink(server.settings.copy(update={"password": None}))
    with pytest.raises(RedisUnavailable):
        link.check()
    link.close()
    assert "Authentication required" in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("how", ["gone", "hanging"])
def test_an_outage_is_logged_once_and_so_is_its_end(
    server: RedisServer, link: RedisLink, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    link.check()
    server.kill() if how == "gone" else server.pause()
    for _ in range(20):
        with pytest.raises(RedisUnavailable):
            link.check()
    assert not link.healthy
    server.start() if how == "gone" else server.resume()
    wait_until(lambda: link.healthy)
    link.check()
    assert caplog.text.count("is not available") == 1
    assert caplog.text.count("is available again") == 1


def test_nothing_is_tried_during_an_outage(server: RedisServer, link: RedisLink) -> None:
    tried = []

    def command(client: "redis.Redis[bytes]") -> None:
        tried.append(client)
        client.ping()

    server.kill()
    for _ in range(3):
        with pytest.raises(RedisUnavailable):
            link.call(command)
    assert len(tried) == 1


def test_a_restart_between_two_commands_is_not_noticed(
    server: RedisServer, link: RedisLink
) -> None:
    link.check()
    before = link.server_run()
    server.kill()
    server.start()
    link.check()
    assert link.healthy
    assert before != link.server_run()


def test_a_redis_that_takes_no_writes_is_an_outage(server: RedisServer, link: RedisLink) -> None:
    assert status_of(link) == "ok"
    server.client.config_set("maxmemory", 1)
    assert status_of(link).startswith("unreachable")
    server.client.config_set("maxmemory", 0)
    wait_until(lambda: status_of(link) == "ok")


def test_a_fork_has_connections_of_its_own(link: RedisLink) -> None:
    link.check()
    child = os.fork()
    if child == 0:
        with_error = 1
        try:
            link.call(lambda client: client.ping())
            with_error = 0
        finally:
            os._exit(with_error)
    link.check()
    assert os.waitpid(child, 0)[1] == 0


def test_a_fork_notices_the_end_of_an_outage(server: RedisServer, link: RedisLink) -> None:
    server.kill()
    with pytest.raises(RedisUnavailable):
        link.check()
    child = os.fork()
    if child == 0:
        with_error = 1
        try:
            wait_until(lambda: status_of(link) == "ok")
            with_error = 0
        finally:
            os._exit(with_error)
    server.start()
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.asyncio
async def test_asynchronous_commands_share_the_outage(
    server: RedisServer, new_link: Callable[[], RedisLink]
) -> None:
    link = new_link()
    client = link.async_client()
    assert await link.call_async(client.ping)
    server.kill()
    with pytest.raises(RedisUnavailable):
        await link.call_async(client.ping)
    assert not link.healthy
    await client.close()
