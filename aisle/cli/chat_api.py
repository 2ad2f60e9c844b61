"""A visitor's conversation over Aisle's HTTP API."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from aisle.cli.api_client import CONNECT_S, content, detail, first_contact
from aisle.cli.chat_screen import Said, said
from aisle.cli.console import aisle
from aisle.cli.errors import CommandError

REPLY_WAIT_S = 20
RESEND_S = 60.0
PAUSE_S = 1.0
HEARTBEAT_MISSED_S = 45.0
_AWAY = {502, 503, 504}
_REFUSED_MESSAGE = {413, 422, 429}
_CHANNEL = "terminal"


class NotSent(CommandError):
    """The API does not take this message now; another one it may."""


class Away(Exception):
    """The API cannot serve this now; later it may."""


@dataclass(frozen=True)
class Visit:
    """The right to one conversation."""

    conversation: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def open_conversation(client: httpx.Client, signed: str | None = None) -> Visit:
    """Open a conversation, for the customer whom the shop has ``signed``.

    Raises:
        CommandError: there is no API, it knows no such customer, or it refuses.
    """
    headers = {"Authorization": f"Bearer {signed}"} if signed else {}
    advice = {
        401: "The API has other secrets than this installation; --customer needs the same",
        404: "Give --customer the external id that the shop has for a customer",
    }
    response = first_contact(client, "POST", "/visitors", headers, {"channel": _CHANNEL})
    created = content(response, advice)
    return Visit(created["conversation_id"], created["token"])


class ConversationApi:
    """One conversation; for several threads.

    Args:
        go_on: the command that goes on with it later.
    """

    def __init__(self, client: httpx.Client, visit: Visit, go_on: str) -> None:
        self._client = client
        self._visit = visit
        self._path = f"/conversations/{visit.conversation}"
        self._go_on = go_on

    def message_count(self) -> int:
        """Raises CommandError when there is no such conversation, or the token is another's."""
        response = first_contact(self._client, "GET", self._path, self._visit.headers)
        return int(self._content(response)["message_count"])

    def send(self, text: str, tell: Callable[[str], None]) -> list[Said]:
        """Send a customer's message and return the bot's answer, empty after `REPLY_WAIT_S`.

        While the API is away the message is sent again; it is stored once all the same.

        Args:
            tell: takes what the customer should know about the delay.

        Raises:
            NotSent: this message is not accepted.
            CommandError: the conversation is closed, or the API is away for too long.
        """
        key, give_up = uuid.uuid4().hex, time.monotonic() + RESEND_S
        response = self._post(text, key)
        if response is None:
            tell("The assistant is restarting, sending again…")
        while response is None:
            if time.monotonic() > give_up:
                raise CommandError(
                    f"The assistant has been away for {RESEND_S:.0f} s: is `make run` still "
                    f"running? Your last message may be lost. Go on later with: {self._go_on}"
                )
            time.sleep(PAUSE_S)
            response = self._post(text, key)
        return [said(message) for message in self._content(response)["replies"]]

    @contextmanager
    def lines_after(self, sequence: int) -> Iterator[Iterator[str]]:
        """Yield the lines of the conversation's stream, from after this message on.

        Raises:
            Away, httpx.TransportError: try again in a while.
            CommandError: there will be no stream.
        """
        headers = {**self._visit.headers, "Last-Event-ID": str(sequence)}
        timeout = httpx.Timeout(HEARTBEAT_MISSED_S, connect=CONNECT_S)
        path = f"{self._path}/stream"
        with self._client.stream("GET", path, headers=headers, timeout=timeout) as response:
            if response.status_code == 429 or response.is_server_error:
                raise Away
            if response.is_error:
                response.read()
                self._content(response)
            yield response.iter_lines()

    def _post(self, text: str, key: str) -> httpx.Response | None:
        """Return the answer, None when there is none yet."""
        message = {
            "content": text,
            "sender_type": "customer",
            "sender_id": self._visit.conversation,
        }
        headers = {**self._visit.headers, "Idempotency-Key": key}
        parameters = {"wait": REPLY_WAIT_S}
        path = f"{self._path}/messages"
        try:
            response = self._client.post(path, json=message, headers=headers, params=parameters)
        except httpx.TransportError:
            return None
        if response.status_code in _REFUSED_MESSAGE:
            raise NotSent(detail(response))
        return None if response.status_code in _AWAY else response

    def _content(self, response: httpx.Response) -> Any:
        new = f"Open a new conversation with `{aisle('chat')}`"
        return content(response, {401: new, 404: new, 409: new})
