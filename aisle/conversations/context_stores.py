"""Where contexts of conversations are kept: the SQL database, or MongoDB."""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

from pymongo.errors import DuplicateKeyError
from sqlalchemy.orm import Session

from aisle.conversations.models import ConversationContext
from aisle.database.types import utc_now
from aisle.database.upsert import insert_if_new
from aisle.documents.indexes import CONTEXTS
from aisle.documents.mongodb import Mongodb

Entity = dict[str, Any]
"""``{"type": "order_number", "value": "W-1001", "confidence": 1.0}``"""


@dataclass(frozen=True)
class Context:
    """What a conversation is about, derived from its messages.

    ``as_of`` is the sequence number of the last message it covers. ``analysed`` says how
    many customer messages had been understood by then: what NLU finds is written to a
    message that is there already. ``interaction_count`` is the number of customer messages.
    """

    conversation_id: uuid.UUID
    customer_id: uuid.UUID | None
    current_intent: str | None
    entities: list[Entity]
    sentiment_history: list[float]
    interaction_count: int
    analysed: int
    as_of: int

    def variables(self) -> dict[str, Any]:
        """Return the part that is stored as ``context_variables``."""
        return {
            "current_intent": self.current_intent,
            "entities": self.entities,
            "sentiment_history": self.sentiment_history,
            "interaction_count": self.interaction_count,
            "analysed": self.analysed,
        }


class ContextStore(Protocol):
    def get(self, conversation_id: uuid.UUID) -> Context | None:
        """Return what was put last."""

    def put(self, context: Context) -> None:
        """Keep a context, unless a newer one of the conversation is kept already."""


class SqlContextStore:
    """Works in the session's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, conversation_id: uuid.UUID) -> Context | None:
        row = self._session.get(ConversationContext, conversation_id, populate_existing=True)
        if row is None:
            return None
        return Context(conversation_id, row.customer_id, **row.context_variables, as_of=row.as_of)

    def put(self, context: Context) -> None:
        # Several writers may find none at once; the first one makes it.
        insert_if_new(
            self._session,
            ConversationContext,
            "conversation_id",
            conversation_id=context.conversation_id,
            customer_id=context.customer_id,
            context_variables=context.variables(),
            as_of=context.as_of,
        )
        row = self._session.get(
            ConversationContext,
            context.conversation_id,
            populate_existing=True,
            with_for_update=True,
        )
        if (row.as_of, row.context_variables["analysed"]) <= (context.as_of, context.analysed):
            row.customer_id = context.customer_id
            row.context_variables = context.variables()
            row.as_of = context.as_of
            row.updated_at = utc_now()


class MongoContextStore:
    """One document for each conversation. Both methods raise MongodbUnavailable."""

    def __init__(self, mongodb: Mongodb) -> None:
        self._mongodb = mongodb

    def get(self, conversation_id: uuid.UUID) -> Context | None:
        with self._mongodb.collection(CONTEXTS) as contexts:
            found = contexts.find_one({"conversation_id": conversation_id})
        if found is None:
            return None
        variables = found["context_variables"]
        return Context(conversation_id, found["customer_id"], **variables, as_of=found["as_of"])

    def put(self, context: Context) -> None:
        with self._mongodb.collection(CONTEXTS) as contexts:
            for _ in range(2):
                try:
                    contexts.update_one(_not_newer(context), _change(context), upsert=True)
                except DuplicateKeyError:
                    # The document is newer, or another writer made it in this moment: in
                    # that case the second time finds it.
                    continue
                return


def _not_newer(context: Context) -> dict[str, Any]:
    return {
        "conversation_id": context.conversation_id,
        "$or": [
            {"as_of": {"$lt": context.as_of}},
            {
                "as_of": context.as_of,
                "context_variables.analysed": {"$lte": context.analysed},
            },
        ],
    }


def _change(context: Context) -> dict[str, Any]:
    now = utc_now()
    return {
        "$set": {
            "customer_id": context.customer_id,
            "context_variables": context.variables(),
            "as_of": context.as_of,
            "updated_at": now,
        },
        "$setOnInsert": {"created_at": now},
    }
