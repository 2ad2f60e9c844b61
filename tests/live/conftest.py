"""Redis for the tests."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from aisle.live.redis_link import RedisLink
from aisle.settings import RedisSettings
from tests.live.redis_server import INSTALLED, RedisServer

REDIS_URL = os.environ.get("AISLE_TEST_REDIS_URL")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A running Redis of the test's own, with a password full of special characters."""
    if not INSTALLED:
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def redis_settings(request: pytest.FixtureRequest) -> RedisSettings:
    """Any Redis: the test's own, or the shared one where none can be started."""
    if INSTALLED or REDIS_URL is None:
        own: RedisServer = request.getfixturevalue("server")
        return own.settings
    url = urlsplit(REDIS_URL)
    password = unquote(url.password) if url.password else None
    settings = RedisSettings(
        host=url.hostname, port=url.port or 6379, password=password, db=url.path[1:] or 0
    )
    _forget_earlier_tests(settings)
    return settings


@pytest.fixture
def new_link(redis_settings: RedisSettings) -> Iterator[Callable[[], RedisLink]]:
    """Makes a link as another process would."""
    links = []

    def new_link() -> RedisLink:
        links.append(RedisLink(redis_settings, retry_seconds=0.1))
        return links[-1]

    yield new_link
    for link in links:
        link.close()


@pytest.fixture
def link(new_link: Callable[[], RedisLink]) -> RedisLink:
    return new_link()


def _forget_earlier_tests(settings: RedisSettings) -> None:
    link = RedisLink(settings)
    for pattern in (link.key("*"), "LIMITER/aisle/*"):
        names = link.call(lambda client, pattern=pattern: client.keys(pattern))
        if names:
            link.call(lambda client, names=names: client.delete(*names))
    link.close()
