"""A web site on this machine to import from."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aisle.knowledge.importers.drafts import Options


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    location: str | None = None
    seconds_between_bytes: float = 0.0


@dataclass
class Site:
    """What is at each path; ``asked`` are the paths that were asked for, in order."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8") -> str:
        """Put a body at the path and return its address."""
        raw = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(raw, kind)
        return self.address + path

    def put_page(self, path: str, title: str, text: str = "Within five days.") -> str:
        return self.put(path, f"<main><h1>{title}</h1><p>{text}</p></main>")

    def put_sitemap(self, path: str, *paths: str) -> str:
        return self.put(path, sitemap(*(self.address + path for path in paths)), "application/xml")

    def redirect(self, path: str, location: str) -> str:
        self.answers[path] = Answer(status=302, location=location)
        return self.address + path


def sitemap(*addresses: str, index: bool = False) -> str:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    places = "".join(f"<{inner}><loc>{address}</loc></{inner}>" for address in addresses)
    name = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?><{outer} xmlns="{name}">{places}</{outer}>'


@pytest.fixture
def options() -> Options:
    return Options(category="help", seconds_a_page=5.0)


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.site = Site(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.site  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append(self.path)
        answer = site.answers.get(self.path, Answer(b"<h1>Not here</h1>", status=404))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it had enough
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        if not answer.seconds_between_bytes:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(answer.seconds_between_bytes)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
