"""What may be said, and how the answer comes."""

from collections.abc import Iterator
from threading import Event

import httpx
import pytest

from aisle.live.bus import get_bus
from tests.api.acts import (
    change,
    contents,
    fields_in,
    messages,
    new_visitor,
    open_conversation,
    problem,
    say,
)
from tests.api.bot import answering
from tests.api.serving import Api


@pytest.fixture
def bot(api: Api) -> Iterator[None]:
    with answering(api.state.database, get_bus()):
        yield


def answered(client: httpx.Client, conversation: str, content: str) -> None:
    """Say something, and see to it that the bot has answered."""
    assert say(client, conversation, content, params={"wait": 30}).json()["replies"]


@pytest.mark.usefixtures("bot")
def test_the_answer_comes_with_the_acknowledgement_when_one_waits_for_it(
    shop: httpx.Client,
) -> None:
    conversation = open_conversation(shop)
    said = say(shop, conversation, "where is #W1000871?", params={"wait": 30}).json()
    assert said.keys() == {"message_id", "status", "replies"}
    (reply,) = said["replies"]
    assert reply["content"] == "You said: where is #W1000871?"
    assert reply["in_reply_to"] == said["message_id"]
    assert (reply["sender_type"], reply["sequence"]) == ("bot", 2)


def test_whoever_does_not_wait_long_enough_gets_no_replies_yet(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    assert say(shop, conversation, params={"wait": 0.2}).json()["replies"] == []
    assert say(shop, conversation, params={"wait": 0}).json()["replies"] == []
    assert contents(shop, conversation) == ["hello", "hello"]


def test_waiting_ends_with_the_answer_and_not_with_the_time(api: Api, shop: httpx.Client) -> None:
    conversation, may_answer = open_conversation(shop), Event()
    with answering(api.state.database, get_bus(), before=may_answer.wait):
        assert say(shop, conversation, "first", params={"wait": 0.3}).json()["replies"] == []
        may_answer.set()
        # The client itself waits for no more than 30 seconds.
        assert say(shop, conversation, "second", params={"wait": 60}).json()["replies"]
    assert sorted(contents(shop, conversation)) == [
        "You said: first",
        "You said: second",
        "first",
        "second",
    ]


@pytest.mark.usefixtures("bot")
def test_the_bot_says_nothing_while_a_human_has_the_conversation(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    change(shop, conversation, status="escalated")
    assert say(shop, conversation, "anyone?", params={"wait": 30}).json()["replies"] == []
    say(shop, conversation, "I am here", sender_type="agent", sender_id="noor")
    assert contents(shop, conversation) == ["anyone?", "I am here"]


@pytest.mark.usefixtures("bot")
def test_the_shop_sees_what_was_found_in_a_message_and_a_visitor_does_not(
    api: Api, shop: httpx.Client
) -> None:
    visitor, conversation = new_visitor(api)
    answered(visitor, conversation, "where is #W1000871?")
    found = messages(shop, conversation)[0]
    assert (found["intent"], found["sentiment_score"]) == ("track_order", -0.5)
    assert found["entities"] == [{"type": "order_number", "value": "#W1000871", "confidence": 0.9}]
    shown = messages(visitor, conversation)
    assert len(shown) == 2
    for message in shown:
        assert not message.keys() & {"intent", "sentiment_score", "entities"}
    context = shop.get(f"/conversations/{conversation}/context").json()
    assert (context["last_intent"], context["message_count"]) == ("track_order", 2)
    assert [entity["value"] for entity in context["entities"]] == ["#W1000871"]


def test_a_message_shows_these_fields(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    say(shop, conversation, "hello", sender_id="mia")
    (message,) = messages(shop, conversation)
    assert message.keys() == {
        *("id", "conversation_id", "sequence", "sender_type", "sender_id", "content"),
        *("message_type", "timestamp", "intent", "sentiment_score", "entities", "metadata"),
        "in_reply_to",
    }
    assert (message["conversation_id"], message["sender_id"]) == (conversation, "mia")
    assert (message["message_type"], message["intent"]) == ("text", None)


def test_a_systems_message_has_a_type_of_its_own(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    say(shop, conversation, "rated 5", sender_type="system", message_type="system")
    assert messages(shop, conversation)[0]["message_type"] == "system"
    refused = say(shop, conversation, "rated 5", sender_type="customer", message_type="system")
    assert fields_in(problem(refused, 422)) == {"body.__root__"}


def test_content_is_kept_as_it_was_written(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    texts = [
        "  two  spaces\n\nand lines ",
        "<b>no markup</b>",
        "ñ 漢字 🙂 \u202eright",
        "x" * 4_000,
    ]
    for text in texts:
        assert say(shop, conversation, text).status_code == 200
    assert contents(shop, conversation) == texts
