"""Server-sent events, cheap enough for thousands of readers that mostly wait.

One task waits for the connection's end and one sends; no timers of their own. The
library for this takes twice the memory (benchmarks/api/streams.py).
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from aisle.api.live import Reader

HEARTBEAT = b": heartbeat\n\n"
RETRY_MS = 2_000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def encode(kind: str, data: str, event_id: int | None = None) -> bytes:
    """Return one event; ``data`` is one line, as JSON is."""
    identity = "" if event_id is None else f"id: {event_id}\n"
    return f"event: {kind}\n{identity}data: {data}\n\n".encode()


class EventStream(Response):
    """Sends what ``events`` yields until it ends or the client goes."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], reader: Reader) -> None:
        self._events = events
        self._reader = reader
        self.background = None
        self.status_code = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        first = f"retry: {RETRY_MS}\n\n".encode()
        await send({"type": "http.response.body", "body": first, "more_body": True})
        listening = asyncio.ensure_future(self._until_client_goes(receive))
        try:
            async for chunk in self._events:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            listening.cancel()

    async def _until_client_goes(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._reader.close()
