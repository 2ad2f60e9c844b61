"""Conversations, their messages, and the dialogue events behind them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
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
    says how well (see ``aisle.customers.identity``).
    """

    __tablename__ = "conversations"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    sender_id: str = Column(String(255), nullable=False, unique=True)
    customer_id: uuid.UUID | None = Column(Guid, ForeignKey("customers.id"), index=True)
    channel: str = Column(String(50), nullable=False)
    status: str = Column(String(20), nullable=False, default="active", index=True)
    priority: str = Column(String(20), nullable=False, default="medium")
    verification_level: int = Column(SmallInteger, nullable=False, default=0)
    failed_identity_checks: int = Column(SmallInteger, nullable=False, default=0)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
    updated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, onupdate=utc_now)
    details: dict[str, Any] = Column("metadata", Json, nullable=False, default=dict)

    customer: Customer | None = relationship(Customer)


class Message(Base):
    """What somebody said. ``sequence`` counts 1, 2, 3 … within the conversation."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "sequence"),)

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    conversation_id: uuid.UUID = Column(
        Guid, ForeignKey("conversations.id"), nullable=False, index=True
    )
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


class TrackerEvent(Base):
    """One event of Rasa's tracker, append-only, in order of ``sequence``."""

    __tablename__ = "tracker_events"

    conversation_id: uuid.UUID = Column(Guid, ForeignKey("conversations.id"), primary_key=True)
    sequence: int = Column(Integer, primary_key=True, autoincrement=False)
    type_name: str = Column(String(50), nullable=False)
    timestamp: float = Column(Float(53), nullable=False)
    data: dict[str, Any] = Column(Json, nullable=False)
