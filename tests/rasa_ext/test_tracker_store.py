"""Rasa's conversations in the project's own database."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation, Message, TrackerEvent
from aisle.database.engine import Database, get_database
from aisle.handoff.models import Handoff
from aisle.handoff.service import escalate, resolve_handoff
from aisle.rasa_ext.tracker_store import AisleTrackerStore, TrackerStoreError
from aisle.settings import get_settings

STORE = "aisle.rasa_ext.tracker_store.AisleTrackerStore"
DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", "track_order"],
        "slots": {
            "order_number": {"type": "text", "mappings": [{"type": "custom"}]},
            "request": {"type": "text", "mappings": [{"type": "custom"}]},
        },
        "responses": {"utter_greet": [{"text": "Hello!"}]},
    }
)


@pytest.fixture
def store(database: Database) -> AisleTrackerStore:
    return AisleTrackerStore(domain=DOMAIN, database=database)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The path of a database that the settings name and nobody has migrated."""
    path = tmp_path / "aisle.db"
    monkeypatch.delenv("AISLE_CONFIG", raising=False)
    monkeypatch.setenv("AISLE_SQLITE_PATH", str(path))
    get_settings.cache_clear()
    get_database.cache_clear()
    yield path
    get_settings.cache_clear()
    get_database.cache_clear()


def customer_says(text: str, **parsed: Any) -> UserUttered:
    intent = {"name": parsed.pop("intent", "greet"), "confidence": 0.9}
    parse_data = {"text": text, "intent": intent, "entities": [], **parsed}
    return UserUttered(
        text, intent, parse_data["entities"], parse_data=parse_data, input_channel="rest"
    )


def greeting() -> list[Event]:
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        customer_says("hello"),
        ActionExecuted("utter_greet"),
        BotUttered("Hello!", metadata={"utter_action": "utter_greet"}),
        ActionExecuted("action_listen"),
    ]


def tracker_of(sender_id: str, events: list[Event]) -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender_id, DOMAIN.slots)
    for event in events:
        tracker.update(event, DOMAIN)
    return tracker


def save(store: AisleTrackerStore, tracker: DialogueStateTracker) -> None:
    asyncio.run(store.save(tracker))


def retrieve(store: AisleTrackerStore, sender_id: str) -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve(sender_id))
    assert tracker is not None
    return tracker


def rows(database: Database, model: Any) -> list[Any]:
    with database.reading() as session:
        order = model.sequence if hasattr(model, "sequence") else model.id
        return list(session.execute(select(model).order_by(order)).scalars())


def test_a_saved_conversation_comes_back_with_the_same_events(store: AisleTrackerStore) -> None:
    saved = tracker_of("nora", [*greeting(), SlotSet("order_number", "#W1000234")])
    save(store, saved)
    found = retrieve(store, "nora")
    # A session begins with session_started; the action before it belongs to the one that ended.
    expected = [event.as_dict() for event in saved.events][1:]
    assert [event.as_dict() for event in found.events] == expected
    assert found.get_slot("order_number") == "#W1000234"
    assert found.latest_message is not None
    assert found.latest_message.text == "hello"


def test_a_conversation_that_nobody_had_is_not_found(store: AisleTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None
    assert asyncio.run(store.retrieve_full_tracker("nobody")) is None


def test_only_new_events_are_appended(store: AisleTrackerStore, database: Database) -> None:
    save(store, tracker_of("nora", greeting()))
    tracker = retrieve(store, "nora")
    tracker.update(customer_says("where is my order", intent="track_order"))
    save(store, tracker)
    tracker.update(BotUttered("Happy to help."))
    save(store, tracker)
    save(store, tracker)
    events = rows(database, TrackerEvent)
    assert [event.sequence for event in events] == list(range(1, 10))
    assert [event.type_name for event in events[7:]] == ["user", "bot"]


def test_a_tracker_that_was_not_retrieved_does_not_store_its_events_twice(
    store: AisleTrackerStore, database: Database
) -> None:
    events = greeting()[1:]
    save(store, tracker_of("nora", events))
    save(store, tracker_of("nora", [*events, customer_says("hello again")]))
    assert len(rows(database, TrackerEvent)) == len(events) + 1


def test_conversations_are_kept_apart(store: AisleTrackerStore, database: Database) -> None:
    save(store, tracker_of("nora", greeting()))
    save(store, tracker_of("mia", [*greeting(), customer_says("anybody there?")]))
    assert set(asyncio.run(store.keys())) == {"nora", "mia"}
    assert len(retrieve(store, "nora").events) + 1 == len(retrieve(store, "mia").events)


def test_what_is_said_is_kept_as_messages(store: AisleTrackerStore, database: Database) -> None:
    number = {"entity": "order_number", "value": "#W1000234", "confidence_entity": 0.8}
    said = customer_says(
        "where is w1000234", intent="track_order", entities=[number], sentiment=-0.25
    )
    buttons = [{"title": "Yes", "payload": "Yes"}]
    save(store, tracker_of("nora", [said, BotUttered("Was that all?", {"buttons": buttons})]))
    question, answer = rows(database, Message)
    assert (question.sender_type, question.content) == ("customer", "where is w1000234")
    assert question.intent == "track_order"
    assert question.sentiment_score == Decimal("-0.25")
    assert question.entities == [{"type": "order_number", "value": "#W1000234", "confidence": 0.8}]
    assert (answer.sender_type, answer.content) == ("bot", "Was that all?")
    assert answer.details == {"buttons": buttons}
    assert [question.sequence, answer.sequence] == [1, 2]
    assert answer.timestamp >= question.timestamp


def test_the_conversation_knows_its_channel(store: AisleTrackerStore, database: Database) -> None:
    save(store, tracker_of("nora", greeting()))
    (conversation,) = rows(database, Conversation)
    assert conversation.sender_id == "nora"
    assert conversation.channel == "rest"
    assert conversation.status == "active"
    assert conversation.verification_level == 0


def test_events_and_messages_are_stored_together_or_not_at_all(
    store: AisleTrackerStore, database: Database
) -> None:
    save(store, tracker_of("nora", greeting()))
    before = len(rows(database, TrackerEvent)), len(rows(database, Message))
    tracker = retrieve(store, "nora")
    tracker.update(customer_says("fine so far"))
    tracker.update(BotUttered("no JSON can hold this", {"custom": object()}))
    with pytest.raises((StatementError, TypeError)):
        save(store, tracker)
    assert (len(rows(database, TrackerEvent)), len(rows(database, Message))) == before


def test_two_writers_that_started_from_the_same_state_both_keep_their_events(
    store: AisleTrackerStore, database: Database
) -> None:
    save(store, tracker_of("nora", greeting()))
    one, two = retrieve(store, "nora"), retrieve(store, "nora")
    one.update(customer_says("first"))
    two.update(customer_says("second"))
    save(store, one)
    save(store, two)
    texts = [message.content for message in rows(database, Message)]
    assert texts == ["hello", "Hello!", "first", "second"]
    assert len(rows(database, TrackerEvent)) == len(greeting()) + 2


def test_many_writers_at_once_get_sequence_numbers_of_their_own(
    store: AisleTrackerStore, database: Database
) -> None:
    save(store, tracker_of("nora", greeting()))

    def write(number: int) -> None:
        tracker = retrieve(store, "nora")
        tracker.update(customer_says(f"message {number}"))
        save(store, tracker)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(write, range(24)))
    sequences = [event.sequence for event in rows(database, TrackerEvent)]
    assert sequences == list(range(1, len(greeting()) + 24 + 1))
    assert len({message.content for message in rows(database, Message)}) == 24 + 2


def test_a_hand_over_that_ends_while_a_message_is_answered_is_not_lost(
    store: AisleTrackerStore, database: Database
) -> None:
    save(store, tracker_of("nora", [*greeting(), ConversationPaused()]))
    with database.transaction() as session:
        handoff = escalate(session, open_conversation(session, "nora"), "complaint", "…")
    answered_meanwhile = retrieve(store, "nora")
    assert answered_meanwhile.is_paused()
    with database.transaction() as session:
        resolve_handoff(session, handoff.id)
    answered_meanwhile.update(customer_says("are you there?"))
    save(store, answered_meanwhile)
    found = retrieve(store, "nora")
    assert not found.is_paused()
    assert found.latest_message is not None
    assert found.latest_message.text == "are you there?"


def test_a_new_session_starts_afresh_and_the_old_one_is_kept(store: AisleTrackerStore) -> None:
    save(store, tracker_of("nora", greeting()))
    tracker = retrieve(store, "nora")
    for event in (ActionExecuted("action_session_start"), SessionStarted(), customer_says("me")):
        tracker.update(event)
    save(store, tracker)
    assert [event.type_name for event in retrieve(store, "nora").events] == [
        "session_started",
        "user",
    ]
    full = asyncio.run(store.retrieve_full_tracker("nora"))
    assert full is not None
    assert len(full.events) == len(greeting()) + 3


def test_a_technical_problem_brings_a_human(store: AisleTrackerStore, database: Database) -> None:
    failed = [ActionExecuted("utter_technical_problem"), BotUttered("Sorry!")]
    save(store, tracker_of("nora", [*greeting(), customer_says("where is my order"), *failed]))
    (handoff,) = rows(database, Handoff)
    assert handoff.reason == "technical_problem"
    assert "where is my order" in handoff.summary
    (conversation,) = rows(database, Conversation)
    assert conversation.status == "escalated"


@pytest.mark.usefixtures("configured")
def test_without_its_tables_the_store_refuses_to_start() -> None:
    # Through Rasa's own factory, which would fall back to a store in memory.
    with pytest.raises(TrackerStoreError, match="aisle db upgrade"):
        TrackerStore.create(EndpointConfig(type=STORE), domain=DOMAIN)


def test_with_a_database_that_cannot_be_opened_the_store_refuses_to_start(
    configured: Path,
) -> None:
    configured.mkdir()
    with pytest.raises(TrackerStoreError):
        TrackerStore.create(EndpointConfig(type=STORE), domain=DOMAIN)
