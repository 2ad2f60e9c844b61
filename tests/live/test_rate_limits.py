"""How many requests a caller may make."""

import time
from collections.abc import Callable

import pytest

from aisle.live.rate_limits import MemoryWindows, RateLimiter
from aisle.live.redis_link import RedisLink
from aisle.settings import RateLimitSettings, SettingsError
from tests.live.redis_server import RedisServer
from tests.live.waiting import wait_until

LIMITS = RateLimitSettings(shop="1000/second", visitor="3/hour", address="1/second;2/hour")


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest) -> RateLimiter:
    link = request.getfixturevalue("link") if request.param == "redis" else None
    return RateLimiter(LIMITS, link)


def test_the_limit_is_allowed_and_no_more(limiter: RateLimiter) -> None:
    assert [limiter.check("visitor", "mia") for _ in range(3)] == [None] * 3
    wait = limiter.check("visitor", "mia")
    assert wait is not None
    assert 3590 < wait <= 3601


def test_callers_are_counted_apart_and_so_are_their_kinds(limiter: RateLimiter) -> None:
    for _ in range(4):
        limiter.check("visitor", "mia")
    assert limiter.check("visitor", "nora") is None
    assert limiter.check("address", "mia") is None


def test_after_the_wait_it_is_allowed_again_until_the_longer_limit(limiter: RateLimiter) -> None:
    assert limiter.check("address", "mia") is None
    wait = limiter.check("address", "mia")
    assert wait is not None
    assert 0 < wait <= 2.1
    # The refused request counted for the hour, as every one does.
    time.sleep(wait)
    wait = limiter.check("address", "mia")
    assert wait is not None
    assert wait > 3000


def test_servers_count_together(new_link: Callable[[], RedisLink]) -> None:
    one, two = RateLimiter(LIMITS, new_link()), RateLimiter(LIMITS, new_link())
    for _ in range(3):
        assert one.check("visitor", "mia") is None
    assert two.check("visitor", "mia") is not None


def test_who_calls_is_not_written_down(server: RedisServer, link: RedisLink) -> None:
    limiter = RateLimiter(LIMITS, link)
    limiter.check("address", "203.0.113.7")
    keys = server.client.keys("*")
    assert keys != []
    assert not any(b"203.0.113.7" in key for key in keys)


def test_without_redis_each_server_counts(
    server: RedisServer, link: RedisLink, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = RateLimiter(LIMITS, link)
    server.kill()
    assert [limiter.check("visitor", "mia") for _ in range(3)] == [None] * 3
    assert limiter.check("visitor", "mia") is not None
    server.start()
    wait_until(lambda: link.healthy)
    assert limiter.check("visitor", "mia") is None
    assert caplog.text.count("is not available") == 1


@pytest.mark.parametrize("text", ["", "many", "0/minute", "5/minute;", "-1/hour"])
def test_a_limit_that_cannot_be_understood_is_named(text: str) -> None:
    limits = LIMITS.copy(update={"visitor": text})
    with pytest.raises(SettingsError, match=r"rate_limits\.visitor is .*such as 60/minute"):
        RateLimiter(limits)


def test_windows_that_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aisle.live.rate_limits.SWEEP_SECONDS", 0)
    windows = MemoryWindows()
    windows.incr("a", 0)
    windows.incr("b", 60)
    assert len(windows) == 1
