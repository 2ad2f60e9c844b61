"""Agents, and the conversations handed over to them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import relationship

from aisle.conversations.models import Conversation
from aisle.database.base import Base
from aisle.database.types import Guid, Json, TextList, UtcDateTime, utc_now


class Agent(Base):
    __tablename__ = "agents"
    __table_args__ = (Index("ix_agents_skills", "skills", postgresql_using="gin"),)

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    name: str = Column(String(100), nullable=False)
    type: str = Column(String(10), nullable=False, index=True)
    skills: list[str] = Column(TextList, nullable=False, default=list)
    current_workload: int = Column(Integer, nullable=False, default=0)
    max_capacity: int = Column(Integer, nullable=False, default=10)
    status: str = Column(String(20), nullable=False, default="offline", index=True)
    performance_metrics: dict[str, Any] = Column(Json, nullable=False, default=dict)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)


class Handoff(Base):
    """A conversation that waits for a human (``waiting``) or did (``resolved``)."""

    __tablename__ = "handoffs"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    conversation_id: uuid.UUID = Column(
        Guid, ForeignKey("conversations.id"), nullable=False, index=True
    )
    reason: str = Column(String(50), nullable=False)
    summary: str = Column(Text, nullable=False)
    verification_level: int = Column(SmallInteger, nullable=False)
    status: str = Column(String(20), nullable=False, default="waiting", index=True)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)
    resolved_at: datetime | None = Column(UtcDateTime)

    conversation: Conversation = relationship(Conversation)
