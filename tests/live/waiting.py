"""Waiting for what another thread, process or server will do."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from aisle.live.events import News

SECONDS = 10


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


async def following(events: AsyncIterator[News]) -> News:
    """Return the next event."""
    return await asyncio.wait_for(events.__anext__(), SECONDS)
