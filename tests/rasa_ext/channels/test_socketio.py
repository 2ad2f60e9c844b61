"""A socket.io connection is in its token's conversation, and in no other."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from websockets.client import WebSocketClientProtocol, connect

from aisle.access.secrets import Secrets
from aisle.access.tokens import issue_visitor_token, sign_customer
from tests.rasa_ext.channels.conftest import SHOP_PAGE, Assistant

pytestmark = pytest.mark.asyncio
CONVERSATION, OTHER = uuid.uuid4(), uuid.uuid4()
WAIT_S = 10.0
Connect = Callable[..., Awaitable["Page"]]


class NotConnected(Exception):
    """The server refused the connection."""


class Page:
    """A browser's end of a connection; the packets' numbers are the protocol's."""

    def __init__(self, socket: WebSocketClientProtocol) -> None:
        self.socket = socket

    async def open(self, auth: object) -> None:
        assert (await self._packet()).startswith("0")
        await self.socket.send("40" + ("" if auth is None else json.dumps(auth)))
        answer = await self._packet()
        if not answer.startswith("40"):
            raise NotConnected(answer)

    async def emit(self, event: str, *data: object) -> None:
        await self.socket.send("42" + json.dumps([event, *data]))

    async def next(self) -> tuple[str, Any]:
        """The next event and its data; ("closed", None) when the server ends it."""
        packet = await self._packet()
        if packet.startswith("41"):
            return "closed", None
        assert packet.startswith("42"), packet
        event, data = json.loads(packet[2:])
        return event, data

    async def _packet(self) -> str:
        return str(await asyncio.wait_for(self.socket.recv(), WAIT_S))


@pytest_asyncio.fixture
async def open_page(address: str) -> AsyncIterator[Connect]:
    sockets: list[WebSocketClientProtocol] = []

    async def open_one(auth: object, origin: str | None = None) -> Page:
        url = f"{address.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
        sockets.append(await connect(url, origin=origin))
        page = Page(sockets[-1])
        await page.open(auth)
        return page

    yield open_one
    for socket in sockets:
        await socket.close()


def token(secrets: Secrets, conversation_id: uuid.UUID = CONVERSATION) -> dict[str, str]:
    return {"token": issue_visitor_token(secrets, conversation_id, 60)}


async def test_a_visitor_talks_in_the_tokens_conversation(
    open_page: Connect, secrets: Secrets, assistant: Assistant
) -> None:
    page = await open_page(token(secrets))
    await page.emit("user_uttered", {"message": "hello", "metadata": {"a": 1}})
    assert await page.next() == ("bot_uttered", {"text": "You said hello"})
    (message,) = assistant.heard
    assert message.sender_id == str(CONVERSATION)
    assert message.input_channel == "socketio"
    assert message.metadata is None


@pytest.mark.parametrize("asked_for", [None, {}, {"session_id": str(OTHER)}, "x"])
async def test_the_session_that_is_confirmed_is_the_tokens(
    open_page: Connect, secrets: Secrets, asked_for: object
) -> None:
    page = await open_page(token(secrets))
    await page.emit("session_request", asked_for)
    assert await page.next() == ("session_confirm", str(CONVERSATION))


async def test_nobody_writes_in_another_conversation(
    open_page: Connect, secrets: Secrets, assistant: Assistant
) -> None:
    page = await open_page(token(secrets))
    await page.emit("user_uttered", {"message": "hello", "session_id": str(OTHER)})
    event, problem = await page.next()
    assert (event, problem["status"]) == ("aisle_error", 403)
    assert assistant.heard == []


async def test_nobody_hears_another_conversation(open_page: Connect, secrets: Secrets) -> None:
    curious, talker = await open_page(token(secrets, OTHER)), await open_page(token(secrets))
    await curious.emit("session_request", {"session_id": str(CONVERSATION)})
    assert await curious.next() == ("session_confirm", str(OTHER))
    await talker.emit("user_uttered", {"message": "my address is …"})
    assert (await talker.next())[0] == "bot_uttered"
    await curious.emit("session_request", {})
    assert await curious.next() == ("session_confirm", str(OTHER))


async def test_two_pages_of_one_conversation_hear_the_same(
    open_page: Connect, secrets: Secrets
) -> None:
    first, second = await open_page(token(secrets)), await open_page(token(secrets))
    await first.emit("user_uttered", {"message": "hello"})
    assert await first.next() == await second.next()


async def test_without_a_visitors_token_there_is_no_connection(
    open_page: Connect, secrets: Secrets
) -> None:
    for auth in (
        None,
        {},
        "token",
        {"token": 17},
        {"token": "wrong"},
        {"token": secrets.api_keys[0]},
        {"token": sign_customer(secrets, "C-1001")},
        {"token": issue_visitor_token(secrets, CONVERSATION, -60)},
    ):
        with pytest.raises(NotConnected):
            await open_page(auth)


async def test_pages_of_the_shop_may_connect_and_those_of_others_not(
    open_page: Connect, secrets: Secrets, address: str
) -> None:
    for origin in (None, SHOP_PAGE, address):
        await open_page(token(secrets), origin)
    for origin in ("https://evil.example", "null", f"{SHOP_PAGE}.evil.example"):
        with pytest.raises(NotConnected):
            await open_page(token(secrets), origin)


async def test_the_connection_ends_with_the_token(open_page: Connect, secrets: Secrets) -> None:
    page = await open_page({"token": issue_visitor_token(secrets, CONVERSATION, 1)})
    event, problem = await page.next()
    assert (event, problem["status"]) == ("aisle_error", 401)
    assert await page.next() == ("closed", None)


@pytest.mark.parametrize("event", ["connect", "disconnect"])
async def test_an_event_with_a_name_of_the_protocol_does_not_outlive_the_token(
    open_page: Connect, secrets: Secrets, event: str
) -> None:
    page = await open_page({"token": issue_visitor_token(secrets, CONVERSATION, 2)})
    await page.emit(event, {}, token(secrets, OTHER))
    while await page.next() != ("closed", None):
        pass


async def test_an_event_named_connect_enters_no_second_conversation(
    open_page: Connect, secrets: Secrets, assistant: Assistant
) -> None:
    page = await open_page(token(secrets))
    await page.emit("connect", {}, token(secrets, OTHER))
    await page.emit("session_request", {})
    assert await page.next() == ("session_confirm", str(CONVERSATION))


@pytest.mark.parametrize("data", [None, "hello", {}, {"message": " "}, {"message": "x" * 4_001}])
async def test_what_is_no_message_is_told(
    open_page: Connect, secrets: Secrets, assistant: Assistant, data: object
) -> None:
    page = await open_page(token(secrets))
    await page.emit("user_uttered", data)
    event, problem = await page.next()
    assert (event, problem["status"]) == ("aisle_error", 422)
    assert assistant.heard == []


async def test_a_failure_is_told_with_an_apology(
    open_page: Connect, secrets: Secrets, assistant: Assistant
) -> None:
    assistant.error = ValueError("hello from Nora")
    page = await open_page(token(secrets))
    await page.emit("user_uttered", {"message": "hello"})
    event, problem = await page.next()
    assert (event, problem["status"]) == ("aisle_error", 500)
    assert problem["detail"].startswith("Sorry")
    assert "Nora" not in str(problem)
