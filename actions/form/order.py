"""Which of the customer's orders is it about?"""

import re
from typing import Any

from actions.form.context import CONFIRMATION, DETAILS_OR_YES, GIVES_DATA, ORDER, FormContext
from actions.form.progress import Verdict
from actions.requests import REQUESTS
from aisle.shop.catalogue import get_catalogue
from aisle.shop.choice import (
    OrderChoice,
    OrderHint,
    likely_order,
    mentions_malformed_number,
    point_at_order,
)
from aisle.shop.numbers import find_order_numbers
from aisle.shop.wording import short_order

_OTHER_ORDER = re.compile(
    r"\b(?:other|different|another|wrong) (?:order|one|parcel)\b|\bthe order (?:with|of|from)\b",
    re.IGNORECASE,
)
_SAME_ORDER = re.compile(r"\b(?:it|that|this|them|same|those|these|the order)\b", re.IGNORECASE)


class OrderPart:
    def __init__(self, context: FormContext) -> None:
        self._context = context
        self._progress = context.progress

    def read(self) -> bool:
        """Take what the message says about the order; whether it says anything."""
        context, progress = self._context, self._progress
        text = context.turn.text
        if find_order_numbers(text):
            progress.order_hint = self.hint()
            if context.turn.intent not in REQUESTS and not progress.needs.needs_order:
                progress.request = "track_order"
            return True
        if not context.is_known or not self._may_point():
            return False
        if not mentions_malformed_number(text) and not self.points_at_order():
            return False
        progress.order_hint = self.hint()
        progress.request = progress.request or "track_order"
        return True

    def read_number(self) -> None:
        """Take an order number that stands in a message about something else."""
        if find_order_numbers(self._context.turn.text):
            self._progress.order_hint = self.hint()

    def points_at_order(self) -> bool:
        return self._context.is_known and self._point(self.hint()) is not None

    def hint(self) -> dict[str, Any]:
        turn = self._context.turn
        return {"text": turn.text, "dates": turn.entities("date")}

    def ask(self) -> str | None:
        """Settle which order is meant, or ask; None when it is settled or there is none."""
        if not self._progress.needs.needs_order:
            return None
        before = self._progress.order_number
        if self._is_missing():
            return self._ask()
        if self._context.order is None:
            self._context.say("utter_no_orders")
            self._progress.verdict = Verdict.HUMAN_OFFERED
            return None
        if self._progress.order_number != before and self._progress.draft:
            # Another order after all: what was said is read again with its items.
            self._progress.notes = self._progress.draft.get("said")
            self._progress.draft = self._progress.offer = None
        return None

    def _may_point(self) -> bool:
        """Whether words, not only numbers, may say which order is meant."""
        asked = self._context.asked
        intent = self._context.turn.intent
        if asked == CONFIRMATION:
            other = _OTHER_ORDER.search(self._context.turn.text) is not None
            return intent == "correction" or other  # "no, the t-shirt one"
        return asked == ORDER or (asked is None and intent in GIVES_DATA)

    def _is_missing(self) -> bool:
        context, progress = self._context, self._progress
        hint, progress.order_hint = progress.order_hint, None
        if hint and mentions_malformed_number(hint["text"]):
            context.say("utter_order_number_malformed")
            progress.order_number = None
        choice = self._point(hint) if hint else None
        if choice is None and progress.order_number is not None:
            if not self._is_stale(hint):
                return False
            progress.order_number = None
        if choice is not None and choice.unknown_number is not None:
            context.say("utter_order_not_found", order_number=choice.unknown_number)
            self._offer(self._likely())
            progress.order_number = None
            return True
        if choice is not None and self._is_among(choice):
            return False
        return self._offer(choice or self._likely())

    def _is_among(self, choice: OrderChoice) -> bool:
        """Whether the order that is being dealt with fits as well as others do."""
        dealt_with = self._progress.order_number
        fits = any(order.id == dealt_with for order in choice.candidates)
        return fits and self._context.asked in DETAILS_OR_YES

    def _is_stale(self, hint: dict[str, Any] | None) -> bool:
        """Whether a new wish cannot be about the order that was talked about before."""
        order, statuses = self._context.order, self._progress.needs.statuses
        if hint is None or order is None or not statuses or order.status in statuses:
            return order is None
        if _SAME_ORDER.search(hint["text"]):
            return False
        return any(other.status in statuses for other in self._context.orders)

    def _offer(self, choice: OrderChoice) -> bool:
        """Take the one order, or keep those to choose from; whether there is a choice left."""
        progress = self._progress
        progress.order_number = choice.order.id if choice.order else None
        if choice.order is None:  # otherwise kept, for "the other one"
            progress.offered_orders = [order.id for order in choice.candidates] or None
        return bool(choice.candidates)

    def _point(self, hint: dict[str, Any]) -> OrderChoice | None:
        return point_at_order(
            self._context.orders,
            OrderHint(**hint),
            get_catalogue(),
            offered=self._progress.offered_orders or [],
            current=self._progress.order_number,
            statuses=self._progress.needs.statuses,
        )

    def _likely(self) -> OrderChoice:
        return likely_order(self._context.orders, self._progress.needs.statuses)

    def _ask(self) -> str:
        numbers = self._progress.offered_orders or []
        offered = [
            order for number in numbers for order in self._context.orders if order.id == number
        ]
        buttons = [{"title": short_order(order), "payload": order.id} for order in offered]
        response = "utter_ask_which_order" if buttons else "utter_which_order_number"
        self._context.dispatcher.utter_message(response=response, buttons=buttons)
        return ORDER
