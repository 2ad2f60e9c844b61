"""What is said in a conversation."""

import asyncio
import time
import uuid
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from aisle.access.callers import Caller, ShopServer, Visitor
from aisle.api.doors import ConversationCaller, CurrentState
from aisle.api.live import Reader
from aisle.api.routes.conversations import IdempotencyKey
from aisle.api.schemas import (
    AnalysedMessageOut,
    MessageAccepted,
    MessageAnswered,
    MessageOut,
    MessagePage,
    NewMessageIn,
    TypingIn,
)
from aisle.api.state import State
from aisle.conversations.attachments import find_attachment
from aisle.conversations.inbox import is_waiting
from aisle.conversations.listing import list_messages, list_replies
from aisle.conversations.models import Message
from aisle.conversations.news import announce_typing
from aisle.conversations.service import ConversationService, NewMessage
from aisle.conversations.status import CUSTOMER

LONGEST_WAIT_S = 60
LOOK_AGAIN_S = 1.0

router = APIRouter(prefix="/conversations/{conversation_id}", tags=["messages"])


@router.post(
    "/messages", response_model=MessageAnswered | MessageAccepted, response_model_exclude_unset=True
)
async def create(
    conversation_id: uuid.UUID,
    new: NewMessageIn,
    caller: ConversationCaller,
    state: CurrentState,
    wait: Annotated[
        float | None,
        Query(ge=0, le=LONGEST_WAIT_S, description="Seconds to wait for the bot's answer."),
    ] = None,
    idempotency_key: IdempotencyKey = None,
) -> MessageAccepted | JSONResponse:
    """Say something. It is stored for good when this answers; the bot's reply comes on
    the stream, or right here with `?wait=SECONDS`."""
    _refuse_other_sender(caller, new.sender_type)
    message = await run_in_threadpool(_store, state, conversation_id, new, caller, idempotency_key)
    if wait is None:
        # The way of every message: not worth being validated against its own model.
        return JSONResponse({"message_id": str(message.id), "status": "processed"})
    replies = await _replies(state, message, wait)
    return MessageAnswered(message_id=message.id, status="processed", replies=replies)


@router.get("/messages")
def read(
    conversation_id: uuid.UUID,
    caller: ConversationCaller,
    state: CurrentState,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="A sequence number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> MessagePage:
    """Read the messages in order, from the beginning or after a sequence number."""
    with state.database.reading() as session:
        ConversationService(session).get_conversation(conversation_id)
        found = list_messages(session, conversation_id, after, limit + 1)
    items = [shown_to(caller, message) for message in found[:limit]]
    return MessagePage(items=items, next_after=items[-1].sequence if len(found) > limit else None)


@router.post("/typing", status_code=204)
def typing(
    conversation_id: uuid.UUID, typing: TypingIn, caller: ConversationCaller, state: CurrentState
) -> None:
    """Tell the conversation's readers that somebody writes, or has stopped."""
    _refuse_other_sender(caller, typing.sender_type)
    with state.database.reading() as session:
        ConversationService(session).get_conversation(conversation_id)
    announce_typing(conversation_id, typing.sender_type, typing.active)


def shown_to(caller: Caller, message: Message) -> MessageOut:
    """Return a message as this caller may see it."""
    if isinstance(caller, ShopServer):
        return AnalysedMessageOut.from_orm(message)
    return MessageOut.from_orm(message)


def _refuse_other_sender(caller: Caller, sender_type: str) -> None:
    if isinstance(caller, Visitor) and sender_type != CUSTOMER:
        raise HTTPException(403, "A visitor writes as sender_type customer")


def _store(
    state: State,
    conversation_id: uuid.UUID,
    new: NewMessageIn,
    caller: Caller,
    idempotency_key: str | None,
) -> Message:
    with state.database.transaction(durable=True) as session:
        details: dict[str, Any] = {}
        if new.attachment_id is not None:
            found = find_attachment(session, conversation_id, new.attachment_id)
            details["attachment"] = {
                "id": str(found.id),
                "name": found.name,
                "content_type": found.content_type,
                "size": found.size,
            }
        message = NewMessage(
            content=new.content,
            sender_type=new.sender_type,
            sender_id=str(conversation_id) if isinstance(caller, Visitor) else new.sender_id,
            message_type=new.message_type,
            dedupe_key=f"api/{idempotency_key}" if idempotency_key else None,
            details=details,
        )
        return ConversationService(session).add_message(conversation_id, message)


async def _replies(state: State, message: Message, seconds: float) -> list[MessageOut]:
    deadline = time.monotonic() + seconds
    reader = Reader()
    with state.live.following(message.conversation_id, reader):
        while await run_in_threadpool(_is_waiting, state, message.id):
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(reader.wait(), min(left, LOOK_AGAIN_S))
            reader.take_news()
            reader.take_passing()
    return await run_in_threadpool(_read_replies, state, message.id)


def _is_waiting(state: State, message_id: uuid.UUID) -> bool:
    with state.database.reading() as session:
        return is_waiting(session, message_id)


def _read_replies(state: State, message_id: uuid.UUID) -> list[MessageOut]:
    with state.database.reading() as session:
        return [MessageOut.from_orm(reply) for reply in list_replies(session, message_id)]
