"""The bus: tells all processes at once that a conversation has news.

    async with get_bus().subscribe() as events:
        async for event in events:
            if event is None:
                ...  # events may have been missed: look into the database
            else:
                ...  # event.conversation_id has news

An event may be lost (readers poll the database as well) but is never made up.
"""

import asyncio
import hashlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from aisle.live.events import Event, Kind, News
from aisle.live.local_bus import BusError, LocalBus
from aisle.live.redis_bus import RedisBus
from aisle.live.redis_link import get_redis
from aisle.settings import DatabaseSettings, get_settings

__all__ = ["Bus", "BusError", "Event", "Kind", "News", "bus_folder", "get_bus", "listen"]

LISTEN_AGAIN_S = 10.0
"""Seconds until a subscription that failed is tried again."""

_log = logging.getLogger(__name__)


class Bus(Protocol):
    @property
    def healthy(self) -> bool:
        """Whether the latest events went out and came in."""

    def publish(self, event: Event) -> None:
        """Tell all subscribers of all processes.

        For any thread, after the commit. Never raises and blocks for half a second at most,
        once per outage.
        """

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[News]]:
        """Yield all events of all conversations from now on, and None after a gap.

        Each process should subscribe once and hand the events on itself.
        """


async def listen(bus: Bus, take: Callable[[News], None], meanwhile: str) -> None:
    """Hand on everything that the bus tells, for good.

    Args:
        meanwhile: for the log, what happens while nothing can be received.
    """
    while True:
        try:
            async with bus.subscribe() as events:
                async for news in events:
                    take(news)
        except (BusError, OSError) as error:
            _log.error("News cannot be received, %s: %s", meanwhile, error)
        await asyncio.sleep(LISTEN_AGAIN_S)


@lru_cache(maxsize=1)
def get_bus() -> Bus:
    """Return the process's bus: Redis if the settings name one, else this machine's own."""
    link = get_redis()
    return LocalBus(bus_folder(get_settings().database)) if link is None else RedisBus(link)


def bus_folder(settings: DatabaseSettings) -> Path:
    """Return where processes of this user on this database meet."""
    if settings.postgresql is not None:
        server = settings.postgresql
        address = f"postgresql://{server.host}:{server.port}/{server.database}"
    else:
        assert settings.sqlite is not None  # one of the two, by the settings' validation
        address = f"sqlite:///{settings.sqlite.path.resolve()}"
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"aisle-{os.getuid()}-{digest}"
