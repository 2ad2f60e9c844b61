"""A conversation live, as server-sent events."""

import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

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
    status_code=200,
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
    """Follow a conversation: `message` events, whose ids are sequence numbers, `status`,
    `typing` and `draft`, the sentences of an answer that is being written; the `message` takes
    their place. It begins with the first message, or after `Last-Event-ID`."""
    position = after if last_event_id is None else last_event_id
    await run_in_threadpool(_require_conversation, state, conversation_id)
    if state.live.is_full:
        raise HTTPException(503, "Too many live streams; try again", {"Retry-After": "10"})
    reader = Reader()
    events = _events(state, caller, conversation_id, position, reader)
    return EventStream(events, reader)


async def _events(
    state: State, caller: Caller, conversation_id: uuid.UUID, position: int, reader: Reader
) -> AsyncIterator[bytes]:
    ends = time.monotonic() + LONGEST_S
    told: dict[str, str] | None = None
    with state.live.following(conversation_id, reader):
        while not reader.is_closed and time.monotonic() < ends:
            await reader.wait()
            news = reader.take_news()
            if not news and not reader.passing:
                yield HEARTBEAT
            while news:
                messages, status = await run_in_threadpool(
                    _read, state, caller, conversation_id, position
                )
                # They came before: a message takes the place of the drafts that it was.
                for event in reader.take_passing():
                    yield encode(event.kind, json.dumps(event.data))
                for message in messages:
                    position = message.sequence
                    yield encode("message", message.json(), position)
                if status != told:
                    told = status
                    yield encode("status", json.dumps(status))
                news = len(messages) == READ_AT_ONCE
            for event in reader.take_passing():
                yield encode(event.kind, json.dumps(event.data))


def _read(
    state: State, caller: Caller, conversation_id: uuid.UUID, position: int
) -> tuple[list[MessageOut], dict[str, str]]:
    """Return the messages after a position, and the conversation's status."""
    with state.database.reading() as session:
        found = list_messages(session, conversation_id, position, READ_AT_ONCE)
        conversation = ConversationService(session).get_conversation(conversation_id)
        status = {"status": conversation.status, "priority": conversation.priority}
    return [shown_to(caller, message) for message in found], status


def _require_conversation(state: State, conversation_id: uuid.UUID) -> None:
    with state.database.reading() as session:
        ConversationService(session).get_conversation(conversation_id)
