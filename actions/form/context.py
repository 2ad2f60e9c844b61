"""What all parts of the request form work on."""

import re
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.form.progress import Progress
from actions.turn import Turn
from aisle.conversations.models import Conversation
from aisle.conversations.verification import is_verified
from aisle.customers.models import Customer
from aisle.shop.backend.contract import ShopBackend
from aisle.shop.models import Order

IDENTITY, CODE, ORDER, PRODUCT = "identity", "code", "order_number", "product_id"
CONFIRMATION, ALTERNATIVE = "confirmation", "alternative"
DETAILS_OR_YES = (
    CONFIRMATION,
    ALTERNATIVE,
    "cancel_reason",
    "address",
    "payment_method",
    "items",
    "options",
)
"""What is asked for once it is clear who it is and which order."""
GIVES_DATA = ("inform", "correction")

_QUESTION = re.compile(
    r"(?:(?:hmm+|oh|ok|okay|wait|and|but|so|also|hold on)\W+)*"
    r"(?!do\s+(?:it|that|so|this|go)\b)(?:do|does|did|is|are|was|were|what|how|when|why|where|which|who|will)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:instead|i(?:'d| would) like|i want|change|make it|rather)\b", re.IGNORECASE
)


@dataclass
class FormContext:
    """``asked`` is what the bot asked for last; None when the form is not active."""

    turn: Turn
    progress: Progress
    session: Session
    conversation: Conversation
    backend: ShopBackend
    dispatcher: CollectingDispatcher
    asked: str | None
    _orders: list[Order] | None = field(default=None)

    def say(self, response: str, **values: Any) -> None:
        self.dispatcher.utter_message(response=response, **values)

    @property
    def is_known(self) -> bool:
        return is_verified(self.conversation)

    @property
    def customer(self) -> Customer:
        customer = self.conversation.customer
        assert customer is not None  # asked for only once the customer is verified
        return customer

    @property
    def orders(self) -> list[Order]:
        """The customer's own orders, the newest first."""
        if self._orders is None:
            self._orders = list(self.backend.orders(self.customer.id))
        return self._orders

    @property
    def order(self) -> Order | None:
        """The order that the form has settled on."""
        number = self.progress.order_number
        return next((order for order in self.orders if order.id == number), None)

    @property
    def is_question(self) -> bool:
        """Whether the message asks something and does not ask for something."""
        text = self.turn.text
        if self.turn.intent == "affirm" and "?" not in text:
            return False  # "ok do that"
        return bool(_QUESTION.match(text.strip())) and not _WISH.search(text)
