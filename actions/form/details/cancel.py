"""Why is an order to be cancelled?"""

from actions.form.details.base import Details
from aisle.shop.policies.changes import CancelOrder, CancelReason
from aisle.shop.policies.refusals import Refusal
from aisle.shop.selection.reasons import read_reason

REASON = "cancel_reason"


class CancelDetails(Details):
    slots = (REASON,)

    def read(self, text: str) -> bool:
        reason = read_reason(text)
        if reason is None:
            return False
        self.draft.reason = reason.value
        return True

    def ask(self) -> str | None:
        if self.draft.reason is not None:
            return None
        self.context.say("utter_need_cancel_reason", order_number=self.order.id)
        return REASON

    def change(self) -> CancelOrder:
        return CancelOrder(self.order.id, CancelReason(self.draft.reason))

    def forget(self, refusal: Refusal) -> bool:
        return False
