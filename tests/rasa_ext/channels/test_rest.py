"""Who may say what to the REST channel, and what is answered when it fails."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from rasa.core.lock_store import LockError

from aisle.access.secrets import Secrets
from aisle.access.tokens import issue_visitor_token, sign_customer
from tests.rasa_ext.channels.conftest import Assistant

pytestmark = pytest.mark.asyncio
CONVERSATION = uuid.uuid4()
HELLO = {"sender": "nora", "message": "hello"}


async def post(
    address: str, body: Any, headers: Mapping[str, str] | None = None, query: str = ""
) -> httpx.Response:
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{address}/webhooks/rest/webhook{query}"
        return await client.post(url, content=content, headers=headers)


@pytest.fixture
def shop(secrets: Secrets) -> dict[str, str]:
    return {"X-API-Key": secrets.api_keys[0]}


@pytest.fixture
def visitor(secrets: Secrets) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_visitor_token(secrets, CONVERSATION, 60)}"}


async def test_the_channel_says_that_it_is_there(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{address}/webhooks/rest/")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eA"}],
    ids=str,
)
async def test_strangers_are_refused(
    address: str, assistant: Assistant, headers: dict[str, str]
) -> None:
    answer = await post(address, HELLO, headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["status"] == 401
    assert assistant.heard == []


async def test_an_expired_token_is_refused_and_told_apart(address: str, secrets: Secrets) -> None:
    expired = issue_visitor_token(secrets, CONVERSATION, -60)
    answer = await post(address, HELLO, {"Authorization": f"Bearer {expired}"})
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


async def test_the_shops_server_writes_as_any_sender(
    address: str, assistant: Assistant, secrets: Secrets
) -> None:
    for headers in (
        {"X-API-Key": secrets.api_keys[0]},
        {"Authorization": f"Bearer {secrets.api_keys[0]}"},
        {"Authorization": f"Bearer {secrets.service_token}"},
    ):
        answer = await post(address, HELLO, headers)
        assert answer.json() == [{"recipient_id": "nora", "text": "You said hello"}]
    assert [message.sender_id for message in assistant.heard] == ["nora"] * 3


async def test_a_visitor_writes_in_the_tokens_conversation_whatever_the_body_says(
    address: str, assistant: Assistant, visitor: dict[str, str]
) -> None:
    body = {**HELLO, "input_channel": "slack", "metadata": {"customer": "C-1"}}
    answer = await post(address, body, visitor)
    assert answer.status_code == 200
    (message,) = assistant.heard
    assert message.sender_id == str(CONVERSATION)
    assert message.input_channel == "rest"
    assert message.metadata is None


async def test_only_the_shops_server_names_another_channel_and_nobody_sends_metadata(
    address: str, assistant: Assistant, shop: dict[str, str]
) -> None:
    await post(address, {**HELLO, "input_channel": "app", "metadata": {"a": 1}}, shop)
    assert assistant.heard[0].input_channel == "app"
    assert assistant.heard[0].metadata is None


async def test_a_signed_customer_has_no_conversation_here(address: str, secrets: Secrets) -> None:
    token = sign_customer(secrets, "C-1001")
    answer = await post(address, HELLO, {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"sender": None},
        {"sender": ""},
        {"sender": " "},
        {"sender": 17},
        {"sender": "s" * 256},
        {"sender": "nora\u0000"},
        {"message": None},
        {"message": ["hello"]},
        {"input_channel": ""},
        {"input_channel": "c" * 51},
    ],
    ids=str,
)
async def test_what_is_missing_or_no_text_is_named(
    address: str, assistant: Assistant, shop: dict[str, str], changed: dict[str, Any]
) -> None:
    answer = await post(address, {**HELLO, **changed}, shop)
    assert answer.status_code == 422
    assert next(iter(changed)) in answer.json()["detail"]
    assert assistant.heard == []


async def test_without_a_sender_nobody_shares_a_conversation(
    address: str, shop: dict[str, str]
) -> None:
    assert (await post(address, {"message": "hello"}, shop)).status_code == 422


@pytest.mark.parametrize("message", ["", " \n ", "x" * 4_001, 17, None, {"text": "hello"}])
async def test_a_visitors_message_is_a_text_of_some_length(
    address: str, assistant: Assistant, visitor: dict[str, str], message: object
) -> None:
    assert (await post(address, {"message": message}, visitor)).status_code == 422
    assert assistant.heard == []


async def test_four_thousand_characters_are_not_too_many(
    address: str, assistant: Assistant, visitor: dict[str, str]
) -> None:
    assert (await post(address, {"message": "x" * 4_000}, visitor)).status_code == 200


@pytest.mark.parametrize("body", ["", "{", "[]", '"hello"', b"\xff"])
async def test_what_is_no_json_object_is_refused(
    address: str, shop: dict[str, str], body: str | bytes
) -> None:
    answer = await post(address, body, shop)
    assert answer.status_code in (400, 422)
    assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("hello from Nora"), 500), (LockError("locked"), 503)]
)
async def test_a_failure_is_no_empty_answer(
    address: str,
    assistant: Assistant,
    shop: dict[str, str],
    error: Exception,
    status: int,
) -> None:
    assistant.error = error
    answer = await post(address, HELLO, shop)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith("Sorry")
    assert "Nora" not in answer.text


async def test_a_server_without_a_model_says_so(
    address: str, assistant: Assistant, shop: dict[str, str]
) -> None:
    assistant.ready = False
    assert (await post(address, HELLO, shop)).status_code == 503


async def test_replies_may_be_streamed(address: str, shop: dict[str, str]) -> None:
    answer = await post(address, HELLO, shop, query="?stream=true")
    assert [json.loads(line)["text"] for line in answer.text.splitlines()] == ["You said hello"]


async def test_a_stream_ends_when_the_message_fails(
    address: str, assistant: Assistant, shop: dict[str, str]
) -> None:
    assistant.error = ValueError("broken")
    answer = await post(address, HELLO, shop, query="?stream=true")
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [500]


async def test_strangers_get_no_stream(address: str) -> None:
    assert (await post(address, HELLO, query="?stream=true")).status_code == 401
