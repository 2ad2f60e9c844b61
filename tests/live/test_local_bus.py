"""What only the bus without a server has to mind."""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from aisle.live.bus import Event, bus_folder
from aisle.live.local_bus import BusError, LocalBus
from aisle.settings import load_settings
from tests.live.waiting import following, wait_until

SUBSCRIBE = """
import asyncio, sys
from pathlib import Path
from aisle.live.local_bus import LocalBus
async def work():
    async with LocalBus(Path(sys.argv[1])).subscribe():
        await asyncio.sleep(60)
asyncio.run(work())
"""


@pytest.mark.asyncio
async def test_only_the_user_can_enter_the_folder(tmp_path: Path) -> None:
    async with LocalBus(tmp_path / "bus").subscribe():
        assert (tmp_path / "bus").stat().st_mode & 0o777 == 0o700


def test_publishing_alone_leaves_nothing_behind(tmp_path: Path) -> None:
    bus = LocalBus(tmp_path / "bus")
    bus.publish(Event(uuid.uuid4(), "message"))
    assert bus.healthy
    assert not (tmp_path / "bus").exists()


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["open to others", "a link"])
async def test_a_folder_that_others_may_have_laid_out_is_refused(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "bus"
    if kind == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir(mode=0o755)
    bus = LocalBus(folder)
    with pytest.raises(BusError, match="remove it, or set TMPDIR"):
        async with bus.subscribe():
            pass
    bus.publish(Event(uuid.uuid4(), "message"))
    bus.publish(Event(uuid.uuid4(), "message"))
    assert not bus.healthy
    assert caplog.text.count("cannot be sent") == 1


def test_it_recovers_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    folder = tmp_path / "bus"
    folder.write_text("in the way")
    bus = LocalBus(folder)
    bus.publish(Event(uuid.uuid4(), "message"))
    assert not bus.healthy
    folder.unlink()
    bus.publish(Event(uuid.uuid4(), "message"))
    bus.publish(Event(uuid.uuid4(), "message"))
    assert bus.healthy
    assert caplog.text.count("sent again") == 1


@pytest.mark.asyncio
async def test_nothing_is_left_behind(tmp_path: Path) -> None:
    bus = LocalBus(tmp_path / "bus")
    async with bus.subscribe():
        assert len(list((tmp_path / "bus").iterdir())) == 1
        for _ in range(2_000):
            bus.publish(Event(uuid.uuid4(), "message"))
    assert list((tmp_path / "bus").iterdir()) == []


def test_the_pipe_of_a_killed_subscriber_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "bus"
    subscriber = subprocess.Popen([sys.executable, "-c", SUBSCRIBE, str(folder)])
    wait_until(lambda: folder.exists() and any(folder.glob("*.pipe")))
    subscriber.send_signal(signal.SIGKILL)
    subscriber.wait()
    bus = LocalBus(folder)
    bus.publish(Event(uuid.uuid4(), "message"))
    assert bus.healthy
    assert list(folder.iterdir()) == []


@pytest.mark.asyncio
async def test_an_event_too_long_for_one_piece_becomes_a_gap(tmp_path: Path) -> None:
    bus = LocalBus(tmp_path / "bus")
    async with bus.subscribe() as events:
        bus.publish(Event(uuid.uuid4(), "message", {"text": "x" * 5_000}))
        assert await following(events) is None


@pytest.mark.asyncio
async def test_a_subscriber_survives_the_cleaning_of_the_temporary_folder(tmp_path: Path) -> None:
    bus = LocalBus(tmp_path / "bus", keep_seconds=0.05)
    async with bus.subscribe() as events:
        shutil.rmtree(tmp_path / "bus")
        assert await following(events) is None
        event = Event(uuid.uuid4(), "message")
        bus.publish(event)
        assert await following(events) == event


@pytest.mark.asyncio
async def test_a_line_that_is_no_event_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bus = LocalBus(tmp_path / "bus")
    event = Event(uuid.uuid4(), "message")
    async with bus.subscribe() as events:
        (pipe,) = (tmp_path / "bus").iterdir()
        with pipe.open("wb", buffering=0) as writer:
            writer.write(b"rubbish\n")
        bus.publish(event)
        assert await following(events) == event
    assert "left out" in caplog.text


@pytest.mark.asyncio
async def test_a_fork_may_publish_too(tmp_path: Path) -> None:
    bus = LocalBus(tmp_path / "bus")
    event = Event(uuid.uuid4(), "message")
    async with bus.subscribe() as events:
        child = os.fork()
        if child == 0:
            bus.publish(event)
            os._exit(0)
        assert await following(events) == event
        os.waitpid(child, 0)
        await asyncio.sleep(0)


def test_each_database_has_its_own_folder(tmp_path: Path) -> None:
    one = load_settings(None, {"AISLE_SQLITE_PATH": str(tmp_path / "one.db")}).database
    two = load_settings(None, {"AISLE_SQLITE_PATH": str(tmp_path / "two.db")}).database
    assert bus_folder(one) == bus_folder(one)
    assert bus_folder(one) != bus_folder(two)
