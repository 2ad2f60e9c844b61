"""Reads server-sent events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class StreamEvent:
    """``kind`` is "comment" for a line that only keeps the connection open."""

    kind: str
    data: Any
    id: str | None = None


@contextmanager
def stream(
    client: httpx.Client,
    conversation_id: str,
    last_event_id: int | None = None,
    *,
    seconds: float = 15,
    **query: Any,
) -> Iterator[Iterator[StreamEvent]]:
    """Follow a conversation; its events fail with ReadTimeout after ``seconds`` of silence."""
    headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
    url = f"/conversations/{conversation_id}/stream"
    with client.stream(
        "GET", url, headers=headers, params=query, timeout=httpx.Timeout(30, read=seconds)
    ) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def next_of(kind: str, events: Iterator[StreamEvent]) -> StreamEvent:
    """Return the next event of this kind, passing over all others."""
    return next(event for event in events if event.kind == kind)


def next_messages(events: Iterator[StreamEvent], count: int) -> list[str]:
    """Return the contents of the next messages."""
    return [next_of("message", events).data["content"] for _ in range(count)]


def _events(lines: Iterator[str]) -> Iterator[StreamEvent]:
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            yield StreamEvent("comment", line[1:].strip())
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield StreamEvent(fields["event"], json.loads(fields["data"]), fields.get("id"))
            fields = {}
