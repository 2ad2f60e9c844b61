"""This process's way to Redis: nobody waits long for it, and nobody twice in one outage."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, TypeVar

import redis
import redis.asyncio
from redis.exceptions import RedisError

from aisle.live.outage import Outage
from aisle.settings import RedisSettings, get_settings

TIMEOUT_SECONDS = 0.4
# Costs nobody anything, and an event loop that is busy elsewhere must not look like an outage.
ASYNC_TIMEOUT_SECONDS = 2.0
RETRY_SECONDS = 1.0
REDIS_ERRORS = (RedisError, OSError, asyncio.TimeoutError)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class RedisUnavailable(Exception):
    """Redis did not do what was asked; the log has the reason, once per outage."""


class RedisLink:
    """Connections to one Redis database, shared by all that needs it in a process.

    The first command that fails begins an outage. From then on every command fails at once,
    until a background thread, which tries every ``retry_seconds``, can write to Redis again.
    """

    def __init__(self, settings: RedisSettings, retry_seconds: float = RETRY_SECONDS) -> None:
        self._settings = settings
        self._retry_seconds = retry_seconds
        # As a keyword: in a URL a password with special characters would need escaping.
        self.pool = redis.ConnectionPool(
            redis_connect_func=self._on_connect, **_options(settings, TIMEOUT_SECONDS)
        )
        self._client: redis.Redis[bytes] = redis.Redis(connection_pool=self.pool)
        self._server_run = ""
        self._outage = Outage(
            _log,
            f"Redis at {settings.host}:{settings.port} is not available: news comes by polling, "
            "nothing is cached, every server locks and limits on its own",
            f"Redis at {settings.host}:{settings.port} is available again",
        )
        self._when_back: list[Callable[[], None]] = []
        self._closed = threading.Event()
        self._prober: threading.Thread | None = None
        self._prober_lock = threading.Lock()

    @property
    def healthy(self) -> bool:
        return not self._outage.active

    def key(self, name: str) -> str:
        """Return the name in Redis; channels are not separate by database, so it says which."""
        return f"aisle:{self._settings.db}:{name}"

    def call(self, command: Callable[["redis.Redis[bytes]"], _T]) -> _T:
        """Return what ``command`` returns when it is given a client.

        Raises:
            RedisUnavailable: within about half a second, or at once during an outage.
        """
        self._refuse_in_outage()
        try:
            return command(self._client)
        except REDIS_ERRORS as error:
            raise self._failed(error) from error

    async def call_async(self, command: Callable[[], Awaitable[_T]]) -> _T:
        """Do the same for a command of a client from ``async_client``."""
        self._refuse_in_outage()
        try:
            return await command()
        except REDIS_ERRORS as error:
            raise self._failed(error) from error

    def async_client(self) -> "redis.asyncio.Redis[bytes]":
        """Return a new client for the running event loop; the caller closes it."""
        return redis.asyncio.Redis(**_options(self._settings, ASYNC_TIMEOUT_SECONDS))

    def server_run(self) -> str:
        """Return which run of which server was connected to last.

        Raises:
            RedisUnavailable: there was no connection yet, and there is none now.
        """
        if not self._server_run:
            self.call(lambda client: client.ping())
        return self._server_run

    def when_back(self, do: Callable[[], None]) -> None:
        """Have ``do`` called after each outage, in a thread of its own."""
        self._when_back.append(do)

    def check(self) -> None:
        """Write to Redis.

        Raises:
            RedisUnavailable: it is away, read-only, or has no memory left.
        """
        self.call(self._probe)

    def close(self) -> None:
        self._closed.set()
        self.pool.disconnect()

    def _refuse_in_outage(self) -> None:
        if self._outage.active:
            self._start_prober()  # a fork of the process has none
            raise RedisUnavailable("Redis has not come back yet")

    def _failed(self, error: Exception) -> RedisUnavailable:
        self._outage.begin(error)
        self._start_prober()
        return RedisUnavailable(str(error))

    def _start_prober(self) -> None:
        with self._prober_lock:
            if self._closed.is_set() or (self._prober and self._prober.is_alive()):
                return
            self._prober = threading.Thread(target=self._wait_until_back, daemon=True)
            self._prober.start()

    def _wait_until_back(self) -> None:
        while self._outage.active and not self._closed.wait(self._retry_seconds):
            try:
                self._probe(self._client)
            except REDIS_ERRORS:
                continue
            self._outage.end()
            for do in self._when_back:
                do()

    def _probe(self, client: "redis.Redis[bytes]") -> None:
        # A ping would also be answered by a replica, or with no memory left.
        client.set(self.key("probe"), "1", ex=1)

    def _on_connect(self, connection: redis.Connection) -> None:
        connection.on_connect()
        connection.send_command("INFO", "server")
        lines = connection.read_response().decode().splitlines()
        self._server_run = dict(line.split(":", 1) for line in lines if ":" in line)["run_id"]


@lru_cache(maxsize=1)
def get_redis() -> RedisLink | None:
    """Return the process's link to Redis, or None when the settings name none."""
    settings = get_settings().database.redis
    return None if settings is None else RedisLink(settings)


def _options(settings: RedisSettings, timeout: float) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "db": settings.db,
        "password": settings.password.get_secret_value() if settings.password else None,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "socket_keepalive": True,
    }
