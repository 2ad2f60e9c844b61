"""Lets others be served while an answer takes its time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

MOST_AT_ONCE = 32

Result = TypeVar("Result")


async def in_background(work: Callable[..., Result], *arguments: object) -> Result:
    """Do the work in a thread: looking up takes moments, a language model seconds."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), work, *arguments)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_AT_ONCE)
