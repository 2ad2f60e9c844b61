import io
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from rich.console import Console

from aisle.cli.chat import Button, Reply, converse, payload_of, show

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]
ORDER_BUTTONS = [Button("Track it", "/track_order"), Button("Cancel it", "/cancel_order")]


class RestChannel(BaseHTTPRequestHandler):
    """Answers as Rasa's REST channel does, with an echo and two buttons."""

    received: list[dict[str, str]]

    def do_GET(self) -> None:
        self._answer({"status": "ok"})

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append(message)
        buttons = [{"title": item.title, "payload": item.payload} for item in ORDER_BUTTONS]
        reply = {"recipient_id": message["sender"], "text": f"You said {message['message']}"}
        self._answer([{**reply, "buttons": buttons}] if message["message"] != "nothing" else [])

    def log_message(self, *_arguments: object) -> None:
        pass

    def _answer(self, content: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@pytest.fixture
def rest_channel() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield the address of a REST channel, and what it has received."""
    received: list[dict[str, str]] = []
    handler = type("Handler", (RestChannel,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


def test_a_chat_shows_replies_and_numbered_buttons(
    run_aisle: RunAisle, rest_channel: tuple[str, list[dict[str, str]]]
) -> None:
    url, _ = rest_channel
    finished = run_aisle("chat", "--url", url, typed="hello\nquit\n")
    assert finished.returncode == 0
    assert "You said hello" in finished.stdout
    assert "1  Track it" in finished.stdout
    assert "2  Cancel it" in finished.stdout


def test_the_number_of_a_button_sends_its_payload_in_the_same_conversation(
    run_aisle: RunAisle, rest_channel: tuple[str, list[dict[str, str]]]
) -> None:
    url, received = rest_channel
    run_aisle("chat", "--url", url, typed="hello\n2\n")
    assert [message["message"] for message in received] == ["hello", "/cancel_order"]
    assert len({message["sender"] for message in received}) == 1


def test_each_chat_is_a_new_conversation_unless_one_is_named(
    run_aisle: RunAisle, rest_channel: tuple[str, list[dict[str, str]]]
) -> None:
    url, received = rest_channel
    run_aisle("chat", "--url", url, typed="a\n")
    run_aisle("chat", "--url", url, typed="b\n")
    run_aisle("chat", "--url", url, "--sender", "ada", typed="c\n")
    senders = [message["sender"] for message in received]
    assert len(set(senders)) == 3
    assert senders[2] == "ada"


def test_a_message_without_a_reply_is_told(
    run_aisle: RunAisle, rest_channel: tuple[str, list[dict[str, str]]]
) -> None:
    url, _ = rest_channel
    assert "(no reply)" in run_aisle("chat", "--url", url, typed="nothing\n").stdout


def test_a_chat_without_a_server_says_how_to_start_one(
    run_aisle: RunAisle, free_port: Callable[[], int]
) -> None:
    finished = run_aisle("chat", "--url", f"http://127.0.0.1:{free_port()}", typed="hello\n")
    assert finished.returncode == 1
    assert "No assistant answers at http://127.0.0.1" in finished.stderr
    assert "make run" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_empty_lines_are_not_sent() -> None:
    sent: list[str] = []
    typed = iter(["", "   ", "hello", None])

    def answer(text: str) -> list[Reply]:
        sent.append(text)
        return []

    converse(answer, lambda: next(typed), Console(file=io.StringIO()))
    assert sent == ["hello"]


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", "/track_order"),
        (" 2 ", "/cancel_order"),
        ("3", "3"),
        ("0", "0"),
        ("1 chair", "1 chair"),
        ("²", "²"),
    ],
)
def test_only_the_number_of_a_shown_button_stands_for_its_payload(typed: str, payload: str) -> None:
    assert payload_of(typed, ORDER_BUTTONS) == payload


def test_long_replies_wrap_and_control_sequences_are_dropped() -> None:
    shown = io.StringIO()
    show(
        [Reply("Your parcel \x1b[2Jarrives [on] " + "Thursday " * 10)],
        Console(file=shown, width=40),
    )
    lines = shown.getvalue().splitlines()
    assert len(lines) > 2
    assert all(len(line) <= 40 for line in lines)
    assert "arrives [on]" in lines[0]
    assert "\x1b" not in shown.getvalue()
