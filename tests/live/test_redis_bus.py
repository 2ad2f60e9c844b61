"""The bus on Redis when Redis comes and goes."""

import asyncio
import uuid

import pytest

from aisle.live.bus import Event
from aisle.live.redis_bus import RedisBus
from aisle.live.redis_link import RedisLink
from tests.live.redis_server import RedisServer
from tests.live.waiting import following, wait_until

pytestmark = pytest.mark.asyncio


async def test_after_a_restart_a_gap_is_told_and_events_come_again(
    server: RedisServer, link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    bus = RedisBus(link)
    async with bus.subscribe() as events:
        waiting = asyncio.create_task(following(events))
        await asyncio.sleep(0.1)
        server.kill()
        bus.publish(Event(uuid.uuid4(), "message"))
        bus.publish(Event(uuid.uuid4(), "message"))
        assert not bus.healthy
        server.start()
        assert await waiting is None
        wait_until(lambda: bus.healthy)
        event = Event(uuid.uuid4(), "message")
        bus.publish(event)
        assert await following(events) == event
    assert caplog.text.count("cannot be received") == 1
    assert caplog.text.count("received from Redis again") == 1


async def test_one_can_subscribe_while_redis_is_away(server: RedisServer, link: RedisLink) -> None:
    server.kill()
    bus = RedisBus(link)
    async with bus.subscribe() as events:
        assert not bus.healthy
        server.start()
        assert await following(events) is None
        assert bus.healthy


async def test_a_connection_that_is_cut_is_made_again(server: RedisServer, link: RedisLink) -> None:
    bus = RedisBus(link)
    async with bus.subscribe() as events:
        server.client.client_kill_filter(_type="pubsub")
        assert await following(events) is None
        event = Event(uuid.uuid4(), "message")
        bus.publish(event)
        assert await following(events) == event


async def test_a_connection_that_went_dead_is_noticed(server: RedisServer, link: RedisLink) -> None:
    bus = RedisBus(link, silence_seconds=0.2)
    async with bus.subscribe() as events:
        waiting = asyncio.create_task(following(events))
        server.pause()
        while bus.healthy:
            await asyncio.sleep(0.05)
        server.resume()
        assert await waiting is None


async def test_silence_is_not_taken_for_an_outage(
    server: RedisServer, link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    bus = RedisBus(link, silence_seconds=0.05)
    async with bus.subscribe() as events:
        waiting = asyncio.create_task(following(events))
        await asyncio.sleep(0.5)
        event = Event(uuid.uuid4(), "message")
        bus.publish(event)
        assert await waiting == event
    assert caplog.text == ""


async def test_a_message_that_is_no_event_is_left_out(
    server: RedisServer, link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    bus = RedisBus(link)
    event = Event(uuid.uuid4(), "message")
    async with bus.subscribe() as events:
        server.client.publish(link.key("events"), "rubbish")
        bus.publish(event)
        assert await following(events) == event
    assert "left out" in caplog.text


async def test_subscriptions_end_with_their_block(server: RedisServer, link: RedisLink) -> None:
    async with RedisBus(link).subscribe():
        assert server.client.pubsub_numsub(link.key("events"))[0][1] == 1
    wait_until(lambda: server.client.pubsub_numsub(link.key("events"))[0][1] == 0)
