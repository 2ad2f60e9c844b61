"""Conversations: opened, read, listed and changed."""

import hashlib
import uuid
from datetime import datetime, timezone
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aisle.access.callers import ShopServer
from aisle.api.doors import ConversationCaller, CurrentShop, CurrentState
from aisle.api.schemas import (
    Channel,
    ContextOut,
    ConversationChange,
    ConversationCreated,
    ConversationOut,
    ConversationPage,
    NewConversation,
    Priority,
    Status,
)
from aisle.conversations.cached import read_context, read_conversation
from aisle.conversations.listing import ConversationFilter, CursorError, list_conversations
from aisle.conversations.models import Conversation
from aisle.conversations.service import ConversationService
from aisle.customers.service import get_customer
from aisle.handoff.service import change_status

router = APIRouter(prefix="/conversations", tags=["conversations"])
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Names this request: repeated, it is carried out once.",
        min_length=1,
        max_length=200,
        regex=r"^[\x21-\x7e]+$",
    ),
]


@router.post("", response_model=ConversationCreated, status_code=201)
def create(
    new: NewConversation,
    shop: CurrentShop,
    state: CurrentState,
    idempotency_key: IdempotencyKey = None,
) -> Conversation:
    """Open a conversation for one of the shop's customers, or for somebody unknown.

    The shop's server vouches for the customer. The answer to ``initial_message`` comes
    as to any message: on the stream, and among the messages.
    """
    key = _request_key(shop, idempotency_key) if idempotency_key else None
    try:
        with state.database.transaction(durable=True) as session:
            return _create(session, new, key)
    except IntegrityError:
        if key is None:
            raise
        # The same request came twice at once, and the other one was first.
        with state.database.transaction(durable=True) as session:
            return _create(session, new, key)


@router.get("", response_model=ConversationPage)
def read_many(
    _: CurrentShop,
    state: CurrentState,
    status: Status | None = None,
    customer_id: uuid.UUID | None = None,
    channel: Channel | None = None,
    priority: Priority | None = None,
    created_from: datetime | None = None,
    created_before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    """List conversations, the newest first. Times have a zone, such as a Z at the end."""
    wanted = ConversationFilter(
        status=status,
        customer_id=customer_id,
        channel=channel,
        priority=priority,
        created_from=_utc(created_from),
        created_before=_utc(created_before),
    )
    with state.database.reading() as session:
        try:
            page = list_conversations(session, wanted, limit, cursor)
        except CursorError as error:
            raise HTTPException(422, str(error)) from error
    return {"items": page.conversations, "next_cursor": page.next_cursor}


@router.get("/{conversation_id}", response_model=ConversationOut)
def read(conversation_id: uuid.UUID, _: ConversationCaller, state: CurrentState) -> dict[str, Any]:
    return read_conversation(state.database, conversation_id)


@router.get("/{conversation_id}/context", response_model=ContextOut)
def context(conversation_id: uuid.UUID, _: CurrentShop, state: CurrentState) -> dict[str, Any]:
    """What an agent needs to know before answering."""
    return read_context(state.database, conversation_id)


@router.patch("/{conversation_id}", response_model=ConversationOut)
def change(
    conversation_id: uuid.UUID,
    wanted: ConversationChange,
    _: CurrentShop,
    state: CurrentState,
) -> Conversation:
    """Change status or priority. `escalated` takes the conversation from the bot,
    `active` gives it back; `closed` is final."""
    with state.database.transaction() as session:
        service = ConversationService(session)
        conversation = service.lock_conversation(conversation_id)
        if wanted.priority is not None:
            service.set_priority(conversation, wanted.priority)
        if wanted.status is not None:
            change_status(session, conversation, wanted.status)
    return conversation


def _request_key(shop: ShopServer, idempotency_key: str) -> str:
    # Each caller has its own keys; a digest, because both parts may be long.
    return hashlib.sha256(f"{shop.name}\n{idempotency_key}".encode()).hexdigest()


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise HTTPException(422, "created_from and created_before need a time zone")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise HTTPException(422, "created_from and created_before are out of range") from error


def _create(session: Session, new: NewConversation, key: str | None) -> Conversation:
    customer = None if new.customer_id is None else get_customer(session, new.customer_id)
    return ConversationService(session).create_conversation(
        new.channel,
        customer,
        first_message=new.initial_message,
        request_key=key,
    )
