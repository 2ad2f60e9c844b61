"""Help articles, how useful they were, and the questions none of them answers."""

import uuid
from datetime import datetime

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Text

from aisle.database.base import Base
from aisle.database.types import Guid, Json, UtcDateTime, utc_now

UNRATED_EFFECTIVENESS = 0.5


class Article(Base):
    """``version`` grows with each change. ``source`` says who writes it: ``folder`` (article
    files), ``import`` or ``api``. ``link`` is where the original is, if it is elsewhere."""

    __tablename__ = "knowledge_articles"
    __table_args__ = (
        Index("ix_knowledge_articles_category_status", "category", "status"),
        Index("ix_knowledge_articles_tags", "tags", postgresql_using="gin"),
    )

    id: str = Column(String(100), primary_key=True)
    title: str = Column(String(300), nullable=False)
    category: str = Column(String(100), nullable=False)
    tags: list[str] = Column(Json, nullable=False, default=list)
    status: str = Column(String(20), nullable=False, default="published")
    language: str = Column(String(20), nullable=False, default="en")
    link: str | None = Column(String(2000))
    content: str = Column(Text, nullable=False)
    source: str = Column(String(20), nullable=False, default="folder")
    version: int = Column(Integer, nullable=False, default=1)
    effectiveness_score: float = Column(
        Float, nullable=False, default=UNRATED_EFFECTIVENESS, index=True
    )
    updated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)


class ArticleRating(Base):
    """A customer's answer to "was this helpful?", and the question that was answered.

    The article may be in another database, so nothing but the code checks ``article_id``.
    """

    __tablename__ = "article_ratings"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    article_id: str = Column(String(100), nullable=False, index=True)
    sender_id: str = Column(String(255), nullable=False)
    helpful: bool = Column(Boolean, nullable=False)
    question: str | None = Column(Text)
    rated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)


class UnansweredQuestion(Base):
    """A question that no article answered; the shop's list of gaps."""

    __tablename__ = "unanswered_questions"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    sender_id: str | None = Column(String(255))
    question: str = Column(Text, nullable=False)
    asked_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, index=True)
