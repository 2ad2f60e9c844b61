"""Publishes from a process of its own: publishing.py BUS CONVERSATION COUNT, one thread each 50.

BUS is a folder, or the JSON of the settings of Redis.
"""

import json
import sys
import threading
import uuid
from pathlib import Path

from aisle.live.bus import Bus, Event
from aisle.live.local_bus import LocalBus
from aisle.live.redis_bus import RedisBus
from aisle.live.redis_link import RedisLink
from aisle.settings import RedisSettings


def main(where: str, conversation: str, count: str) -> None:
    bus: Bus
    if where.startswith("{"):
        bus = RedisBus(RedisLink(RedisSettings(**json.loads(where))))
    else:
        bus = LocalBus(Path(where))

    def publish(numbers: range) -> None:
        for number in numbers:
            bus.publish(Event(uuid.UUID(conversation), "message", {"sequence": number}))

    starts = range(0, int(count), 50)
    threads = [threading.Thread(target=publish, args=[range(n, n + 50)]) for n in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(0 if bus.healthy else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
