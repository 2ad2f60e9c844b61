"""A request with an Idempotency-Key is carried out once, however often it comes."""

import httpx
import pytest

from tests.api.acts import (
    at_once,
    change,
    contents,
    fields_in,
    open_conversation,
    problem,
    say,
    signed,
    unique,
)
from tests.api.serving import Api


def open_with(client: httpx.Client, key: str, **fields: object) -> httpx.Response:
    new = {"channel": "web", **fields}
    return client.post("/conversations", json=new, headers={"Idempotency-Key": key})


def test_the_same_message_five_times_at_once_is_one_message(shop: httpx.Client) -> None:
    conversation, key = open_conversation(shop), unique("key")
    answers = at_once(lambda: say(shop, conversation, "only once", key=key))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.json()["message_id"] for answer in answers}) == 1
    assert contents(shop, conversation) == ["only once"]


def test_without_a_key_each_message_counts(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    at_once(lambda: say(shop, conversation, "again"), times=3)
    assert contents(shop, conversation) == ["again"] * 3


def test_a_message_is_repeated_even_into_a_conversation_closed_meanwhile(
    shop: httpx.Client,
) -> None:
    conversation, key = open_conversation(shop), unique("key")
    first = say(shop, conversation, "hello", key=key).json()
    change(shop, conversation, status="closed")
    assert say(shop, conversation, "hello", key=key).json() == first


def test_a_key_for_another_message_is_refused(shop: httpx.Client) -> None:
    conversation, key = open_conversation(shop), unique("key")
    say(shop, conversation, "hello", key=key)
    problem(say(shop, conversation, "something else", key=key), 422)
    problem(say(shop, conversation, "hello", sender_type="bot", key=key), 422)
    assert contents(shop, conversation) == ["hello"]


def test_a_key_means_something_else_in_another_conversation(shop: httpx.Client) -> None:
    key = unique("key")
    for content in ("hello", "something else"):
        assert say(shop, open_conversation(shop), content, key=key).status_code == 200


def test_the_same_conversation_five_times_at_once_is_one_conversation(
    shop: httpx.Client,
) -> None:
    key, channel = unique("key"), unique("channel")
    answers = at_once(lambda: open_with(shop, key, channel=channel, initial_message="hi"))
    assert [answer.status_code for answer in answers] == [201] * 5
    (conversation,) = {answer.json()["id"] for answer in answers}
    listed = shop.get("/conversations", params={"channel": channel}).json()["items"]
    assert [found["id"] for found in listed] == [conversation]
    assert contents(shop, conversation) == ["hi"]


def test_a_key_for_another_conversation_is_refused(shop: httpx.Client) -> None:
    key = unique("key")
    conversation = open_with(shop, key, initial_message="hello").json()["id"]
    problem(open_with(shop, key, channel="other", initial_message="hello"), 422)
    problem(open_with(shop, key, initial_message="something else"), 422)
    assert contents(shop, conversation) == ["hello"]


def test_a_key_without_a_first_message_is_refused_with_one(shop: httpx.Client) -> None:
    key = unique("key")
    conversation = open_with(shop, key).json()["id"]
    problem(open_with(shop, key, initial_message="hello"), 422)
    assert contents(shop, conversation) == []


def test_each_server_of_the_shop_has_its_own_keys(api: Api, shop: httpx.Client) -> None:
    key = "k" * 200
    with api.client(Authorization=f"Bearer {signed()}") as other:
        ids = {open_with(client, key).json()["id"] for client in (shop, other, other)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "k" * 201, "with space", "t\tab"])
def test_a_key_that_is_none_is_refused(shop: httpx.Client, key: str) -> None:
    response = open_with(shop, key)
    assert fields_in(problem(response, 422)) == {"header.idempotency-key"}
