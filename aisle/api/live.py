"""Wakes the readers of conversations when there is something new to read.

The truth is in the database. The bus says at once that a conversation has news; as it
may lose some of that, changed conversations are also looked up from time to time.
"""

import asyncio
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from aisle.conversations.models import Conversation
from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.live.bus import Bus, Event, News, listen

LOOK_S, LOOK_WITHOUT_BUS_S = 10.0, 1.0
"""Seconds between two looks for changed conversations."""
OVERLAP = timedelta(seconds=5)
"""A change is stamped before its commit, so looks reach back a little."""
MOST_PASSING = 32
HEARTBEAT_S = 15
"""Seconds without anything to say after which a stream shows that it lives."""

_log = logging.getLogger(__name__)


class Reader:
    """Follows one conversation.

    ``passing`` holds events that are kept nowhere else: who began or stopped to write, and
    the sentences of an answer that is being written.
    """

    __slots__ = ("_has_news", "_last_wake", "_waiter", "is_closed", "passing")

    def __init__(self) -> None:
        self.passing: list[Event] = []
        self.is_closed = False
        self._has_news = True
        self._last_wake = time.monotonic()
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Let the reader look for news."""
        self._has_news = True
        self._go_on()

    def add_passing(self, event: Event) -> None:
        self.passing = [*self.passing[-MOST_PASSING:], event]
        self._go_on()

    def close(self) -> None:
        self.is_closed = True
        self._go_on()

    def nudge(self, now: float) -> None:
        """End the wait if it has lasted long enough for a heartbeat."""
        if now - self._last_wake >= HEARTBEAT_S:
            self._go_on()

    async def wait(self) -> None:
        """Return as soon as there is anything to show, or it is time for a heartbeat."""
        if not self._has_news and not self.passing and not self.is_closed:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def take_news(self) -> bool:
        """Whether the conversation may have changed since this was last asked."""
        had_news, self._has_news = self._has_news, False
        return had_news

    def take_passing(self) -> list[Event]:
        passing, self.passing = self.passing, []
        return passing

    def _go_on(self) -> None:
        self._last_wake = time.monotonic()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class LiveUpdates:
    """Keeps the readers of this process, and wakes those whose conversation changed."""

    def __init__(self, database: Database, bus: Bus, limit: int) -> None:
        self._database = database
        self._bus = bus
        self._limit = limit
        self._count = 0
        self._readers: dict[uuid.UUID, set[Reader]] = defaultdict(set)

    @property
    def is_full(self) -> bool:
        """Whether this process follows as many conversations as it should."""
        return self._count >= self._limit

    @contextmanager
    def following(self, conversation_id: uuid.UUID, reader: Reader) -> Iterator[None]:
        """Wake the reader from now on whenever the conversation may have news."""
        self._count += 1
        self._readers[conversation_id].add(reader)
        try:
            yield
        finally:
            self._count -= 1
            readers = self._readers[conversation_id]
            readers.discard(reader)
            if not readers:
                del self._readers[conversation_id]

    def close(self) -> None:
        """End all streams, because the process is about to stop."""
        for reader in self._all():
            reader.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and look as long as the block runs."""
        listening = listen(self._bus, self._hear, "so it comes late")
        works = (listening, self._look(), self._nudge())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _hear(self, event: News) -> None:
        if event is None:  # some may have been missed
            self._wake(list(self._readers))
        elif event.kind in ("typing", "draft"):
            self._pass_on(event)
        else:
            self._wake([event.conversation_id])

    def _pass_on(self, event: Event) -> None:
        for reader in self._readers.get(event.conversation_id, ()):
            reader.add_passing(event)

    def _wake(self, conversations: list[uuid.UUID]) -> None:
        for conversation_id in conversations:
            for reader in self._readers.get(conversation_id, ()):
                reader.wake()

    async def _nudge(self) -> None:
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for reader in self._all():
                reader.nudge(now)

    def _all(self) -> list[Reader]:
        return [reader for readers in self._readers.values() for reader in readers]

    async def _look(self) -> None:
        since = utc_now()
        while True:
            # In short steps, because the bus may fail at any time.
            await asyncio.sleep(min(LOOK_S, LOOK_WITHOUT_BUS_S))
            now = utc_now()
            if not self._readers:
                since = now
                continue
            if self._bus.healthy and (now - since).total_seconds() < LOOK_S:
                continue
            try:
                changed = await asyncio.to_thread(self._changed, since - OVERLAP)
            except SQLAlchemyError as error:
                _log.warning("Changed conversations cannot be read: %s", type(error).__name__)
                continue
            self._wake(changed)
            since = now

    def _changed(self, since: datetime) -> list[uuid.UUID]:
        with self._database.reading() as session:
            statement = select(Conversation.id).where(Conversation.updated_at > since)
            return list(session.execute(statement).scalars())
