"""A conversation live, as server-sent events."""

import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query
from starlette.concurrency import run_in_threadpool

from aisle.access.callers import Caller
from aisle.api.doors import ConversationCaller, CurrentState
from aisle.api.event_stream import HEARTBEAT, EventStream, encode
from aisle.api.live import Reader
from aisle.api.routes.messages import shown_to
from aisle.api.schemas import MessageOut
from aisle.api.state import State
from aisle.conversations.listing import list_messages
from aisle.conversations.service import ConversationService

LONGEST_S = 3_600.0
"""Then the client connects again, and its right to the conversation is looked at again."""
READ_AT_ONCE = 200

router = APIRouter(prefix="/conversations/{conversation_id}", tags=["messages"])


@router.get(
    "/stream",
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    conversation_id: uuid.UUID,
    caller: ConversationCaller,
    state: CurrentState,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=2**31 - 1, description="Go on after this message.")
    ] = None,
    after: Annotated[
        int, Query(ge=0, le=2**31 - 1, description="Begin after this sequence number.")
    ] = 0,
) -> EventStream:
    """Follow a conversation: `message` events, whose ids are sequence numbers, `status`
    and `typing`. It begins with the first message, or after `Last-Event-ID`."""
    position = after if last_event_id is None else last_event_id
    await run_in_threadpool(_status, state, conversation_id)  # before the stream begins: 404
    if state.live.is_full:
        raise HTTPException(503, "Too many live streams; try again", {"Retry-After": "10"})
    reader = Reader()
    events = _events(state, caller, conversation_id, position, reader)
    return EventStream(events, reader)


async def _events(
    state: State, caller: Caller, conversation_id: uuid.UUID, position: int, reader: Reader
) -> AsyncIterator[bytes]:
    ends = time.monotonic() + LONGEST_S
    told: dict[str, Any] | None = None
    with state.live.following(conversation_id, reader):
        while not reader.is_closed and time.monotonic() < ends:
            if not await reader.wait():
                yield HEARTBEAT
                continue
            while found := await _next_messages(state, caller, conversation_id, position):
                for message in found:
                    position = message.sequence
                    yield encode("message", message.json(), position)
            status = await run_in_threadpool(_status, state, conversation_id)
            if status != told:
                told = status
                yield encode("status", json.dumps(status))
            typing, reader.typing = reader.typing, []
            for who in typing:
                yield encode("typing", json.dumps(who))


async def _next_messages(
    state: State, caller: Caller, conversation_id: uuid.UUID, position: int
) -> list[MessageOut]:
    def read() -> list[MessageOut]:
        with state.database.reading() as session:
            found = list_messages(session, conversation_id, position, READ_AT_ONCE)
        return [shown_to(caller, message) for message in found]

    return await run_in_threadpool(read)


def _status(state: State, conversation_id: uuid.UUID) -> dict[str, Any]:
    with state.database.reading() as session:
        conversation = ConversationService(session).get_conversation(conversation_id)
        return {"status": conversation.status, "priority": conversation.priority}
