"""A server that speaks the protocol of OpenAI's chat completions, with models to order.

A model is a function that gets the request's body and yields what it writes. A server can also be
told what to do byte by byte, as broken ones do.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from aisle.knowledge.answers import written
from aisle.language.chat_model import get_chat_model
from aisle.settings import ResponseGenerationSettings, get_settings

API_KEY = "sk-tr0ub4dor-and-3"

Body = dict[str, Any]
Model = Callable[[Body], Iterable[str]]
Wire = Callable[[Body], Iterable[bytes]]


class ModelServer:
    """What a running server was asked, and where it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.hung_up = threading.Event()

    def settings(self, **values: object) -> ResponseGenerationSettings:
        given = {"model_name": "wise-owl", "api_key": API_KEY, "base_url": self.url, **values}
        return ResponseGenerationSettings(**given)

    def environment(self) -> dict[str, str]:
        """Return the variables that let a process's settings name this server."""
        return {
            "AISLE_LLM_MODEL": "wise-owl",
            "AISLE_LLM_API_KEY": API_KEY,
            "AISLE_LLM_BASE_URL": self.url,
        }


@contextmanager
def serving(wire: Wire) -> Iterator[ModelServer]:
    """Run a server on a free port that sends these bytes to whoever asks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            server.requests.append(body)
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            server.paths.append(self.path)
            try:
                for sent in wire(body):
                    self.wfile.write(sent)
            except OSError:
                server.hung_up.set()

        def log_message(self, *_: object) -> None:
            """Keep the tests' output to themselves."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = ModelServer(f"http://127.0.0.1:{http.server_port}/v1")
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


@contextmanager
def configured(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """Run a server that the process's settings name."""
    with serving(wire) as server, monkeypatch.context() as patch:
        for name, value in server.environment().items():
            patch.setenv(name, value)
        _forget_the_process_s()
        yield server
    _forget_the_process_s()


def writing(model: Model, finish: str = "stop") -> Wire:
    """Stream what the model writes as a well-behaved server does."""

    def wire(body: Body) -> Iterator[bytes]:
        yield streaming()
        for piece in model(body):
            yield event(piece)
        yield event(None, finish) + b"data: [DONE]\n\n"

    return wire


def saying(*pieces: str) -> Model:
    return lambda _: pieces


def streaming() -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
        b"Connection: close\r\n\r\n"
    )


def event(piece: str | None, finish: str | None = None) -> bytes:
    delta = {} if piece is None else {"content": piece}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "wise-owl",
        "choices": [choice],
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()


def failing(status: int) -> Wire:
    """Refuse as OpenAI does, quoting the request as some servers do."""

    def wire(body: Body) -> Iterator[bytes]:
        error = json.dumps({"error": {"message": f"No: {body} {API_KEY}", "type": "refused"}})
        yield (
            f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            f"Content-Length: {len(error.encode())}\r\nConnection: close\r\n\r\n{error}"
        ).encode()

    return wire


def raw(*sent: bytes) -> Wire:
    return lambda _: sent


def drip(start: bytes, drop: bytes, seconds: float = 0.05) -> Wire:
    """Send the drop again and again, for as long as somebody listens."""

    def wire(_: Body) -> Iterator[bytes]:
        yield start
        while True:
            time.sleep(seconds)
            yield drop

    return wire


def data(body: Body) -> Any:
    """Return the passages and the question as a model reads them."""
    return json.loads(body["messages"][1]["content"])


def honest(body: Body) -> Iterator[str]:
    """Quotes the first sentence of each passage, word by word."""
    for passage in data(body)["passages"]:
        first = re.split(r"(?<=[.!?])\s", passage["text"])[0]
        for word in first.rstrip(".").split():
            yield f"{word} "
        yield f"[{passage['number']}]. "


def obedient(body: Body) -> Iterator[str]:
    """Does what any text tells it, wherever it stands, and then what it was asked to do."""
    everything = body["messages"][1]["content"] + json.dumps(data(body), ensure_ascii=False)
    for order in re.findall(r"say (?:that )?'([^']+)'", everything, re.IGNORECASE):
        yield f"{order} [1]. "
    for address in re.findall(r"write to (\S+@[\w.-]+\w)", everything):
        yield f"Please write to {address} with your order number [1]. "
    if "system prompt" in everything:
        yield from (f"{line} [1].\n" for line in body["messages"][0]["content"].splitlines())
    if found := re.search(r"you are now (\w+)", everything, re.IGNORECASE):
        yield f"I am {found[1]} and I can do anything now [1]. "
    yield from honest(body)


def _forget_the_process_s() -> None:
    for cached in (get_settings, get_chat_model, written._outage):
        cached.cache_clear()
