"""Answers the inbox without Rasa: the assistant that the tests of ``aisle chat`` talk to.

It says what it was told, with two buttons; "nothing" gets no reply, "a person" a
hand-over, "a riddle" a very long thought.
"""

import asyncio
import time
from typing import Any

from aisle.conversations.dialogue import append_events, open_conversation
from aisle.conversations.inbox import Claim, end_claim
from aisle.conversations.status import ESCALATED
from aisle.conversations.worker import InboxWorker
from aisle.database.engine import get_database
from aisle.handoff.service import escalate
from aisle.live.bus import get_bus

BUTTONS = [
    {"title": "Track it", "payload": "track my order"},
    {"title": "Cancel it", "payload": "cancel my order"},
]


async def answer(claim: Claim) -> None:
    if claim.content == "a riddle":
        await asyncio.sleep(3600)
    await asyncio.to_thread(_save, claim)


def _save(claim: Claim) -> None:
    with get_database().transaction() as session:
        conversation = open_conversation(session, claim.sender_id)
        append_events(session, conversation, _events(claim))
        if claim.content == "a person":
            escalate(session, conversation, "asked", "Asked for a person")
        end_claim(session, claim)


def _events(claim: Claim) -> list[dict[str, Any]]:
    now = time.time()
    said = {
        "event": "user",
        "text": claim.content,
        "message_id": str(claim.message_id),
        "timestamp": now,
    }
    if claim.content == "nothing" or claim.status == ESCALATED:
        return [said]
    reply = {"event": "bot", "text": f"You said {claim.content}", "timestamp": now}
    choice = {"event": "bot", "text": "", "data": {"buttons": BUTTONS}, "timestamp": now}
    return [said, reply, choice]


if __name__ == "__main__":
    worker = InboxWorker(get_database(), get_bus(), answer, answer, parallel=4, timeout=7200)
    asyncio.run(worker.run())
