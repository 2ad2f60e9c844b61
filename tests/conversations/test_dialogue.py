"""Conversations and what is said in them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from sqlalchemy import func, select

from aisle.conversations.dialogue import (
    all_events,
    append_events,
    find_conversation,
    open_conversation,
    pause_bot,
    resume_bot,
    session_events,
)
from aisle.conversations.models import Conversation, Message
from aisle.database.engine import Database

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc).timestamp()


def said(text: str, channel: str = "rest") -> dict[str, object]:
    return {"event": "user", "text": text, "timestamp": NOON, "input_channel": channel}


def test_a_conversation_is_made_once_and_found_again(database: Database) -> None:
    with database.transaction() as session:
        assert find_conversation(session, "nora") is None
        made = open_conversation(session, "nora")
    with database.transaction() as session:
        assert open_conversation(session, "nora").id == made.id
        assert session.execute(select(func.count()).select_from(Conversation)).scalar_one() == 1


def test_several_writers_may_begin_the_same_conversation(database: Database) -> None:
    def write(text: str) -> None:
        with database.transaction() as session:
            append_events(session, open_conversation(session, "nora"), [said(text)])

    texts = [f"message {number}" for number in range(8)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(write, texts))
    with database.reading() as session:
        found = session.execute(select(Message).order_by(Message.sequence)).scalars().all()
    assert [message.sequence for message in found] == list(range(1, 9))
    assert {message.content for message in found} == set(texts)


def test_the_first_message_tells_the_channel(database: Database) -> None:
    with database.transaction() as session:
        conversation = open_conversation(session, "nora")
        append_events(session, conversation, [said("hello", "socketio"), said("again", "slack")])
        assert conversation.channel == "socketio"


def test_messages_are_numbered_within_their_conversation(database: Database) -> None:
    for sender_id in ("nora", "mia"):
        for text in ("one", "two"):
            with database.transaction() as session:
                append_events(session, open_conversation(session, sender_id), [said(text)])
    with database.reading() as session:
        found = session.execute(select(Message).order_by(Message.sender_id, Message.sequence))
        numbered = [(row.sender_id, row.sequence, row.content) for row in found.scalars()]
    assert numbered == [
        ("mia", 1, "one"),
        ("mia", 2, "two"),
        ("nora", 1, "one"),
        ("nora", 2, "two"),
    ]


def test_a_message_keeps_its_moment_in_utc(database: Database) -> None:
    with database.transaction() as session:
        append_events(session, open_conversation(session, "nora"), [said("hello")])
    with database.reading() as session:
        message = session.execute(select(Message)).scalar_one()
    assert message.timestamp == datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def test_a_message_that_nothing_was_understood_of_is_kept_all_the_same(
    database: Database,
) -> None:
    with database.transaction() as session:
        append_events(session, open_conversation(session, "nora"), [said("")])
    with database.reading() as session:
        message = session.execute(select(Message)).scalar_one()
    assert message.content == ""
    assert message.intent is None
    assert message.sentiment_score is None
    assert message.entities == []


def test_the_latest_session_is_a_part_of_all_events(database: Database) -> None:
    started = {"event": "session_started", "timestamp": NOON}
    with database.transaction() as session:
        conversation = open_conversation(session, "nora")
        assert session_events(session, conversation) == []
        append_events(session, conversation, [started, said("first"), started, said("second")])
        assert session_events(session, conversation) == [started, said("second")]
        assert len(all_events(session, conversation)) == 4


def test_the_bot_may_answer_again(database: Database) -> None:
    with database.transaction() as session:
        conversation = open_conversation(session, "nora")
        pause_bot(session, conversation)
        resume_bot(session, conversation)
        events = [event["event"] for event in all_events(session, conversation)]
    assert events == ["pause", "resume", "action"]
