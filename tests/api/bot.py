"""The real inbox worker; only the language part is replaced by an echo."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aisle.conversations.dialogue import append_events
from aisle.conversations.inbox import Claim, end_claim
from aisle.conversations.service import ConversationService
from aisle.conversations.status import ESCALATED
from aisle.conversations.worker import InboxWorker
from aisle.database.engine import Database
from aisle.live.bus import Bus

FOUND = {"name": "track_order", "confidence": 0.98}
ENTITIES = [{"entity": "order_number", "value": "#W1000871", "confidence_entity": 0.9}]


@contextmanager
def answering(
    database: Database, bus: Bus, before: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Answer every message with "You said: …" as long as the block runs.

    Args:
        before: called, in a thread, before each answer.
    """

    async def answer(claim: Claim) -> None:
        await asyncio.to_thread(before)
        await asyncio.to_thread(_answer, database, claim)

    worker = InboxWorker(database, bus, answer, answer, parallel=4, timeout=20)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=[worker.run()])
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(worker.stop)
        thread.join()
        loop.close()


def _answer(database: Database, claim: Claim) -> None:
    heard: dict[str, Any] = {
        "event": "user",
        "text": claim.content,
        "timestamp": time.time(),
        "message_id": str(claim.message_id),
        "parse_data": {"intent": FOUND, "entities": ENTITIES, "sentiment": -0.5},
    }
    said = {"event": "bot", "text": f"You said: {claim.content}", "timestamp": time.time()}
    with database.transaction() as session:
        conversation = ConversationService(session).lock_conversation(claim.conversation_id)
        silent = conversation.status == ESCALATED
        append_events(session, conversation, [heard] if silent else [heard, said])
        end_claim(session, claim)
