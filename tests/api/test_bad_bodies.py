"""Bodies that are no JSON object, and characters and values that no database keeps."""

from typing import Any

import httpx
import pytest

from tests.api.acts import fields_in, messages, open_conversation, problem, unique

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hello",
        b'{"channel":"\xff"}',
        b'{"channel":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"channel":' + b"9" * 20_000 + b"}",
        b"[]",
        b"null",
        b'"web"',
    ],
    ids=lambda body: body[:14].decode(errors="replace"),
)
def test_a_body_that_is_no_json_object_is_refused(shop: httpx.Client, body: bytes) -> None:
    (wrong,) = fields_in(problem(shop.post("/conversations", content=body, headers=JSON), 422))
    assert wrong.startswith("body")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_a_body_of_another_type_is_refused(shop: httpx.Client, content_type: str) -> None:
    body, headers = b'{"channel": "web"}', {"Content-Type": content_type}
    problem(shop.post("/conversations", content=body, headers=headers), 422)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r"a\u0000b", "ab"),
        (r"half \ud83d an emoji", "half ? an emoji"),
        (r"whole \ud83d\ude42", "whole 🙂"),
        (r"\udc00\ud800", "??"),
    ],
)
def test_characters_that_no_database_takes_are_left_out(
    shop: httpx.Client, written: str, kept: str
) -> None:
    conversation = open_conversation(shop)
    body = f'{{"content": "{written}", "sender_type": "customer", "sender_id": "mia"}}'
    path = f"/conversations/{conversation}/messages"
    assert shop.post(path, content=body, headers=JSON).status_code == 200
    assert messages(shop, conversation)[0]["content"] == kept


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", nested(11), nested(900)])
def test_preferences_that_cannot_be_kept_are_refused(shop: httpx.Client, value: str) -> None:
    body = f'{{"external_id": "{unique("shop")}", "preferences": {{"a": {value}}}}}'
    response = shop.post("/customers", content=body, headers=JSON)
    assert fields_in(problem(response, 422)) == {"body.preferences"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (r'{"a\u0000": "x\u0000y"}', {"a": "xy"}),
        (r'{"a": ["\ud800", 0.5, null]}', {"a": ["?", 0.5, None]}),
        ('{"a": ' + "9" * 1_000 + "}", {"a": int("9" * 1_000)}),
    ],
)
def test_preferences_are_kept_as_json(shop: httpx.Client, written: str, kept: Any) -> None:
    body = f'{{"external_id": "{unique("shop")}", "preferences": {written}}}'
    response = shop.post("/customers", content=body, headers=JSON)
    assert response.status_code == 201, response.text
    assert shop.get(f"/customers/{response.json()['id']}").json()["preferences"] == kept
