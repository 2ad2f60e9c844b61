"""How many requests one caller may make, counted for all API processes together.

Windows are fixed: the first request of a caller opens one, so around its end a caller may
get twice the limit through.
"""

import hashlib
import math
import threading
import time
from contextlib import suppress
from functools import lru_cache
from typing import Literal

from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage
from limits.storage.base import Storage
from limits.strategies import FixedWindowRateLimiter

from aisle.live.redis_link import RedisLink, RedisUnavailable, get_redis
from aisle.settings import RateLimitSettings, SettingsError, get_settings

Caller = Literal["shop", "visitor", "address"]
SWEEP_SECONDS = 60


class RateLimiter:
    """Counts in Redis; without it, or while it is away, in this process.

    Raises:
        SettingsError: a limit cannot be understood.
    """

    def __init__(self, limits: RateLimitSettings, link: RedisLink | None = None) -> None:
        self._limits = {kind: _parse(kind, text) for kind, text in limits}
        self._link = link
        # The strategies keep only weak references to their storages.
        self._memory = MemoryWindows()
        self._shared = None if link is None else RedisWindows("redis://", link.pool)

    def check(self, kind: Caller, identity: str) -> float | None:
        """Count a request; return None, or the seconds until another try makes sense."""
        caller = hashlib.sha256(identity.encode()).hexdigest()[:32]
        if self._link is not None and self._shared is not None:
            storage = self._shared
            with suppress(RedisUnavailable):
                return self._link.call(lambda _: self._count(storage, kind, caller))
        return self._count(self._memory, kind, caller)

    def _count(self, storage: Storage, kind: Caller, caller: str) -> float | None:
        limiter = FixedWindowRateLimiter(storage)
        waits = [
            max(0.0, limiter.get_window_stats(limit, "aisle", kind, caller)[0] - time.time())
            for limit in self._limits[kind]
            if not limiter.hit(limit, "aisle", kind, caller)
        ]
        return max(waits, default=None)


class MemoryWindows(Storage):
    """Fixed windows in memory; ``limits``' own storage looks at every key every 10 ms."""

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at = 0.0
        self._windows_lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._windows)

    def incr(self, key: str, expiry: int, elastic_expiry: bool = False, amount: int = 1) -> int:
        now = time.time()
        with self._windows_lock:
            self._sweep(now)
            count, end = self._windows.get(key, (0, 0.0))
            if end <= now:
                count, end = 0, now + expiry
            self._windows[key] = (count + amount, end)
        return count + amount

    def get(self, key: str) -> int:
        count, end = self._windows.get(key, (0, 0.0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> int:
        return math.ceil(self._windows.get(key, (0, time.time()))[1])

    def check(self) -> bool:
        return True

    def reset(self) -> None:
        self._windows.clear()

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    def _sweep(self, now: float) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            self._windows = {
                key: window for key, window in self._windows.items() if window[1] > now
            }


class RedisWindows(RedisStorage):
    """Fixed windows in Redis, whose ends are not rounded down."""

    def get_expiry(self, key: str) -> int:
        return math.ceil(time.time() + max(0, self.storage.pttl(key)) / 1000)


@lru_cache(maxsize=1)
def get_rate_limiter() -> RateLimiter:
    """Return the process's limiter as the settings describe it."""
    return RateLimiter(get_settings().rate_limits, get_redis())


def _parse(kind: str, text: str) -> list[RateLimitItem]:
    try:
        limits = parse_many(text)
    except ValueError:
        limits = []
    if not limits or any(limit.amount < 1 for limit in limits):
        raise SettingsError(
            f"rate_limits.{kind} is {text!r}; write a limit such as 60/minute, "
            "or several such as 10/second;200/hour"
        )
    return limits
