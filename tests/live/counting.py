"""Counts in a file under a lock, in a process of its own: counting.py SETTINGS FILE TIMES LEASE.

With TIMES 0 it takes the lock, says so, and keeps it.
"""

import asyncio
import json
import sys
from pathlib import Path

from aisle.live.locks import RedisLocks
from aisle.live.redis_link import RedisLink
from aisle.settings import RedisSettings


async def main(settings: str, file: str, times: str, lease: str) -> None:
    locks = RedisLocks(RedisLink(RedisSettings(**json.loads(settings))), lease=float(lease))
    counter = Path(file)

    async def count() -> None:
        async with locks.hold(counter.name):
            found = int(counter.read_text())
            await asyncio.sleep(0)
            counter.write_text(str(found + 1))

    if times == "0":
        async with locks.hold(counter.name):
            print("held", flush=True)  # noqa: T201
            await asyncio.sleep(60)
    await asyncio.gather(*(count() for _ in range(int(times))))
    await locks.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
