"""What a readiness check has to say about Redis."""

from aisle.live.redis_link import RedisLink, RedisUnavailable, get_redis


def redis_status() -> str | None:
    """Return "ok", what is wrong and what follows from it, or None when none is configured.

    Aisle works without Redis, so an outage is no reason to take a server out of service.
    """
    link = get_redis()
    return None if link is None else status_of(link)


def status_of(link: RedisLink) -> str:
    try:
        link.check()
    except RedisUnavailable:
        return "unreachable: answering from the database, slower"
    return "ok"
