"""Follows a conversation's server-sent events while the customer types."""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from aisle.cli.chat_api import Away, ConversationApi
from aisle.cli.chat_screen import ChatScreen, said
from aisle.cli.errors import CommandError

RECONNECT_S = 2.0


@dataclass(frozen=True)
class ServerEvent:
    kind: str
    data: Any


def read_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """Yield the events of a stream whose data is JSON; comments are left out."""
    kind, data = "message", ""
    for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            data += value
        elif not line:
            if data:
                yield ServerEvent(kind, json.loads(data))
            kind, data = "message", ""


class Follower:
    """Shows what happens in a conversation, from a thread of its own."""

    def __init__(self, api: ConversationApi, screen: ChatScreen, after: int) -> None:
        self._api = api
        self._screen = screen
        self._position = after
        self._stopping = threading.Event()

    def start(self) -> None:
        # A daemon: it may be in the middle of waiting for news when the customer leaves.
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._api.lines_after(self._position) as lines:
                    for event in read_events(lines):
                        self._show(event)
            except (httpx.TransportError, Away):
                pass  # what is missed meanwhile comes after the next connection
            except CommandError as error:
                self._screen.say(f"Nothing new is shown any more: {error}", style="red")
                return
            self._stopping.wait(RECONNECT_S)

    def _show(self, event: ServerEvent) -> None:
        match event.kind:
            case "message":
                self._screen.show(said(event.data))
                self._position = event.data["sequence"]
            case "status":
                self._screen.show_status(event.data["status"])
            case "typing" if event.data["sender_type"] == "agent":
                self._screen.show_typing(event.data["active"])
