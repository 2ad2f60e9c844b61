"""What the request form knows so far."""

from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any

from rasa_sdk.events import SlotSet

from actions.requests import REQUESTS, Request
from actions.turn import Event, Turn

FORM_SLOTS = ("request", "draft", "offer", "notes", "alternative", "waiting", "verdict")
"""What is forgotten when a human takes over."""


class Verdict(str, Enum):
    """How the form ended, when not with everything known."""

    CONFIRMED = "confirmed"
    """The customer said yes to exactly what was shown."""
    DROPPED = "dropped"
    """The customer does not want it any more."""
    TOLD = "told"
    """Everything there is to say has been said."""
    NOT_SUPPORTED = "not_supported"
    """The shop's system cannot do it, a colleague can."""
    HUMAN_OFFERED = "human_offered"
    """The bot has said why it cannot, and a human might."""
    HUMAN = "human"
    """A human takes over."""


@dataclass
class Progress:
    """The form's slots: what is wanted, and what is known so far.

    ``order_hint`` is the text that says which order is meant until that is settled, and
    ``notes`` are texts that may hold details of a change: both wait there while the
    customer proves who they are. ``draft`` is the change as far as it is known, ``offer``
    names the plan that was last shown, ``alternative`` is what was offered instead,
    ``waiting`` are further wishes, and ``last_change`` is the request that was last done.
    """

    request: str | None = None
    credentials: dict[str, str | None] | None = None
    order_hint: dict[str, Any] | None = None
    order_number: str | None = None
    offered_orders: list[str] | None = None
    product_id: str | None = None
    notes: list[str] | None = None
    draft: dict[str, Any] | None = None
    offer: str | None = None
    alternative: str | None = None
    waiting: list[dict[str, Any]] | None = None
    verdict: str | None = None
    last_change: str | None = None

    @classmethod
    def of(cls, turn: Turn) -> "Progress":
        return cls(**{field.name: turn.slot(field.name) for field in fields(cls)})

    @property
    def needs(self) -> Request:
        return REQUESTS.get(self.request or "", Request())

    def begin(
        self, request: str, text: str, dates: list[str], notes: list[str] | None = None
    ) -> None:
        """Start with a new request; which order was talked about is kept.

        Args:
            text: says which order is meant, and may hold details.
            dates: the dates that NLU found in it.
            notes: texts with details, when not ``text`` itself.
        """
        self.request = request
        self.order_hint = {"text": text, "dates": dates}
        self.notes = [text] if notes is None else notes
        self.draft = self.offer = self.alternative = self.verdict = None

    def changes_since(self, before: "Progress") -> list[Event]:
        old = asdict(before)
        return [SlotSet(key, value) for key, value in asdict(self).items() if value != old[key]]
