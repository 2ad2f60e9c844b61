"""Events on the wire."""

import uuid
from datetime import date

import pytest

from aisle.live.events import Event, decode, encode


def test_an_event_arrives_as_it_was_sent() -> None:
    event = Event(uuid.uuid4(), "status", {"status": "escalated", "by": "Zoë\n", "n": 3})
    assert decode(encode(event)) == event


def test_a_gap_arrives_as_a_gap() -> None:
    assert decode(encode(None)) is None


def test_an_event_is_one_line() -> None:
    assert b"\n" not in encode(Event(uuid.uuid4(), "message", {"text": "a\nb"}))


def test_what_json_does_not_know_becomes_a_string() -> None:
    event = decode(encode(Event(uuid.uuid4(), "message", {"day": date(2024, 2, 29)})))
    assert event is not None
    assert event.data == {"day": "2024-02-29"}


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[1]", b'["x","message",{}]', b'[1,"message",{}]', b"3"]
)
def test_a_line_that_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode(line)


def test_a_kind_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="not an event that this version"):
        decode(f'["{uuid.uuid4()}","laughter",{{}}]'.encode())
