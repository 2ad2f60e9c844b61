"""Opening, reading, finding and changing conversations."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from aisle.conversations.models import Conversation
from aisle.database.engine import Database
from tests.api.acts import change, contents, messages, open_conversation, problem, say, unique

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def listed(shop: httpx.Client, **wanted: Any) -> list[str]:
    response = shop.get("/conversations", params=wanted)
    assert response.status_code == 200, response.text
    return [conversation["id"] for conversation in response.json()["items"]]


def pages(shop: httpx.Client, **wanted: Any) -> Iterator[list[str]]:
    cursor: str | None = None
    while True:
        query = {**wanted, **({"cursor": cursor} if cursor else {})}
        page = shop.get("/conversations", params=query).json()
        yield [conversation["id"] for conversation in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def created_at(database: Database, conversation_id: str, moment: datetime) -> None:
    """Let a conversation have been opened at this time."""
    change_time = update(Conversation).where(Conversation.id == uuid.UUID(conversation_id))
    with database.transaction() as session:
        session.execute(change_time.values(created_at=moment))


def test_a_conversation_is_opened_with_its_first_message(shop: httpx.Client) -> None:
    conversation = open_conversation(shop, "whatsapp", initial_message="where is my order?")
    shown = shop.get(f"/conversations/{conversation}").json()
    assert (shown["channel"], shown["status"], shown["priority"]) == (
        "whatsapp",
        "active",
        "medium",
    )
    assert shown["message_count"] == 1
    first = messages(shop, conversation)[0]
    assert (first["content"], first["sender_type"]) == ("where is my order?", "customer")


def test_the_shop_vouches_for_the_customer_whom_it_names(shop: httpx.Client) -> None:
    customer = shop.post("/customers", json={"external_id": unique("known")}).json()["id"]
    conversation = open_conversation(shop, customer_id=customer)
    shown = shop.get(f"/conversations/{conversation}").json()
    assert shown["customer_id"] == customer
    assert (shown["verification_level"], shown["verified_by"]) == (2, "shop")
    assert shop.get(f"/conversations/{conversation}/context").json()["verified_by"] == "shop"
    stranger = shop.get(f"/conversations/{open_conversation(shop)}").json()
    assert (stranger["customer_id"], stranger["verification_level"]) == (None, 0)


def test_a_conversation_of_an_unknown_customer_is_not_opened(shop: httpx.Client) -> None:
    channel = unique("channel")
    body = {"channel": channel, "customer_id": str(uuid.uuid4()), "initial_message": "hi"}
    problem(shop.post("/conversations", json=body), 404)
    assert listed(shop, channel=channel) == []


def test_what_is_read_is_never_older_than_what_was_written(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    for count in range(1, 6):
        say(shop, conversation, f"message {count}")
        assert shop.get(f"/conversations/{conversation}").json()["message_count"] == count
    change(shop, conversation, priority="urgent")
    assert shop.get(f"/conversations/{conversation}").json()["priority"] == "urgent"


def test_conversations_are_found_by_status_customer_channel_and_priority(
    shop: httpx.Client,
) -> None:
    channel = unique("channel")
    customer = shop.post("/customers", json={"external_id": unique("finds")}).json()["id"]
    plain = open_conversation(shop, channel)
    urgent = open_conversation(shop, channel)
    change(shop, urgent, priority="urgent")
    resolved = open_conversation(shop, channel, customer_id=customer)
    change(shop, resolved, status="resolved")
    assert listed(shop, channel=channel) == [resolved, urgent, plain]
    assert listed(shop, channel=channel, status="active") == [urgent, plain]
    assert listed(shop, channel=channel, status="resolved") == [resolved]
    assert listed(shop, channel=channel, status="closed") == []
    assert listed(shop, channel=channel, priority="urgent") == [urgent]
    assert listed(shop, customer_id=customer) == [resolved]
    assert listed(shop, customer_id=str(uuid.uuid4())) == []
    assert listed(shop, channel=channel, status="active", priority="medium") == [plain]


def test_conversations_are_found_by_the_time_they_were_opened(
    shop: httpx.Client, database: Database
) -> None:
    channel = unique("channel")
    early, noon, late = (open_conversation(shop, channel) for _ in range(3))
    for conversation, hours in ((early, -1), (noon, 0), (late, 1)):
        created_at(database, conversation, NOON + timedelta(hours=hours))
    assert listed(shop, channel=channel, created_from="2026-03-01T12:00:00Z") == [late, noon]
    assert listed(shop, channel=channel, created_before="2026-03-01T12:00:00Z") == [early]
    berlin = {
        "created_from": "2026-03-01T13:00:00+01:00",
        "created_before": "2026-03-01T14:00+01:00",
    }
    assert listed(shop, channel=channel, **berlin) == [noon]


def test_pages_stay_right_while_new_conversations_come(shop: httpx.Client) -> None:
    channel = unique("channel")
    opened = [open_conversation(shop, channel) for _ in range(7)]
    seen = []
    for page in pages(shop, channel=channel, limit=2):
        assert 0 < len(page) <= 2
        seen += page
        open_conversation(shop, channel)  # newer than all that is still to be shown
    assert seen == opened[::-1]


def test_pages_stay_right_among_conversations_of_the_same_moment(
    shop: httpx.Client, database: Database
) -> None:
    channel = unique("channel")
    opened = [open_conversation(shop, channel) for _ in range(6)]
    for conversation in opened:
        created_at(database, conversation, NOON)
    seen = [found for page in pages(shop, channel=channel, limit=1) for found in page]
    assert sorted(seen) == sorted(opened)


def test_messages_are_read_page_by_page_in_order(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    for number in range(1, 6):
        say(shop, conversation, f"number {number}")
    path = f"/conversations/{conversation}/messages"
    first = shop.get(path, params={"limit": 2}).json()
    assert [message["sequence"] for message in first["items"]] == [1, 2]
    rest = shop.get(path, params={"limit": 3, "after": first["next_after"]}).json()
    assert [message["content"] for message in rest["items"]] == ["number 3", "number 4", "number 5"]
    assert rest["next_after"] is None
    assert contents(shop, conversation) == [f"number {number}" for number in range(1, 6)]


@pytest.mark.parametrize("priority", ["low", "medium", "high", "urgent"])
def test_a_conversation_takes_each_priority(shop: httpx.Client, priority: str) -> None:
    response = change(shop, open_conversation(shop), priority=priority)
    assert response.status_code == 200
    assert response.json()["priority"] == priority


def test_status_and_priority_change_together_or_not_at_all(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    both = change(shop, conversation, status="escalated", priority="high").json()
    assert (both["status"], both["priority"]) == ("escalated", "high")
    change(shop, conversation, status="closed")
    problem(change(shop, conversation, status="active", priority="low"), 409)
    assert shop.get(f"/conversations/{conversation}").json()["priority"] == "high"
