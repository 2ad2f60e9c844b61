"""Why is an order to be cancelled?"""

import re

from actions.form.details.base import Details
from actions.form.details.items import read_choice
from aisle.shop.policies.changes import CancelOrder, CancelReason
from aisle.shop.policies.refusals import Refusal
from aisle.shop.selection.reasons import read_reason
from aisle.shop.wording import spoken_lines

REASON = "cancel_reason"

_A_PART = re.compile(
    r"\b(?:keep|keeping|rest|single)\b|\b(?:from|of|off|out of) (?:my|the|that|this)?\s?order\b",
    re.IGNORECASE,
)


class CancelDetails(Details):
    def read(self, text: str) -> bool:
        self._say_when_only_a_part_is_meant(text)
        reason = read_reason(text)
        if reason is None:
            return False
        self.draft.reason = reason.value
        return True

    def _say_when_only_a_part_is_meant(self, text: str) -> None:
        """ "Cancel the headlamp from my order, keep the rest": it is all or nothing."""
        named = {piece.line_id for piece in read_choice(self, text).lines}
        if _A_PART.search(text) and 0 < len(named) < len(self.order.lines):
            self.context.say("utter_cancels_all", items=spoken_lines(self.order.lines))

    def ask(self) -> str | None:
        if self.draft.reason is not None:
            return None
        self.context.say("utter_need_cancel_reason", order_number=self.order.id)
        return REASON

    def change(self) -> CancelOrder:
        return CancelOrder(self.order.id, CancelReason(self.draft.reason))

    def forget(self, refusal: Refusal) -> bool:
        return False
