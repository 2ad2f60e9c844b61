"""Conversations on their way to a human and back."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation, TrackerEvent
from aisle.database.engine import Database
from aisle.handoff.models import Handoff
from aisle.handoff.service import (
    HandoffNotFound,
    escalate,
    queue_position,
    resolve_handoff,
    waiting_handoffs,
)


def hand_over(session: Session, sender_id: str, reason: str = "complaint") -> Handoff:
    return escalate(session, open_conversation(session, sender_id), reason, f"{sender_id} waits")


def test_an_escalated_conversation_waits_with_reason_summary_and_level(
    database: Database,
) -> None:
    with database.transaction() as session:
        conversation = open_conversation(session, "nora")
        conversation.verification_level = 1
        escalate(session, conversation, "cancel_order", "wants to cancel #W1000234")
    with database.reading() as session:
        (handoff,) = waiting_handoffs(session)
        assert handoff.reason == "cancel_order"
        assert handoff.summary == "wants to cancel #W1000234"
        assert handoff.verification_level == 1
        assert handoff.conversation.sender_id == "nora"
        assert handoff.conversation.status == "escalated"


def test_escalating_twice_keeps_one_place_in_the_queue(database: Database) -> None:
    with database.transaction() as session:
        first = hand_over(session, "nora", "complaint")
    with database.transaction() as session:
        again = hand_over(session, "nora", "cancel_order")
        assert again.id == first.id
        assert again.reason == "complaint"
        assert len(waiting_handoffs(session)) == 1


def test_the_queue_is_in_order_of_arrival(database: Database) -> None:
    for sender_id in ("nora", "mia", "tom"):
        with database.transaction() as session:
            hand_over(session, sender_id)
    with database.reading() as session:
        waiting = waiting_handoffs(session)
        assert [handoff.conversation.sender_id for handoff in waiting] == ["nora", "mia", "tom"]
        assert [queue_position(session, handoff) for handoff in waiting] == [1, 2, 3]


def test_everybody_moves_up_when_one_is_resolved(database: Database) -> None:
    for sender_id in ("nora", "mia", "tom"):
        with database.transaction() as session:
            hand_over(session, sender_id)
    with database.transaction() as session:
        resolve_handoff(session, waiting_handoffs(session)[0].id)
    with database.reading() as session:
        waiting = waiting_handoffs(session)
        assert [handoff.conversation.sender_id for handoff in waiting] == ["mia", "tom"]
        assert [queue_position(session, handoff) for handoff in waiting] == [1, 2]


def test_resolving_gives_the_conversation_back_to_the_bot(database: Database) -> None:
    with database.transaction() as session:
        handoff = hand_over(session, "nora")
        handoff.conversation.failed_identity_checks = 3
    with database.transaction() as session:
        resolve_handoff(session, handoff.id)
    with database.reading() as session:
        resolved = session.get(Handoff, handoff.id)
        conversation = session.execute(select(Conversation)).scalar_one()
        types = session.execute(select(TrackerEvent.type_name)).scalars().all()
    assert resolved.status == "resolved"
    assert resolved.resolved_at >= resolved.created_at
    assert conversation.status == "active"
    assert conversation.failed_identity_checks == 0
    assert "resume" in types


def test_only_a_waiting_hand_over_can_be_resolved(database: Database) -> None:
    with database.transaction() as session:
        handoff = hand_over(session, "nora")
        resolve_handoff(session, handoff.id)
    with database.transaction() as session, pytest.raises(HandoffNotFound, match=str(handoff.id)):
        resolve_handoff(session, handoff.id)
    unknown = uuid.uuid4()
    with database.transaction() as session, pytest.raises(HandoffNotFound, match=str(unknown)):
        resolve_handoff(session, unknown)


def test_a_conversation_can_be_handed_over_again_later(database: Database) -> None:
    with database.transaction() as session:
        first = hand_over(session, "nora")
        resolve_handoff(session, first.id)
    with database.transaction() as session:
        second = hand_over(session, "nora", "cancel_order")
        assert second.id != first.id
        assert second.conversation.status == "escalated"
        assert waiting_handoffs(session) == [second]
