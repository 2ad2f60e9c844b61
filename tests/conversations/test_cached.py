"""What is read through the cache is as fresh as the database, whoever changes it."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from aisle.conversations import cached, news
from aisle.conversations.cached import read_context, read_conversation
from aisle.conversations.dialogue import append_events
from aisle.conversations.errors import RepeatedKey
from aisle.conversations.models import Conversation
from aisle.conversations.service import ConversationService, NewMessage
from aisle.conversations.verification import check_identity
from aisle.customers.identity import Credentials
from aisle.customers.service import CustomerData, save_customer
from aisle.database.engine import Database
from aisle.handoff.service import change_status
from aisle.live.cache import RedisCache
from aisle.live.redis_link import RedisLink
from tests.live.redis_server import INSTALLED, RedisServer

pytestmark = pytest.mark.skipif(not INSTALLED, reason="redis-server is not installed")
Change = Callable[[Session, Conversation], object]
EMAIL = "ada@example.com"


def says(session: Session, conversation: Conversation) -> None:
    new = NewMessage(content="hello", sender_type="customer")
    ConversationService(session).add_message(conversation.id, new)


def is_understood(session: Session, conversation: Conversation) -> None:
    parsed = {"intent": {"name": "greet"}, "sentiment": 0.5}
    event = {"event": "user", "text": "hi", "timestamp": 1.0, "parse_data": parsed}
    append_events(session, conversation, [event])


def proves_identity(session: Session, conversation: Conversation) -> None:
    check_identity(session, conversation, Credentials(email=EMAIL))


def is_urgent(session: Session, conversation: Conversation) -> None:
    ConversationService(session).set_priority(conversation, "urgent")


def is_taken_over(session: Session, conversation: Conversation) -> None:
    change_status(session, conversation, "escalated")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def cache(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisCache]:
    link = RedisLink(redis.settings)
    cache = RedisCache(link)
    for module in (cached, news):
        monkeypatch.setattr(module, "get_cache", lambda: cache)
    yield cache
    link.close()


@pytest.fixture
def chat(database: Database) -> uuid.UUID:
    with database.transaction() as session:
        save_customer(session, CustomerData(email=EMAIL, first_name="Ada"))
        return ConversationService(session).create_conversation("web").id


@pytest.mark.parametrize("change", [says, is_understood, proves_identity, is_urgent, is_taken_over])
def test_a_change_is_seen_at_once(
    change: Change, database: Database, cache: RedisCache, chat: uuid.UUID
) -> None:
    before = read_conversation(database, chat), read_context(database, chat)
    assert cache.get(news.conversation_key(chat)) == before[0]
    assert cache.get(news.context_key(chat)) == before[1]
    with database.transaction() as session:
        change(session, ConversationService(session).lock_conversation(chat))
    after = read_conversation(database, chat), read_context(database, chat)
    assert after != before
    with database.reading() as session:
        assert cached._shown(ConversationService(session).get_conversation(chat)) == after[0]


def test_a_new_name_of_the_customer_is_seen_at_once(
    database: Database, cache: RedisCache, chat: uuid.UUID
) -> None:
    with database.transaction() as session:
        proves_identity(session, ConversationService(session).lock_conversation(chat))
    cache._link._client.flushdb()  # or it stays fenced for ten seconds
    assert read_context(database, chat)["customer_name"] == "Ada"
    with database.transaction() as session:
        changed, _ = save_customer(session, CustomerData(email=EMAIL, last_name="Byron"))
        ConversationService(session).customer_changed(changed.id)
    assert read_context(database, chat)["customer_name"] == "Ada Byron"


def test_a_change_that_is_rolled_back_is_not_seen(
    database: Database, cache: RedisCache, chat: uuid.UUID
) -> None:
    before = read_conversation(database, chat)
    with pytest.raises(RepeatedKey):
        _say_and_fail(database, chat)
    assert read_conversation(database, chat) == before


def _say_and_fail(database: Database, chat: uuid.UUID) -> None:
    with database.transaction() as session:
        says(session, ConversationService(session).lock_conversation(chat))
        raise RepeatedKey
