"""The bus between machines: one pub/sub channel of Redis."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.exceptions import TimeoutError as RedisTimeoutError

from aisle.live.events import Event, News, decode, encode
from aisle.live.outage import Outage
from aisle.live.redis_link import (
    ASYNC_TIMEOUT_SECONDS,
    REDIS_ERRORS,
    RedisLink,
    RedisUnavailable,
)

SILENCE_SECONDS = 5.0
FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 5.0

_log = logging.getLogger(__name__)


class RedisBus:
    def __init__(self, link: RedisLink, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._link = link
        self._silence_seconds = silence_seconds
        self._channel = link.key("events")
        self._interruption = Outage(
            _log,
            "Live updates cannot be received from Redis: news comes by polling",
            "Live updates are received from Redis again",
        )

    @property
    def healthy(self) -> bool:
        return self._link.healthy and not self._interruption.active

    def publish(self, event: Event) -> None:
        with suppress(RedisUnavailable):  # the link has logged it
            self._link.call(lambda client: client.publish(self._channel, encode(event)))

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[News]]:
        subscription = _Subscription(
            self._link, self._channel, self._interruption, self._silence_seconds
        )
        await subscription.connect()
        events = subscription.events()
        try:
            yield events
        finally:
            await events.aclose()
            await subscription.close()


class _Subscription:
    def __init__(
        self, link: RedisLink, channel: str, interruption: Outage, silence_seconds: float
    ) -> None:
        self._link = link
        self._channel = channel
        self._interruption = interruption
        self._silence_seconds = silence_seconds
        self._client: Any = None
        self._messages: Any = None

    async def connect(self) -> bool:
        """Return whether Redis has confirmed the subscription."""
        await self.close()
        try:
            self._client = self._link.async_client()
            self._messages = self._client.pubsub()
            await self._messages.subscribe(self._channel)
            if await self._messages.get_message(timeout=ASYNC_TIMEOUT_SECONDS) is None:
                raise RedisTimeoutError("the subscription is not confirmed")
        except REDIS_ERRORS as error:
            await self._interrupted(error)
            return False
        self._interruption.end()
        return True

    async def events(self) -> AsyncGenerator[News, None]:
        while True:
            if self._client is None:
                await self._reconnect()
                yield None
            try:
                line = await self._receive()
            except REDIS_ERRORS as error:
                await self._interrupted(error)
                continue
            try:
                yield decode(line)
            except ValueError as error:
                _log.warning("An event that cannot be understood is left out: %s", error)

    async def close(self) -> None:
        client, messages = self._client, self._messages
        self._client = self._messages = None
        if client is not None:
            with suppress(*REDIS_ERRORS):  # closing what is broken may fail
                await messages.close()
            with suppress(*REDIS_ERRORS):
                await client.close()

    async def _interrupted(self, error: Exception) -> None:
        # redis-py would reconnect by itself, and nobody would know that events were missed.
        self._interruption.begin(error)
        await self.close()

    async def _reconnect(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while True:
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            if await self.connect():
                return
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    async def _receive(self) -> bytes:
        while True:
            message = await self._messages.get_message(timeout=self._silence_seconds)
            if message is None:
                message = await self._answer_to_ping()
            if message["type"] == "message":
                return message["data"]

    async def _answer_to_ping(self) -> dict[str, Any]:
        # A connection that broke without a word stays silent for ever.
        await self._messages.ping()
        message = await self._messages.get_message(timeout=self._silence_seconds)
        if message is None:
            raise RedisTimeoutError("Redis does not answer any more")
        return message
