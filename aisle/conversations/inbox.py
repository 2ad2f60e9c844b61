"""Customers' messages that wait for an answer: durable, in order, answered once.

A message is accepted in one transaction and only then acknowledged. A worker claims it
for the length of a lease, and what it finds out is saved together with the end of the
claim. When the worker dies, the lease ends and another one claims the message.

Leases are compared with the clock of the machine that claims: clocks of several
machines must agree within a few seconds, as NTP keeps them.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from aisle.conversations.errors import ClaimLost
from aisle.conversations.models import Conversation, InboxEntry, Message
from aisle.conversations.news import announce
from aisle.database.types import UtcDateTime, utc_now

LEASE = timedelta(seconds=15)


def _claimable(*columns: Any) -> Any:
    """Messages that nobody works on, and that no earlier one of their conversation precedes."""
    earlier = aliased(InboxEntry)
    preceded = (
        select(earlier.message_id)
        .where(earlier.conversation_id == InboxEntry.conversation_id)
        .where(earlier.sequence < InboxEntry.sequence)
        .exists()
    )
    leased_until: Any = InboxEntry.leased_until
    now = bindparam("now", type_=UtcDateTime)
    return select(*columns).where(or_(leased_until.is_(None), leased_until < now), ~preceded)


# Made once: making them takes longer than the database does.
_inbox: Any = InboxEntry.__table__  # type: ignore[attr-defined]  # SQLAlchemy adds it
_WAITING = _claimable(InboxEntry.message_id).limit(1)
_NEXT = (
    _claimable(
        InboxEntry.message_id,
        InboxEntry.conversation_id,
        InboxEntry.accepted_at,
        InboxEntry.first_claimed_at,
        InboxEntry.attempts,
        InboxEntry.failures,
        Conversation.sender_id,
        Conversation.channel,
        Conversation.status,
        Message.content,
        Message.message_type,
        Message.details,
    )
    .join(Message, Message.id == InboxEntry.message_id)
    .join(Conversation, Conversation.id == InboxEntry.conversation_id)
    .order_by(InboxEntry.accepted_at, InboxEntry.sequence)
    .limit(bindparam("room", type_=Integer))
    .with_for_update(skip_locked=True, of=InboxEntry)
)
_TAKE = update(_inbox).where(_inbox.c.message_id == bindparam("key"))


@dataclass(frozen=True)
class Claim:
    """The right to answer one message, until the lease ends."""

    id: uuid.UUID
    message_id: uuid.UUID
    conversation_id: uuid.UUID
    sender_id: str
    channel: str
    status: str
    content: str
    message_type: str
    details: dict[str, Any]
    accepted_at: datetime
    first_claimed_at: datetime
    attempts: int
    failures: int


@dataclass(frozen=True)
class Backlog:
    """What waits for an answer; ``oldest_seconds`` is 0 when nothing does."""

    waiting: int
    oldest_seconds: float


def has_work(session: Session) -> bool:
    """Whether anything could be claimed, without locking anything."""
    return session.execute(_WAITING, {"now": utc_now()}).first() is not None


def claim_messages(session: Session, limit: int) -> list[Claim]:
    """Claim the oldest messages that wait, at most one of each conversation."""
    now = utc_now()
    rows = session.execute(_NEXT, {"now": now, "room": limit}).mappings()
    claims = [_claim(dict(row), now) for row in rows]
    if claims:
        session.connection().execute(_TAKE, [_taken(claim, now) for claim in claims])
    return claims


def extend_claims(session: Session, claims: Collection[uuid.UUID]) -> None:
    """Give the claims a new lease; those that were lost stay lost."""
    claim: Any = InboxEntry.claim
    statement = update(InboxEntry).where(claim.in_(list(claims)))
    extended = statement.values(leased_until=utc_now() + LEASE)
    session.execute(extended, execution_options={"synchronize_session": False})


def end_claim(session: Session, claim: Claim) -> None:
    """Take the answered message out of the inbox, with the results of its actions.

    Raises:
        ClaimLost: another worker has the message, or has answered it.
    """
    statement = (
        delete(InboxEntry)
        .where(InboxEntry.message_id == claim.message_id)
        .where(InboxEntry.claim == claim.id)
    )
    done = session.execute(statement, execution_options={"synchronize_session": False})
    if done.rowcount == 0:
        raise ClaimLost(f"Message {claim.message_id} belongs to another worker by now")
    announce(session, claim.conversation_id, "message")


def release_claim(session: Session, claim: Claim, *, failed: bool, wait: timedelta) -> None:
    """Give a message back, to be claimed again after a while.

    Args:
        failed: whether answering it went wrong, which is counted; if not, it is as if
            it had not been tried.
    """
    statement = (
        update(InboxEntry)
        .where(InboxEntry.message_id == claim.message_id)
        .where(InboxEntry.claim == claim.id)
        .values(
            claim=None,
            leased_until=utc_now() + wait,
            attempts=InboxEntry.attempts - int(not failed),
            failures=InboxEntry.failures + int(failed),
        )
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def is_waiting(session: Session, message_id: uuid.UUID) -> bool:
    """Whether the message is still to be answered."""
    return session.get(InboxEntry, message_id) is not None


def backlog(session: Session) -> Backlog:
    statement = select(func.count(), func.min(InboxEntry.accepted_at)).select_from(InboxEntry)
    waiting, oldest = session.execute(statement).one()
    seconds = (utc_now() - oldest).total_seconds() if oldest else 0.0
    return Backlog(waiting, max(0.0, seconds))


def _claim(row: dict[str, Any], now: datetime) -> Claim:
    row["first_claimed_at"] = row["first_claimed_at"] or now
    row["attempts"] += 1
    return Claim(id=uuid.uuid4(), **row)


def _taken(claim: Claim, now: datetime) -> dict[str, Any]:
    return {
        "key": claim.message_id,
        "claim": claim.id,
        "leased_until": now + LEASE,
        "first_claimed_at": claim.first_claimed_at,
        "attempts": claim.attempts,
    }
