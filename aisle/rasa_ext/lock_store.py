"""Rasa's lock store: one turn of a conversation at a time, over all Rasa servers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore

from aisle.live.locks import get_locks
from aisle.rasa_ext.turn import any_turn


class AisleLockStore(LockStore):
    """Named in endpoints.yml as ``aisle.rasa_ext.lock_store.AisleLockStore``.

    Rasa's own store for Redis reads a lock and then writes it, so that two servers can
    both get it; and whoever waits looks only once a second.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        self._locks = get_locks()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        async with self._locks.hold(conversation_id):
            with any_turn():
                yield TicketLock(conversation_id)
