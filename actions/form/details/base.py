"""What a change needs to be known beside the order."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from actions.form.context import FormContext
from actions.form.progress import Verdict
from aisle.shop.models import Order, PaymentMethod
from aisle.shop.policies.changes import Change
from aisle.shop.policies.refusals import Refusal

MOST_CHOICES = 6


@dataclass
class ItemDraft:
    """Pieces of a line, and for an exchange what shall take their place.

    ``wanted`` are options, and ``keys`` are those that shall differ in any way; ``variant``
    is set once it is clear which one is meant.
    """

    line: str
    quantity: int
    wanted: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    cheapest: bool = False
    variant: str | None = None


@dataclass
class Draft:
    """A change as far as it is known; kept in a slot between messages.

    ``said`` are the texts that it was read from. ``offered`` are ids that were shown to
    choose from, in that order, and ``expected`` is the line that the question was about.
    ``unclear`` is a text that fits several lines, until it is said which one is meant.
    """

    said: list[str] = field(default_factory=list)
    reason: str | None = None
    address: dict[str, str] | None = None
    method: str | None = None
    items: list[ItemDraft] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    expected: str | None = None
    unclear: str | None = None

    @classmethod
    def from_slot(cls, content: dict[str, Any] | None) -> "Draft":
        known = {item.name for item in fields(cls)}
        draft = cls(**{name: value for name, value in (content or {}).items() if name in known})
        draft.items = [ItemDraft(**item) for item in draft.items]  # type: ignore[arg-type]
        return draft

    def to_slot(self) -> dict[str, Any]:
        return asdict(self)


class Details(ABC):
    """The details of one kind of change: reads them, and asks for those that are missing."""

    def __init__(self, context: FormContext, order: Order | None) -> None:
        self.context = context
        self._order = order
        self.draft = Draft.from_slot(context.progress.draft)

    @property
    def order(self) -> Order:
        assert self._order is not None  # the form has settled on it
        return self._order

    @property
    def methods(self) -> list[PaymentMethod]:
        return list(self.context.backend.payment_methods(self.context.customer.id))

    def save(self) -> None:
        self.context.progress.draft = self.draft.to_slot()

    def nothing_possible(self, response: str) -> None:
        """Say why there is nothing to choose; a human may know a way."""
        self.context.say(response)
        self.context.progress.verdict = Verdict.HUMAN_OFFERED

    def named(self) -> list[str]:
        """Return what the summary names, beside the operation and its order."""
        lines = [line for line in self.order.lines if not self.draft.items] if self._order else []
        return [line.variant.product.name for line in lines]

    @abstractmethod
    def read(self, text: str) -> bool:
        """Take what a text says; whether it says anything."""

    @abstractmethod
    def ask(self) -> str | None:
        """Ask for the next thing that is missing; None when nothing is."""

    @abstractmethod
    def change(self) -> Change:
        """Return the change, once nothing is missing."""

    @abstractmethod
    def forget(self, refusal: Refusal) -> bool:
        """Forget what a rule does not allow, so that it is asked for; False: nothing helps."""
