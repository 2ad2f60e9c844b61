"""What the request form knows so far."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from rasa_sdk.events import SlotSet

from actions.requests import REQUESTS, Request
from actions.turn import Event, Turn


@dataclass
class Progress:
    """The form's slots: what is wanted, and what is known so far.

    ``order_hint`` is the text that says which order is meant until that is settled:
    it waits there while the customer proves who they are.
    """

    request: str | None = None
    credentials: dict[str, str | None] | None = None
    order_hint: dict[str, Any] | None = None
    order_number: str | None = None
    offered_orders: list[str] | None = None
    product_id: str | None = None

    @classmethod
    def of(cls, turn: Turn) -> "Progress":
        return cls(**{field.name: turn.slot(field.name) for field in fields(cls)})

    @property
    def needs(self) -> Request:
        return REQUESTS.get(self.request or "", Request())

    def changes_since(self, before: "Progress") -> list[Event]:
        old = asdict(before)
        return [SlotSet(key, value) for key, value in asdict(self).items() if value != old[key]]
