"""The context of a conversation: built from its messages, kept, and noticed when stale."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from aisle.conversations.context_stores import (
    Context,
    ContextStore,
    Entity,
    MongoContextStore,
    SqlContextStore,
)
from aisle.conversations.models import Conversation, Message
from aisle.conversations.status import CUSTOMER
from aisle.database.engine import after_commit, before_commit
from aisle.documents.mongodb import MongodbUnavailable, get_mongodb

MOST_ENTITIES = 50
MOST_SENTIMENTS = 50


def current_context(session: Session, conversation: Conversation) -> Context:
    """Return the context of everything said by now.

    A stored one is used only when it covers the latest message, as many understood
    messages as there are, and the same customer. Otherwise it is built anew, and stored
    when the session's transaction commits; a reading session stores nothing. A writer calls
    ``renew_context`` last. Without MongoDB, during an outage, it is built each time.
    """
    stored = _stored(session, conversation)
    if stored is not None and _is_current(session, conversation, stored):
        return stored
    context = build_context(session, conversation)
    _store_on_commit(session, context)
    return context


def renew_context(session: Session, conversation: Conversation) -> None:
    """Build the context anew after a change, and store it when the transaction commits."""
    _store_on_commit(session, build_context(session, conversation))


def build_context(session: Session, conversation: Conversation) -> Context:
    """Derive the context from the messages; only the customer's own say what it is about.

    Of each type of entity the latest value counts, newest last.
    """
    statement = (
        select(
            Message.sequence,
            Message.sender_type,
            Message.intent,
            Message.sentiment_score,
            Message.entities,
        )
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.sequence)
    )
    messages = session.execute(statement).all()
    said = [message for message in messages if message.sender_type == CUSTOMER]
    intents = [message.intent for message in said if message.intent is not None]
    sentiments = [float(item.sentiment_score) for item in said if item.sentiment_score is not None]
    return Context(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        current_intent=intents[-1] if intents else None,
        entities=_latest_of_each_type([found for message in said for found in message.entities]),
        sentiment_history=sentiments[-MOST_SENTIMENTS:],
        interaction_count=len(said),
        analysed=sum(
            message.intent is not None or message.sentiment_score is not None for message in said
        ),
        as_of=messages[-1].sequence if messages else 0,
    )


def _latest_of_each_type(entities: Sequence[Entity]) -> list[Entity]:
    latest: dict[str, Entity] = {}
    for entity in entities:
        latest.pop(entity["type"], None)
        latest[entity["type"]] = entity
    return list(latest.values())[-MOST_ENTITIES:]


def _stored(session: Session, conversation: Conversation) -> Context | None:
    mongodb = get_mongodb()
    store: ContextStore = MongoContextStore(mongodb) if mongodb else SqlContextStore(session)
    try:
        return store.get(conversation.id)
    except MongodbUnavailable:  # logged by the client, once per outage
        return None


def _is_current(session: Session, conversation: Conversation, stored: Context) -> bool:
    understood = and_(
        Message.sender_type == CUSTOMER,
        or_(Message.intent.is_not(None), Message.sentiment_score.is_not(None)),  # type: ignore[union-attr]
    )
    statement = select(
        func.coalesce(func.max(Message.sequence), 0),
        func.coalesce(func.sum(case((understood, 1), else_=0)), 0),
    ).where(Message.conversation_id == conversation.id)
    covered: tuple[Any, ...] = (stored.as_of, stored.analysed)
    return (
        tuple(session.execute(statement).one()) == covered
        and stored.customer_id == conversation.customer_id
    )


def _store_on_commit(session: Session, context: Context) -> None:
    mongodb = get_mongodb()
    if mongodb is None:
        before_commit(session, lambda: SqlContextStore(session).put(context))
    else:
        # What is rolled back must not be seen: its sequence numbers are given again.
        store = MongoContextStore(mongodb)
        after_commit(session, lambda: _put(store, context))


def _put(store: ContextStore, context: Context) -> None:
    with suppress(MongodbUnavailable):  # logged by the client; readers build what is not kept
        store.put(context)
