"""Hands conversations to human agents, and back to the bot."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation
from aisle.conversations.service import resume_bot
from aisle.database.types import utc_now
from aisle.handoff.models import Handoff

WAITING = "waiting"
RESOLVED = "resolved"


class HandoffNotFound(Exception):
    """No waiting hand-over has this id."""


def escalate(session: Session, conversation: Conversation, reason: str, summary: str) -> Handoff:
    """Put the conversation into the agents' queue; a second call returns the first entry."""
    waiting = _waiting_for(session, conversation)
    if waiting is not None:
        return waiting
    handoff = Handoff(
        conversation=conversation,
        reason=reason,
        summary=summary,
        verification_level=conversation.verification_level,
    )
    conversation.status = "escalated"
    session.add(handoff)
    session.flush()
    return handoff


def waiting_handoffs(session: Session) -> list[Handoff]:
    """Return the hand-overs that wait for an agent, oldest first."""
    statement = select(Handoff).where(Handoff.status == WAITING).order_by(Handoff.created_at)
    return list(session.execute(statement).scalars())


def queue_position(session: Session, handoff: Handoff) -> int:
    """Return 1 for the hand-over that is next."""
    statement = (
        select(func.count())
        .select_from(Handoff)
        .where(Handoff.status == WAITING)
        .where(Handoff.created_at <= handoff.created_at)
    )
    return int(session.execute(statement).scalar_one())


def resolve_handoff(session: Session, handoff_id: uuid.UUID) -> Handoff:
    """Give the conversation back to the bot.

    Raises:
        HandoffNotFound: no waiting hand-over has this id.
    """
    handoff = session.get(Handoff, handoff_id)
    if handoff is None or handoff.status != WAITING:
        raise HandoffNotFound(f"No waiting hand-over has the id {handoff_id}")
    handoff.status = RESOLVED
    handoff.resolved_at = utc_now()
    # The agent has met the customer, so the tries of the identity check start afresh.
    handoff.conversation.failed_identity_checks = 0
    resume_bot(session, handoff.conversation)
    return handoff


def _waiting_for(session: Session, conversation: Conversation) -> Handoff | None:
    statement = (
        select(Handoff)
        .where(Handoff.conversation_id == conversation.id)
        .where(Handoff.status == WAITING)
    )
    return session.execute(statement).scalars().first()
