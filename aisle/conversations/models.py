"""Conversations, their messages, and the dialogue events behind them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from aisle.customers.models import Customer
from aisle.database.base import Base
from aisle.database.types import Guid, Json, Score, UtcDateTime, utc_now


class Conversation(Base):
    """One customer's dialogue on one channel.

    ``customer_id`` is set only once the customer is known; ``verification_level``
    says how well (see ``aisle.customers.identity``) and ``verified_by`` by what: contact,
    code, or shop (the shop's own word for it). ``message_count`` is also the
    sequence number of the latest message.
    """

    __tablename__ = "conversations"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    sender_id: str = Column(String(255), nullable=False, unique=True)
    customer_id: uuid.UUID | None = Column(Guid, ForeignKey("customers.id"), index=True)
    channel: str = Column(String(50), nullable=False)
    status: str = Column(String(20), nullable=False, default="active", index=True)
    priority: str = Column(String(20), nullable=False, default="medium")
    verification_level: int = Column(SmallInteger, nullable=False, default=0)
    verified_by: str | None = Column(String(20))
    failed_identity_checks: int = Column(SmallInteger, nullable=False, default=0)
    message_count: int = Column(Integer, nullable=False, default=0)
    request_key: str | None = Column(String(300), unique=True, index=True)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
    updated_at: datetime = Column(
        UtcDateTime, nullable=False, default=utc_now, onupdate=utc_now, index=True
    )
    details: dict[str, Any] = Column("metadata", Json, nullable=False, default=dict)

    customer: Customer | None = relationship(Customer)


class Message(Base):
    """What somebody said. ``sequence`` counts 1, 2, 3 … within the conversation.

    ``dedupe_key`` tells a repeated delivery of the same message. ``in_reply_to`` is the
    customer's message that a bot's message answers.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "sequence"),
        Index(
            "ix_messages_conversation_id_dedupe_key", "conversation_id", "dedupe_key", unique=True
        ),
    )

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    conversation_id: uuid.UUID = Column(
        Guid, ForeignKey("conversations.id"), nullable=False, index=True
    )
    dedupe_key: str | None = Column(String(300))
    in_reply_to: uuid.UUID | None = Column(Guid, index=True)
    sequence: int = Column(Integer, nullable=False)
    sender_type: str = Column(String(20), nullable=False)
    sender_id: str | None = Column(String(255))
    content: str = Column(Text, nullable=False)
    message_type: str = Column(String(20), nullable=False, default="text")
    timestamp: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
    intent: str | None = Column(String(100), index=True)
    sentiment_score: Decimal | None = Column(Score)
    entities: list[dict[str, Any]] = Column(Json, nullable=False, default=list)
    details: dict[str, Any] = Column("metadata", Json, nullable=False, default=dict)


class IdentityCode(Base):
    """A one-time code that was sent to the customer's e-mail address, as a hash.

    Wrong tries are counted here, so that they add up over all conversations. ``used_at``
    is when it was used, or when a newer one took its place.
    """

    __tablename__ = "identity_codes"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    customer_id: uuid.UUID = Column(Guid, ForeignKey("customers.id"), nullable=False, index=True)
    conversation_id: uuid.UUID = Column(
        Guid, ForeignKey("conversations.id"), nullable=False, index=True
    )
    code_hash: str = Column(String(200), nullable=False)
    sent_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
    failed_attempts: int = Column(SmallInteger, nullable=False, default=0)
    used_at: datetime | None = Column(UtcDateTime)


class InboxEntry(Base):
    """A customer's message that is not answered yet; the row goes when it is.

    A worker that answers it holds a lease: ``claim`` names the one attempt that may
    save its outcome, until ``leased_until``.
    """

    __tablename__ = "inbox"

    message_id: uuid.UUID = Column(Guid, ForeignKey("messages.id"), primary_key=True)
    conversation_id: uuid.UUID = Column(Guid, ForeignKey("conversations.id"), nullable=False)
    sequence: int = Column(Integer, nullable=False)
    accepted_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
    first_claimed_at: datetime | None = Column(UtcDateTime)
    attempts: int = Column(SmallInteger, nullable=False, default=0)
    failures: int = Column(SmallInteger, nullable=False, default=0)
    claim: uuid.UUID | None = Column(Guid)
    leased_until: datetime | None = Column(UtcDateTime)

    __table_args__ = (UniqueConstraint("conversation_id", "sequence"),)


class ActionResult(Base):
    """What an action answered while its message is in the inbox.

    Written in the transaction of the action's side effects, so that a message that is
    processed again gets the same answer without doing anything twice.
    """

    __tablename__ = "action_results"

    message_id: uuid.UUID = Column(
        Guid, ForeignKey("inbox.message_id", ondelete="CASCADE"), primary_key=True
    )
    position: int = Column(SmallInteger, primary_key=True, autoincrement=False)
    action: str = Column(String(100), primary_key=True)
    events: list[dict[str, Any]] = Column(Json, nullable=False)
    responses: list[dict[str, Any]] = Column(Json, nullable=False)


class ConversationContext(Base):
    """What agents and recommendations need to know of a conversation.

    Derived from the messages up to number ``as_of``, so that a stale one is noticed.
    """

    __tablename__ = "conversation_contexts"

    conversation_id: uuid.UUID = Column(Guid, ForeignKey("conversations.id"), primary_key=True)
    customer_id: uuid.UUID | None = Column(Guid, index=True)
    context_variables: dict[str, Any] = Column(Json, nullable=False)
    as_of: int = Column(Integer, nullable=False)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)
    updated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)


class Attachment(Base):
    """A picture or file of a conversation; its bytes are in the attachment store."""

    __tablename__ = "attachments"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    conversation_id: uuid.UUID = Column(
        Guid, ForeignKey("conversations.id"), nullable=False, index=True
    )
    name: str = Column(String(255), nullable=False)
    content_type: str = Column(String(100), nullable=False)
    size: int = Column(Integer, nullable=False)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)


class TrackerEvent(Base):
    """One event of Rasa's tracker, append-only, in order of ``sequence``."""

    __tablename__ = "tracker_events"

    conversation_id: uuid.UUID = Column(Guid, ForeignKey("conversations.id"), primary_key=True)
    sequence: int = Column(Integer, primary_key=True, autoincrement=False)
    type_name: str = Column(String(50), nullable=False)
    timestamp: float = Column(Float(53), nullable=False)
    data: dict[str, Any] = Column(Json, nullable=False)
