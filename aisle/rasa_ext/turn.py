"""The turn that Rasa is in: one message of one conversation, from its lock to its save.

Rasa's tracker store is wrapped in one that catches every error: a failed look-up would
look like a new conversation, a failed save would vanish. Inside a turn our store
therefore raises `TurnAborted`, which passes that wrapper, and the turn ends as failed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from aisle.conversations.inbox import Claim


class TurnFailed(Exception):
    """The message could not be answered; nothing of the turn was saved."""


class ActionFailed(Exception):
    """An action could not run, and the message may be tried again."""


class TurnAborted(BaseException):
    """Carries an error past everything that catches ``Exception``."""


@dataclass
class Turn:
    """``claim`` is None for a message that came in over one of Rasa's own channels.

    ``is_last_try``: a failed action is apologised for; before, it ends the turn.
    """

    claim: Claim | None = None
    is_last_try: bool = True
    is_answered: bool = False


_current: ContextVar[Turn | None] = ContextVar("turn", default=None)


def current_turn() -> Turn | None:
    return _current.get()


@contextmanager
def turn_of(claim: Claim, *, is_last_try: bool = True) -> Iterator[Turn]:
    """Let everything inside belong to the turn that answers the claimed message."""
    turn = Turn(claim, is_last_try)
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)


@contextmanager
def any_turn() -> Iterator[None]:
    """Make sure that there is a turn, and end it as failed when it was aborted.

    Raises:
        TurnFailed: the turn was aborted; the reason is its cause.
    """
    token = _current.set(_current.get() or Turn())
    try:
        yield
    except TurnAborted as aborted:
        raise TurnFailed(str(aborted.__cause__)) from aborted.__cause__
    finally:
        _current.reset(token)
