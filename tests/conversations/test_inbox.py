"""Messages wait in the inbox until they are answered: in order, one worker at a time."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aisle.conversations.dialogue import append_events
from aisle.conversations.errors import ClaimLost, MessageNotAllowed, RepeatedKey
from aisle.conversations.inbox import (
    Claim,
    backlog,
    claim_messages,
    end_claim,
    extend_claims,
    has_work,
    is_waiting,
    release_claim,
)
from aisle.conversations.models import Conversation, InboxEntry, Message
from aisle.conversations.service import ConversationService, NewMessage
from aisle.database.engine import Database
from aisle.database.types import utc_now

NOW = timedelta(0)


@pytest.fixture
def chat(database: Database) -> uuid.UUID:
    return opened(database)


def opened(database: Database) -> uuid.UUID:
    with database.transaction() as session:
        return ConversationService(session).create_conversation("web").id


def says(database: Database, conversation: uuid.UUID, text: str, key: str | None = None) -> Message:
    with database.transaction() as session:
        new = NewMessage(content=text, sender_type="customer", sender_id="v", dedupe_key=key)
        return ConversationService(session).add_message(conversation, new)


def claimed(database: Database, limit: int = 10) -> list[Claim]:
    with database.transaction() as session:
        return claim_messages(session, limit)


def answer(database: Database, claim: Claim, text: str = "Sure.") -> None:
    said = {"event": "user", "text": claim.content, "message_id": str(claim.message_id)}
    replied = {"event": "bot", "text": text, "timestamp": utc_now().timestamp()}
    with database.transaction() as session:
        conversation = ConversationService(session).lock_conversation(claim.conversation_id)
        end_claim(session, claim)
        append_events(session, conversation, [said, replied])


def lease_is_over(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(InboxEntry).values(leased_until=utc_now() - timedelta(seconds=1)))


def test_a_customers_message_waits_until_its_answer_is_saved(
    database: Database, chat: uuid.UUID
) -> None:
    message = says(database, chat, "where is my order?")
    (claim,) = claimed(database)
    assert (claim.content, claim.channel, claim.attempts) == ("where is my order?", "web", 1)
    with database.reading() as session:
        assert is_waiting(session, message.id)
    answer(database, claim, "On its way.")
    with database.reading() as session:
        assert not is_waiting(session, message.id)
        reply = session.execute(select(Message).where(Message.sender_type == "bot")).scalar_one()
    assert reply.in_reply_to == message.id
    assert (message.sequence, reply.sequence) == (1, 2)


def test_the_messages_of_one_conversation_are_answered_one_after_the_other(
    database: Database, chat: uuid.UUID
) -> None:
    for text in ("one", "two", "three"):
        says(database, chat, text)
    order = []
    for _ in range(3):
        (claim,) = claimed(database)
        assert claimed(database) == []
        order.append(claim.content)
        answer(database, claim)
    assert order == ["one", "two", "three"]


def test_different_conversations_are_answered_side_by_side_the_oldest_first(
    database: Database,
) -> None:
    for text in ("first", "second", "third"):
        says(database, opened(database), text)
    assert [claim.content for claim in claimed(database, limit=2)] == ["first", "second"]
    assert [claim.content for claim in claimed(database, limit=2)] == ["third"]


def test_workers_that_look_at_the_same_moment_never_get_the_same_message(
    database: Database,
) -> None:
    messages = {says(database, opened(database), str(number)).id for number in range(40)}
    with ThreadPoolExecutor(max_workers=8) as pool:
        rounds = pool.map(lambda _: claimed(database, limit=3), range(24))
        got = [claim.message_id for claims in rounds for claim in claims]
    assert len(got) == len(set(got))
    assert set(got) <= messages
    rest = claimed(database, limit=40)
    assert set(got) | {claim.message_id for claim in rest} == messages


def test_when_a_worker_dies_its_message_is_claimed_again_and_it_comes_too_late(
    database: Database, chat: uuid.UUID
) -> None:
    says(database, chat, "hello")
    (dead,) = claimed(database)
    lease_is_over(database)
    (second,) = claimed(database)
    assert second.attempts == 2
    with pytest.raises(ClaimLost):
        answer(database, dead, "from the dead")
    answer(database, second, "alive")
    with pytest.raises(ClaimLost):
        answer(database, second, "twice")
    with database.reading() as session:
        replies = session.execute(select(Message.content).where(Message.sender_type == "bot"))
        assert list(replies.scalars()) == ["alive"]


def test_a_worker_that_lives_keeps_its_message(database: Database, chat: uuid.UUID) -> None:
    says(database, chat, "hello")
    (claim,) = claimed(database)
    lease_is_over(database)
    with database.transaction() as session:
        extend_claims(session, [claim.id])
    assert claimed(database) == []
    answer(database, claim)


def test_a_message_given_back_waits_a_while_and_its_failures_are_counted(
    database: Database, chat: uuid.UUID
) -> None:
    says(database, chat, "hello")
    (claim,) = claimed(database)
    with database.transaction() as session:
        release_claim(session, claim, failed=True, wait=timedelta(minutes=1))
    with database.reading() as session:
        assert not has_work(session)
    lease_is_over(database)
    (again,) = claimed(database)
    assert (again.failures, again.attempts) == (1, 2)


def test_the_same_request_sent_five_times_at_once_makes_one_message(
    database: Database, chat: uuid.UUID
) -> None:
    with ThreadPoolExecutor(max_workers=5) as pool:
        sent = list(pool.map(lambda _: says(database, chat, "cancel it", "k1"), range(5)))
    assert len({message.id for message in sent}) == 1
    with database.reading() as session:
        assert backlog(session).waiting == 1
        assert len(list(session.execute(select(Message)).scalars())) == 1


def test_a_key_that_was_used_for_another_message_is_refused(
    database: Database, chat: uuid.UUID
) -> None:
    says(database, chat, "cancel it", "k1")
    with pytest.raises(RepeatedKey):
        says(database, chat, "keep it", "k1")
    other_file = NewMessage(
        content="cancel it",
        sender_type="customer",
        dedupe_key="k1",
        details={"attachment": {"id": "another"}},
    )
    with pytest.raises(RepeatedKey), database.transaction() as session:
        ConversationService(session).add_message(chat, other_file)


def test_a_repeated_request_is_recognised_after_the_conversation_was_closed(
    database: Database, chat: uuid.UUID
) -> None:
    first = says(database, chat, "bye", "k1")
    with database.transaction() as session:
        session.execute(update(Conversation).values(status="closed"))
    assert says(database, chat, "bye", "k1").id == first.id
    with pytest.raises(MessageNotAllowed):
        says(database, chat, "hello again?")


def test_a_message_into_a_resolved_conversation_reopens_it(
    database: Database, chat: uuid.UUID
) -> None:
    with database.transaction() as session:
        session.execute(update(Conversation).values(status="resolved"))
    says(database, chat, "one more thing")
    with database.reading() as session:
        assert ConversationService(session).get_conversation(chat).status == "active"


def test_what_waits_and_for_how_long_can_be_measured(database: Database, chat: uuid.UUID) -> None:
    with database.reading() as session:
        assert backlog(session).waiting == 0
        assert backlog(session).oldest_seconds == 0
    says(database, chat, "hello")
    with database.transaction() as session:
        earlier = utc_now() - timedelta(seconds=90)
        session.execute(update(InboxEntry).values(accepted_at=earlier))
    with database.reading() as session:
        assert backlog(session).waiting == 1
        assert 89 < backlog(session).oldest_seconds < 120


def test_sequence_numbers_have_no_gaps_when_many_write_at_once(
    database: Database, chat: uuid.UUID
) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda number: says(database, chat, f"m{number}"), range(40)))
    with database.reading() as session:
        found = session.execute(select(Message.sequence).order_by(Message.sequence)).scalars()
        assert list(found) == list(range(1, 41))
