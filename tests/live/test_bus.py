"""What both buses promise."""

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvloop

from aisle.live.bus import Bus, Event
from aisle.live.local_bus import LocalBus
from aisle.live.redis_bus import RedisBus
from aisle.live.redis_link import RedisLink
from aisle.settings import RedisSettings
from tests.live.waiting import following


@dataclass
class Setup:
    bus: Bus
    another: Bus
    where: str


@pytest.fixture(params=["local", "redis"])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Setup:
    if request.param == "local":
        folder = tmp_path / "bus"
        return Setup(LocalBus(folder), LocalBus(folder), str(folder))
    link: RedisLink = request.getfixturevalue("link")
    settings: RedisSettings = request.getfixturevalue("redis_settings")
    password = settings.password and settings.password.get_secret_value()
    values = json.dumps({**settings.dict(), "password": password})
    return Setup(RedisBus(link), RedisBus(link), values)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    def run(work: Awaitable[None]) -> None:
        loop = asyncio.new_event_loop() if request.param == "asyncio" else uvloop.new_event_loop()
        try:
            loop.run_until_complete(work)
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    return run


Run = Callable[[Awaitable[None]], None]


def test_subscribers_get_what_is_published_once_they_are_in(setup: Setup, run: Run) -> None:
    async def work() -> None:
        before, first, second = (Event(uuid.uuid4(), "message", {"n": n}) for n in range(3))
        setup.bus.publish(before)
        async with setup.bus.subscribe() as mine, setup.another.subscribe() as theirs:
            setup.bus.publish(first)
            setup.another.publish(second)
            for events in (mine, theirs):
                assert [await following(events), await following(events)] == [first, second]
        assert setup.bus.healthy

    run(work())


def test_nobody_has_to_listen(setup: Setup) -> None:
    setup.bus.publish(Event(uuid.uuid4(), "typing"))
    assert setup.bus.healthy


def test_events_of_another_process_and_many_threads_arrive_once_each(
    setup: Setup, run: Run
) -> None:
    async def work() -> None:
        conversation = uuid.uuid4()
        arguments = [setup.where, str(conversation), "200"]
        async with setup.bus.subscribe() as events:
            publisher = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.live.publishing", *arguments
            )
            received = [await following(events) for _ in range(200)]
            assert await publisher.wait() == 0
        assert all(event and event.conversation_id == conversation for event in received)
        assert sorted(event.data["sequence"] for event in received if event) == list(range(200))

    run(work())


def test_a_reader_that_waits_can_be_cancelled(setup: Setup, run: Run) -> None:
    async def read() -> None:
        async with setup.bus.subscribe() as events:
            async for _ in events:
                pass

    async def work() -> None:
        reader = asyncio.create_task(read())
        await asyncio.sleep(0.1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader

    run(work())


def test_a_reader_that_does_not_read_holds_nobody_up_and_hears_of_the_gap(
    setup: Setup, run: Run
) -> None:
    async def work() -> None:
        count = 5_000
        async with setup.bus.subscribe() as events:
            for number in range(count):
                setup.bus.publish(Event(uuid.uuid4(), "message", {"n": number}))
            received = [await following(events)]
            while received[-1] is not None and received[-1].data["n"] < count - 1:
                received.append(await following(events))
            assert setup.bus.healthy
            # What came is in order, and if not all came, a gap was told.
            numbers = [event.data["n"] for event in received if event]
            assert numbers == list(range(len(numbers)))
            assert len(numbers) == count or received[-1] is None
            setup.bus.publish(Event(uuid.uuid4(), "message", {"n": count}))
            assert await following(events) is not None

    run(work())


def test_a_process_that_ends_at_once_has_published(setup: Setup, run: Run) -> None:
    async def work() -> None:
        async with setup.bus.subscribe() as events:
            arguments = [setup.where, str(uuid.uuid4()), "50"]
            command = [sys.executable, "-m", "tests.live.publishing", *arguments]
            subprocess.run(command, check=True)
            assert len([await following(events) for _ in range(50)]) == 50

    run(work())
