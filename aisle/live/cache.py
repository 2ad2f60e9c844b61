"""The cache of derived values, which must never be older than the database.

Who changes what a value is made of calls ``fence`` right before and again right after the
commit. A fence replaces the value by a tombstone, which reads as missing and which ``fill``
does not overwrite, so that a reader that saw the old rows cannot put its value back.

What this rests on: from reading the rows to ``fill``, and from a fence to the commit,
less than ``TOMBSTONE_SECONDS`` pass. And a process that alone cannot reach Redis cannot
fence there: until it can again, or the value's time is up, *others* may read the old value.
"""

import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, Protocol

import redis

from aisle.live.redis_link import RedisLink, RedisUnavailable, get_redis

TOMBSTONE_SECONDS = 10
_TOMBSTONE = b""
_AT_ONCE = 500


class Cache(Protocol):
    @property
    def healthy(self) -> bool: ...

    def get(self, key: str) -> Any | None:
        """Return the JSON value, or None when it has to be read from the database."""

    def fill(self, key: str, value: Any, ttl_seconds: int) -> None:
        """Keep a value just read from the database, unless there is one or it is fenced."""

    def fence(self, keys: Iterable[str]) -> None:
        """Forget values, and take no new ones for ``TOMBSTONE_SECONDS``."""


class NoCache:
    """Several processes share the SQLite file, whose page cache is cache enough."""

    healthy = True

    def get(self, key: str) -> Any | None:
        return None

    def fill(self, key: str, value: Any, ttl_seconds: int) -> None:
        pass

    def fence(self, keys: Iterable[str]) -> None:
        pass


class RedisCache:
    """Redis's errors are misses. What could not be fenced is fenced before anything is read.

    Keys carry the run id of the server: a restart or a replica that takes over may bring
    back values that were fenced meanwhile, so it counts as an empty cache.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._owed: dict[str, object] = {}
        self._owed_lock = threading.Lock()
        link.when_back(self._fence_what_is_owed)

    @property
    def healthy(self) -> bool:
        return self._link.healthy

    def get(self, key: str) -> Any | None:
        try:
            self._settle()
            run = self._link.server_run()
            found = self._link.call(lambda client: client.get(self._name(run, key)))
        except RedisUnavailable:
            return None
        # Else the answer came from a server that this key was not meant for.
        same_server = run == self._link.server_run()
        return json.loads(found) if found and same_server else None

    def fill(self, key: str, value: Any, ttl_seconds: int) -> None:
        text = json.dumps(value, separators=(",", ":"))
        with suppress(RedisUnavailable):
            self._settle()
            name = self._name(self._link.server_run(), key)
            self._link.call(lambda client: client.set(name, text, nx=True, ex=ttl_seconds))

    def fence(self, keys: Iterable[str]) -> None:
        debt = object()
        with self._owed_lock:
            self._owed.update(dict.fromkeys(keys, debt))
        self._fence_what_is_owed()

    def _fence_what_is_owed(self) -> None:
        with suppress(RedisUnavailable):
            self._settle()

    def _settle(self) -> None:
        """Set the tombstones that are due.

        Raises:
            RedisUnavailable: they stay due.
        """
        with self._owed_lock:
            due = dict(self._owed)
        if not due:
            return
        self._bury(list(due))
        with self._owed_lock:
            for key, debt in due.items():
                if self._owed.get(key) is debt:  # else it was fenced anew meanwhile
                    del self._owed[key]

    def _bury(self, keys: list[str]) -> None:
        while True:
            run = self._link.server_run()
            for start in range(0, len(keys), _AT_ONCE):
                names = [self._name(run, key) for key in keys[start : start + _AT_ONCE]]
                self._link.call(partial(_set_tombstones, names))
            if run == self._link.server_run():
                return

    def _name(self, run: str, key: str) -> str:
        return self._link.key(f"cache:{run}:{key}")


@lru_cache(maxsize=1)
def get_cache() -> Cache:
    """Return the process's cache: Redis if the settings name one, else none."""
    link = get_redis()
    return NoCache() if link is None else RedisCache(link)


def _set_tombstones(names: list[str], client: "redis.Redis[bytes]") -> None:
    with client.pipeline(transaction=False) as commands:
        for name in names:
            commands.set(name, _TOMBSTONE, ex=TOMBSTONE_SECONDS)
        commands.execute()
