"""Takes messages out of the inbox and has them answered, several conversations at a time."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError

from aisle.conversations.errors import ClaimLost
from aisle.conversations.inbox import (
    LEASE,
    Claim,
    claim_messages,
    extend_claims,
    has_work,
    release_claim,
)
from aisle.conversations.news import announce_typing
from aisle.conversations.status import ESCALATED
from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.live.bus import Bus, News, listen

POLL_S = 1.0
"""How often to look for messages that nobody told of."""
MAX_FAILURES = 3
"""Tries that went wrong, after which the customer gets an apology and a human."""
MAX_ATTEMPTS = 6
"""Tries of any kind: a message may also kill every worker that touches it."""
STOP_S = 10.0

_log = logging.getLogger(__name__)
_lag = Histogram(
    "aisle_message_answer_seconds",
    "From a message's acceptance to its saved answer.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_outcomes = Counter("aisle_messages_total", "Messages taken from the inbox.", ["outcome"])


class NotAnswered(Exception):
    """The message could not be dealt with now, through no fault of its own."""


Answer = Callable[[Claim], Awaitable[None]]
"""Answers a claimed message and ends the claim.

Raises ClaimLost when another worker has it, NotAnswered when it should be tried again.
"""


class InboxWorker:
    """Claims messages and passes them to ``answer``; gives up on one with ``apologise``."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        answer: Answer,
        apologise: Answer,
        *,
        parallel: int,
        timeout: float,
    ) -> None:
        """
        Args:
            parallel: conversations answered at the same time.
            timeout: seconds an answer may take.
        """
        self._database = database
        self._bus = bus
        self._answer = answer
        self._apologise = apologise
        self._parallel = parallel
        self._timeout = timeout
        self._wake = asyncio.Event()
        self._was_told = False
        self._stopping = False
        self._running: dict[asyncio.Task[None], Claim] = {}

    async def run(self) -> None:
        """Work until `stop` is called."""
        listening = listen(self._bus, self._hear, "so messages are found by looking")
        async with _in_background(listening), _in_background(self._keep_claims()):
            while not self._stopping:
                self._wake.clear()
                if not await self._take_messages():
                    await self._wait()
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_S)

    def stop(self) -> None:
        """Take nothing new; what is being answered is finished."""
        self._stopping = True
        self._wake.set()

    def _hear(self, event: News) -> None:
        if event is None or event.kind == "inbox":
            self._was_told = True
            self._wake.set()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_S)
        except asyncio.TimeoutError:
            return

    async def _take_messages(self) -> bool:
        """Start on what waits; return whether there may be more to take right now."""
        room = self._parallel - len(self._running)
        if room <= 0:
            return False
        try:
            was_told, self._was_told = self._was_told, False
            claims = await asyncio.to_thread(self._claim, room, was_told)
        except SQLAlchemyError as error:
            _log.warning("The inbox cannot be read: %s", type(error).__name__)
            return False
        for claim in claims:
            task = asyncio.create_task(self._handle(claim))
            self._running[task] = claim
            task.add_done_callback(self._done)
        return bool(claims)

    def _claim(self, limit: int, was_told: bool) -> list[Claim]:
        if not was_told:  # then there is mostly nothing, and reading disturbs nobody
            with self._database.reading() as session:
                if not has_work(session):
                    return []
        with self._database.transaction() as session:
            claims = claim_messages(session, limit)
        for claim in claims:
            if claim.status != ESCALATED:
                announce_typing(claim.conversation_id, "bot", True)
        return claims

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._running[task]
        self._wake.set()

    async def _handle(self, claim: Claim) -> None:
        try:
            await self._try(claim)
        except ClaimLost:
            _outcomes.labels("lost").inc()
            _log.warning("Message %s was taken over by another worker", claim.message_id)
        except NotAnswered as error:
            _log.warning("Message %s has to wait: %s", claim.message_id, error)
            await self._release(claim, failed=False, wait=timedelta(seconds=1))
        except Exception:  # noqa: BLE001  # whatever it is, the message stays in the inbox
            _log.exception("Message %s could not be answered", claim.message_id)
            await self._release(claim, failed=True, wait=timedelta(seconds=2**claim.failures))
        finally:
            if claim.status != ESCALATED:
                await asyncio.to_thread(announce_typing, claim.conversation_id, "bot", False)

    async def _try(self, claim: Claim) -> None:
        if claim.failures >= MAX_FAILURES or claim.attempts > MAX_ATTEMPTS:
            await self._give_up(claim)
            return
        try:
            await asyncio.wait_for(self._answer(claim), self._timeout)
        except asyncio.TimeoutError:
            _log.error("Message %s took more than %g s", claim.message_id, self._timeout)
            await self._give_up(claim)
            return
        _outcomes.labels("answered").inc()
        _lag.observe((utc_now() - claim.accepted_at).total_seconds())

    async def _give_up(self, claim: Claim) -> None:
        await self._apologise(claim)
        _outcomes.labels("apologised").inc()

    async def _release(self, claim: Claim, *, failed: bool, wait: timedelta) -> None:
        try:
            await asyncio.to_thread(self._give_back, claim, failed, wait)
        except SQLAlchemyError as error:
            # Its lease ends by itself.
            _log.warning(
                "Message %s cannot be given back: %s", claim.message_id, type(error).__name__
            )

    def _give_back(self, claim: Claim, failed: bool, wait: timedelta) -> None:
        with self._database.transaction() as session:
            release_claim(session, claim, failed=failed, wait=wait)

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            claims = [claim.id for claim in self._running.values()]
            if claims:
                try:
                    await asyncio.to_thread(self._extend, claims)
                except SQLAlchemyError as error:
                    _log.warning("Leases cannot be extended: %s", type(error).__name__)

    def _extend(self, claims: list[uuid.UUID]) -> None:
        with self._database.transaction() as session:
            extend_claims(session, claims)


@asynccontextmanager
async def _in_background(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
