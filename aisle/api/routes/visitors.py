"""Visitors of the shop's pages: each gets a conversation, and a token for it alone."""

import uuid
from datetime import timedelta

from fastapi import APIRouter, HTTPException

from aisle.access.callers import SignedCustomer
from aisle.access.tokens import issue_visitor_token
from aisle.api.doors import CurrentShop, CurrentState, OptionalCaller
from aisle.api.schemas import NewVisitor, VisitorCreated
from aisle.api.state import State
from aisle.conversations.service import ConversationService
from aisle.customers.service import find_by_external_id
from aisle.database.types import utc_now

router = APIRouter(tags=["visitors"])


@router.post("/visitors", status_code=201)
def create_visitor(new: NewVisitor, caller: OptionalCaller, state: CurrentState) -> VisitorCreated:
    """Open a conversation for a visitor and return the token for it.

    Anybody may call this. With a JWT of scope "customer" that the shop signed, the
    conversation is that customer's, who need not say again who they are.
    """
    with state.database.transaction() as session:
        customer = None
        if isinstance(caller, SignedCustomer):
            customer = find_by_external_id(session, caller.external_id)
            if customer is None:
                raise HTTPException(404, "No customer has the external id in this token")
        conversation = ConversationService(session).create_conversation(new.channel, customer)
    return _token(state, conversation.id)


@router.post("/conversations/{conversation_id}/token", status_code=201)
def create_token(conversation_id: uuid.UUID, _: CurrentShop, state: CurrentState) -> VisitorCreated:
    """Return a token with which a visitor may read and write this conversation."""
    with state.database.reading() as session:
        ConversationService(session).get_conversation(conversation_id)
    return _token(state, conversation_id)


def _token(state: State, conversation_id: uuid.UUID) -> VisitorCreated:
    lifetime = state.settings.security.token_lifetime
    return VisitorCreated(
        conversation_id=conversation_id,
        token=issue_visitor_token(state.secrets, conversation_id, lifetime),
        expires_at=utc_now() + timedelta(seconds=lifetime),
    )
