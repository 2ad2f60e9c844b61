"""One worker at a time on a conversation, also when several Rasa servers run.

The database keeps two workers from overwriting each other; the lock only spares them work
that would be thrown away. So it may fail, and then a process locks on its own.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakValueDictionary

import async_timeout

from aisle.live.redis_link import REDIS_ERRORS, RedisLink, RedisUnavailable, get_redis

TIMEOUT_SECONDS = 60.0
LEASE_SECONDS = 10.0
_POLL_SECONDS = (0.02, 0.08)
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0"""
_EXTEND = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
return 0"""

_log = logging.getLogger(__name__)


class LockTimeout(Exception):
    """Another worker has held the lock for too long."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(f"{name} was still in use by another worker after {seconds:g} s")


class ConversationLocks(Protocol):
    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait for the lock ``name``, and hold it while the block runs.

        Raises:
            LockTimeout: others held it all the time that one may wait.
        """

    async def close(self) -> None: ...


class LocalLocks:
    """Locks within this process, first come, first served."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(name, asyncio.Lock())
        try:
            # asyncio.wait_for of Python 3.10 may swallow a cancellation.
            async with async_timeout.timeout(self._timeout):
                await lock.acquire()
        except asyncio.TimeoutError:
            raise LockTimeout(name, self._timeout) from None
        try:
            yield
        finally:
            lock.release()

    async def close(self) -> None:
        pass


class RedisLocks:
    """Locks between processes: a key with a random token and a lease, extended while held.

    A holder that loses its lock (an outage longer than the lease) goes on.
    """

    def __init__(
        self, link: RedisLink, timeout: float = TIMEOUT_SECONDS, lease: float = LEASE_SECONDS
    ) -> None:
        self._link = link
        self._timeout = timeout
        self._lease = lease
        self._local = LocalLocks(timeout)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        # First among the tasks of this process: so only one of them asks Redis.
        async with self._local.hold(name):
            key, token = self._link.key(f"lock:{name}"), uuid.uuid4().hex
            extending: asyncio.Task[None] | None = None
            try:
                with suppress(RedisUnavailable):  # then the lock within this process must do
                    await self._acquire(name, key, token, deadline)
                    extending = asyncio.create_task(self._keep_extending(key, token))
                yield
            finally:
                if extending is not None:
                    extending.cancel()
                # Even if it was not acquired: Redis may have set it and could not say so.
                await self._release(key, token)

    async def close(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            with suppress(*REDIS_ERRORS):  # closing what is broken may fail
                await client.close()

    async def _acquire(self, name: str, key: str, token: str, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        client = self._client_of(loop)
        milliseconds = int(self._lease * 1000)
        while not await self._link.call_async(
            lambda: client.set(key, token, nx=True, px=milliseconds)
        ):
            if loop.time() >= deadline:
                raise LockTimeout(name, self._timeout)
            await asyncio.sleep(random.uniform(*_POLL_SECONDS))

    async def _keep_extending(self, key: str, token: str) -> None:
        held = True
        while held:
            await asyncio.sleep(self._lease / 3)
            with suppress(RedisUnavailable):
                held = await self._run(_EXTEND, key, token, int(self._lease * 1000))
        _log.info("A conversation's lock was lost while it was held; the database decides")

    async def _release(self, key: str, token: str) -> None:
        with suppress(RedisUnavailable):  # then the lease ends it
            await self._run(_RELEASE, key, token)

    async def _run(self, script: str, key: str, *arguments: str | int) -> bool:
        client = self._client_of(asyncio.get_running_loop())
        return bool(await self._link.call_async(lambda: client.eval(script, 1, key, *arguments)))

    def _client_of(self, loop: asyncio.AbstractEventLoop) -> Any:
        # Connections belong to the event loop they were made in.
        if self._client is None or self._loop is not loop:
            self._loop, self._client = loop, self._link.async_client()
        return self._client


@lru_cache(maxsize=1)
def get_locks() -> ConversationLocks:
    """Return the process's locks: on Redis if the settings name one, else its own."""
    link = get_redis()
    return LocalLocks() if link is None else RedisLocks(link)
