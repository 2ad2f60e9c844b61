"""Hands conversations to human agents, and back to the bot."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import pause_bot, resume_bot
from aisle.conversations.models import Conversation
from aisle.conversations.news import announce
from aisle.conversations.status import ACTIVE, CLOSED, ESCALATED, check_change
from aisle.database.types import utc_now
from aisle.handoff.models import Handoff

WAITING = "waiting"
RESOLVED = "resolved"


class HandoffNotFound(Exception):
    """No waiting hand-over has this id."""


def escalate(session: Session, conversation: Conversation, reason: str, summary: str) -> Handoff:
    """Put the conversation into the agents' queue; a second call returns the first entry.

    The bot's turn that asks for this pauses the bot itself, after its last words.
    """
    waiting = _waiting_for(session, conversation)
    if waiting is not None:
        return waiting
    handoff = Handoff(
        conversation=conversation,
        reason=reason,
        summary=summary,
        verification_level=conversation.verification_level,
    )
    conversation.status = ESCALATED
    session.add(handoff)
    session.flush()
    announce(session, conversation.id, "status")
    return handoff


def change_status(session: Session, conversation: Conversation, status: str) -> None:
    """Bring a conversation, whose row is locked, into another status.

    Somebody who makes it escalated takes it from the bot, in the middle of a turn too.
    Any other status ends the hand-over, and the bot may answer again.

    Raises:
        StatusNotAllowed: there is no way from its status to this one.
    """
    check_change(conversation.status, status)
    if status == conversation.status:
        return
    if status == ESCALATED:
        escalate(session, conversation, "taken_over", "An agent took the conversation over.")
        pause_bot(session, conversation)
        return
    _end_handoffs(session, conversation)
    if conversation.status == ESCALATED and status != CLOSED:
        resume_bot(session, conversation)
    conversation.status = status
    conversation.updated_at = utc_now()
    announce(session, conversation.id, "status")


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
    change_status(session, handoff.conversation, ACTIVE)
    return handoff


def _end_handoffs(session: Session, conversation: Conversation) -> None:
    waiting = _waiting_for(session, conversation)
    if waiting is not None:
        waiting.status = RESOLVED
        waiting.resolved_at = utc_now()
        # The agent has met the customer, so the tries of the identity check start afresh.
        conversation.failed_identity_checks = 0


def _waiting_for(session: Session, conversation: Conversation) -> Handoff | None:
    statement = (
        select(Handoff)
        .where(Handoff.conversation_id == conversation.id)
        .where(Handoff.status == WAITING)
    )
    return session.execute(statement).scalars().first()
