"""Contexts: the stores, building, noticing what is stale, and the overview."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from sqlalchemy.orm import Session

from aisle.conversations.context_stores import (
    Context,
    ContextStore,
    MongoContextStore,
    SqlContextStore,
)
from aisle.conversations.contexts import build_context, current_context
from aisle.conversations.models import Conversation, Message
from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.documents.indexes import CONTEXTS
from aisle.documents.mongodb import Mongodb, get_mongodb
from aisle.settings import MongodbSettings
from tests.documents.databases import MONGO_URL, STORES, configured, empty_database, needs_mongodb

START = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
NOBODY = MongodbSettings(uri="mongodb://127.0.0.1:1/", database="aisle")
Say = Callable[..., Message]


@pytest.fixture(params=STORES)
def mongodb(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mongodb | None]:
    """What the settings name: MongoDB, or nothing, so that all is in SQL."""
    if request.param == "sql":
        yield None
        return
    with empty_database() as settings, configured(settings, tmp_path, monkeypatch):
        yield get_mongodb()


@pytest.fixture
def chat(database: Database) -> Conversation:
    chat = Conversation(sender_id="nora", channel="web")
    with database.transaction() as session:
        session.add(chat)
    return chat


@pytest.fixture
def say(database: Database, chat: Conversation) -> Say:
    """Add a message, one minute after the one before."""

    def say(sender_type: str = "customer", **values: object) -> Message:
        with database.transaction() as session:
            row = session.get(Conversation, chat.id)
            row.message_count += 1
            message = Message(
                conversation_id=row.id,
                sequence=row.message_count,
                sender_type=sender_type,
                content="…",
                timestamp=START + timedelta(minutes=row.message_count),
                **values,
            )
            session.add(message)
        return message

    return say


@pytest.fixture
def context(chat: Conversation) -> Context:
    return Context(
        conversation_id=chat.id,
        customer_id=uuid.uuid4(),
        current_intent="track_order",
        entities=[{"type": "order_number", "value": "W-1001", "confidence": 1.0}],
        sentiment_history=[-0.25, 0.5],
        interaction_count=2,
        analysed=2,
        as_of=3,
    )


class _AfterTheFirstTry(CommandListener):
    """Lets another writer act between two tries to update a document."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.is_there = False
        self.tries = 0
        self._act = act

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if self.is_there and event.command_name == "update":
            self.tries += 1
            if self.tries == 1:
                self._act()

    def started(self, event: CommandStartedEvent) -> None:
        """Nothing to do."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to do."""


def _store(session: Session, mongodb: Mongodb | None) -> ContextStore:
    return SqlContextStore(session) if mongodb is None else MongoContextStore(mongodb)


def _put(database: Database, mongodb: Mongodb | None, context: Context) -> None:
    with database.transaction() as session:
        _store(session, mongodb).put(context)


def _kept(database: Database, mongodb: Mongodb | None, key: uuid.UUID) -> Context | None:
    with database.reading() as session:
        return _store(session, mongodb).get(key)


def _current(database: Database, chat: Conversation, *, writing: bool = True) -> Context:
    with database.transaction() if writing else database.reading() as session:
        return current_context(session, session.get(Conversation, chat.id))


def test_a_context_that_was_put_is_found(
    database: Database, mongodb: Mongodb | None, context: Context
) -> None:
    assert _kept(database, mongodb, context.conversation_id) is None
    _put(database, mongodb, context)
    assert _kept(database, mongodb, context.conversation_id) == context


def test_a_newer_context_replaces_an_older_one_and_never_the_other_way_round(
    database: Database, mongodb: Mongodb | None, context: Context
) -> None:
    newer = replace(context, as_of=4, current_intent="cancel_order")
    same_message_understood = replace(context, as_of=4, analysed=3, current_intent="complaint")
    other_customer = replace(same_message_understood, customer_id=uuid.uuid4())
    for kept in (context, newer, same_message_understood, other_customer):
        _put(database, mongodb, kept)
        assert _kept(database, mongodb, context.conversation_id) == kept
    for older in (context, newer, replace(context, as_of=3, analysed=9)):
        _put(database, mongodb, older)
        assert _kept(database, mongodb, context.conversation_id) == other_customer


def test_of_many_writers_at_once_the_newest_context_stays(
    database: Database, mongodb: Mongodb | None, context: Context
) -> None:
    versions = [replace(context, as_of=number) for number in range(1, 13)]
    with ThreadPoolExecutor(6) as writers:
        list(writers.map(lambda version: _put(database, mongodb, version), versions[::-1]))
    kept = _kept(database, mongodb, context.conversation_id)
    assert kept is not None
    assert kept.as_of == 12


@needs_mongodb
def test_a_writer_that_came_second_with_a_new_document_tries_once_more(context: Context) -> None:
    with empty_database() as settings, MongoClient(MONGO_URL) as other:
        documents = other[settings.database][CONTEXTS]
        competitor = _AfterTheFirstTry(lambda: documents.update_one({}, {"$set": {"as_of": 1}}))
        with MongoClient(
            MONGO_URL, uuidRepresentation="standard", event_listeners=[competitor]
        ) as client:
            store = MongoContextStore(Mongodb(client, settings.database))
            store.put(replace(context, as_of=9))
            competitor.is_there = True
            store.put(replace(context, as_of=5))
        assert competitor.tries == 2
        assert [document["as_of"] for document in documents.find()] == [5]


@needs_mongodb
def test_a_document_has_the_agreed_fields(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    with empty_database() as settings, configured(settings, tmp_path, monkeypatch):
        mongodb = get_mongodb()
        assert mongodb is not None
        store = MongoContextStore(mongodb)
        store.put(context)
        store.put(replace(context, as_of=4))
        with mongodb.collection(CONTEXTS) as contexts:
            (document,) = contexts.find()
    created_at, updated_at = document.pop("created_at"), document.pop("updated_at")
    del document["_id"]
    assert document == {
        "conversation_id": context.conversation_id,
        "customer_id": context.customer_id,
        "context_variables": {
            "current_intent": "track_order",
            "entities": [{"type": "order_number", "value": "W-1001", "confidence": 1.0}],
            "sentiment_history": [-0.25, 0.5],
            "interaction_count": 2,
            "analysed": 2,
        },
        "as_of": 4,
    }
    assert created_at <= updated_at
    assert updated_at.tzinfo is not None


def test_a_context_is_built_from_what_the_customer_said(
    database: Database, chat: Conversation, say: Say
) -> None:
    order = {"type": "order_number", "value": "W-1001", "confidence": 1.0}
    other_order = {**order, "value": "W-1002"}
    product = {"type": "product", "value": "tent", "confidence": 0.9}
    say(intent="track_order", sentiment_score=Decimal("-0.25"), entities=[order, product])
    say("bot", intent="bots_have_none", sentiment_score=Decimal("1"), entities=[product])
    say(intent="complaint", sentiment_score=Decimal("0.50"), entities=[other_order])
    say()
    with database.reading() as session:
        context = build_context(session, session.get(Conversation, chat.id))
    assert context == Context(
        conversation_id=chat.id,
        customer_id=None,
        current_intent="complaint",
        entities=[product, other_order],
        sentiment_history=[-0.25, 0.5],
        interaction_count=3,
        analysed=2,
        as_of=4,
    )


def test_only_the_latest_fifty_entities_and_sentiments_are_kept(
    database: Database, chat: Conversation, say: Say
) -> None:
    for number in range(60):
        entity = {"type": f"type_{number}", "value": "x", "confidence": 1.0}
        say(sentiment_score=Decimal(number) / 100, entities=[entity])
    with database.reading() as session:
        context = build_context(session, session.get(Conversation, chat.id))
    assert context.sentiment_history == [number / 100 for number in range(10, 60)]
    assert [entity["type"] for entity in context.entities] == [
        f"type_{number}" for number in range(10, 60)
    ]


def test_a_conversation_without_messages_has_an_empty_context(
    database: Database, mongodb: Mongodb | None, chat: Conversation
) -> None:
    context = _current(database, chat)
    assert (context.as_of, context.interaction_count, context.entities) == (0, 0, [])
    assert _kept(database, mongodb, chat.id) == context


def test_the_current_context_is_kept_when_the_writer_commits(
    database: Database, mongodb: Mongodb | None, chat: Conversation, say: Say
) -> None:
    say(intent="greet")
    context = _current(database, chat)
    assert _kept(database, mongodb, chat.id) == context


def test_a_reader_gets_the_current_context_and_stores_nothing(
    database: Database, mongodb: Mongodb | None, chat: Conversation, say: Say
) -> None:
    say(intent="greet")
    assert _current(database, chat, writing=False).current_intent == "greet"
    assert _kept(database, mongodb, chat.id) is None


def test_what_is_rolled_back_is_not_kept(
    database: Database, mongodb: Mongodb | None, chat: Conversation, say: Say
) -> None:
    say(intent="greet")
    with suppress(ZeroDivisionError), database.transaction() as session:
        current_context(session, session.get(Conversation, chat.id))
        raise ZeroDivisionError
    assert _kept(database, mongodb, chat.id) is None


def test_a_kept_context_is_used_while_nothing_changes(
    database: Database, mongodb: Mongodb | None, chat: Conversation, say: Say
) -> None:
    say(intent="greet")
    marked = replace(_current(database, chat), current_intent="from_the_store")
    _put(database, mongodb, marked)
    assert _current(database, chat) == marked


def test_a_context_is_stale_after_another_message_its_analysis_and_a_new_customer(
    database: Database, mongodb: Mongodb | None, chat: Conversation, say: Say
) -> None:
    say(intent="greet")
    _current(database, chat)
    unread = say()
    assert _current(database, chat).interaction_count == 2
    with database.transaction() as session:
        session.get(Message, unread.id).intent = "track_order"
    assert _current(database, chat).current_intent == "track_order"
    customer = Customer(first_name="Nora")
    with database.transaction() as session:
        session.get(Conversation, chat.id).customer = customer
    assert _current(database, chat).customer_id == customer.id
    kept = _kept(database, mongodb, chat.id)
    assert kept == _current(database, chat)


def test_without_mongodb_during_an_outage_the_context_comes_from_sql(
    database: Database,
    chat: Conversation,
    say: Say,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with configured(NOBODY, tmp_path, monkeypatch):
        for number in (1, 2):
            say(intent="greet")
            assert _current(database, chat).interaction_count == number
    assert len(caplog.records) == 1
