"""Refuses bodies that are larger than anybody needs, before they are read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aisle.api.problems import problem
from aisle.knowledge.articles.fields import LONGEST_CONTENT

JSON_BYTES = 64 * 1024
ARTICLE_BYTES = JSON_BYTES + 6 * LONGEST_CONTENT
"""JSON may write any character of the content as ``\\u1234``."""

FORM_OVERHEAD_BYTES = 16 * 1024


class BodyLimit:
    """Answers 413 to a body above the limit of its path."""

    def __init__(self, app: ASGIApp, attachment_bytes: int) -> None:
        self._app = app
        self._attachment_bytes = attachment_bytes + FORM_OVERHEAD_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET":  # nobody reads a GET's body
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        await self._counting(scope, receive, send, limit)

    def _limit(self, path: str) -> int:
        if path.endswith("/attachments"):
            return self._attachment_bytes
        return ARTICLE_BYTES if path.startswith("/knowledge/articles") else JSON_BYTES

    async def _counting(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """A body in chunks declares no length, so what comes is counted."""
        received, answered = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _BodyTooLarge:
            if not answered:
                await _too_large(limit)(scope, receive, send)


class _BodyTooLarge(BaseException):
    """Passes the handlers of the application, which would take it for a fault."""


def _too_large(limit: int) -> ASGIApp:
    return problem(413, f"The request body is too large: at most {limit} bytes are accepted")
