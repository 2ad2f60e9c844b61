"""What a channel answers when it cannot take a message, the same on each of them."""

from typing import Any

import structlog
from rasa.core.lock_store import LockError
from sqlalchemy.exc import DBAPIError

from aisle.conversations.errors import MessageNotAllowed
from aisle.live.locks import LockTimeout
from aisle.rasa_ext.turn import TurnFailed

LONGEST_MESSAGE = 4_000
_logger = structlog.get_logger()


class Problem(Exception):
    """A message that is not taken: ``document`` is what the caller gets (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(title)
        self.status = status
        self.document = {"title": title, "status": status, "detail": detail}


def visitor_text(text: object) -> str:
    """Return a visitor's message.

    Raises:
        Problem: 422 when it is no text, empty or longer than 4,000 characters.
    """
    if not isinstance(text, str) or not text.strip():
        raise Problem(422, "Message missing", "message must be a text that is not empty")
    if len(text) > LONGEST_MESSAGE:
        raise Problem(422, "Message too long", f"message takes {LONGEST_MESSAGE} characters")
    return text


def require_model(app: Any) -> None:
    """Raise Problem when the server has no model; Rasa would ignore the message silently."""
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise _unavailable()


def failure(error: Exception) -> Problem:
    """Return what to say after ``error`` while a message was answered, and log it."""
    reason = error.__cause__ if isinstance(error, TurnFailed) else error
    if isinstance(reason, MessageNotAllowed):
        return Problem(409, "Message not allowed", str(reason))
    # With no text of the customer: the log keeps what went wrong, and where.
    _logger.error("message.failed", exc_info=error)
    if isinstance(reason, (LockError, LockTimeout, DBAPIError)):
        return _unavailable()
    detail = "Sorry, something went wrong on our side. Please try again."
    return Problem(500, "Message not answered", detail)


def _unavailable() -> Problem:
    detail = "Sorry, the assistant cannot answer at the moment. Please try again soon."
    return Problem(503, "Assistant not available", detail)
