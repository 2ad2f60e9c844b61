"""Rasa's channels on a server of their own; only the assistant behind them is a stand-in."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from aisle.access.secrets import Secrets
from aisle.rasa_ext.channels.rest import GuardedRestInput
from aisle.rasa_ext.channels.socketio import GuardedSocketIOInput

PREFIX = "/webhooks/"
SHOP_PAGE = "https://shop.example"


@dataclass
class Assistant:
    """Repeats what it hears, or fails as it is told to."""

    heard: list[UserMessage] = field(default_factory=list)
    ready: bool = True
    error: Exception | None = None

    def is_ready(self) -> bool:
        return self.ready

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.error is not None:
            raise self.error
        await message.output_channel.send_text_message(
            message.sender_id, f"You said {message.text}"
        )


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    return Secrets(
        jwt_secret="a-signing-key-of-the-tests-0123456789",
        encryption_key="an-encryption-key-of-the-tests-012345",
        service_token="a-service-token-of-the-tests-01234567",
        api_keys=("an-api-key-of-the-tests-0123456789abc",),
    )


@pytest.fixture
def assistant(server: tuple[Sanic, str]) -> Assistant:
    app, _ = server
    app.ctx.agent = Assistant()
    return app.ctx.agent


@pytest.fixture
def address(server: tuple[Sanic, str], assistant: Assistant) -> str:
    """The address of a server with both channels."""
    return server[1]


@pytest.fixture(scope="session")
def server(secrets: Secrets) -> Iterator[tuple[Sanic, str]]:
    """One for all tests: Sanic rewrites its own code at a start, and can do so once."""
    app = Sanic("channels", configure_logging=False)
    register([GuardedRestInput(secrets), GuardedSocketIOInput(secrets, (SHOP_PAGE,))], app, PREFIX)
    sock, loop = socket.create_server(("127.0.0.1", 0)), asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(app, sock, loop))
    thread.start()
    yield app, f"http://127.0.0.1:{sock.getsockname()[1]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def _serve(app: Sanic, sock: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    starting = app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    server = loop.run_until_complete(starting)
    loop.run_until_complete(server.startup())
    loop.run_forever()
