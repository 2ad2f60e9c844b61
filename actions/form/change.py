"""A change of an order or account: its details, what will happen, and the explicit yes."""

import re

from actions.form.consent import says_yes, wish_after_yes
from actions.form.context import ALTERNATIVE, CODE, CONFIRMATION, IDENTITY, ORDER, FormContext
from actions.form.details.address import AddressDetails, DefaultAddressDetails
from actions.form.details.base import Details
from actions.form.details.cancel import CancelDetails
from actions.form.details.items import read_choice
from actions.form.details.payment import PaymentDetails
from actions.form.details.returns import ReturnDetails
from actions.form.details.swaps import ChangeItemsDetails, ExchangeDetails
from actions.form.progress import Verdict
from actions.form.refused import Alternative, alternative_to, say_refusal
from actions.form.summaries import Summary
from actions.form.wish import WishPart
from actions.request_words import request_by_words, request_of, takes_back
from actions.requests import is_change
from aisle.shop.backend.contract import OperationNotSupported
from aisle.shop.orders import OrderState
from aisle.shop.policies.allowed import check_status
from aisle.shop.policies.changes import Operation
from aisle.shop.policies.plan import Plan
from aisle.shop.policies.refusals import Refusal
from aisle.shop.selection.methods import names_method
from aisle.shop.wording import spoken_lines

MOST_CORRECTIONS = 3
"""Refused details that are asked for again in one turn, before a human is offered."""

_DETAILS: dict[Operation, type[Details]] = {
    Operation.CANCEL_ORDER: CancelDetails,
    Operation.CHANGE_ADDRESS: AddressDetails,
    Operation.CHANGE_DEFAULT_ADDRESS: DefaultAddressDetails,
    Operation.CHANGE_PAYMENT: PaymentDetails,
    Operation.CHANGE_ITEMS: ChangeItemsDetails,
    Operation.EXCHANGE_ITEMS: ExchangeDetails,
    Operation.RETURN_ITEMS: ReturnDetails,
}
_SUBJECTS = ("address", "order", "payment", "method", "item", "items")
_VERBS: dict[Operation, tuple[str, ...]] = {
    Operation.CANCEL_ORDER: ("cancel",),
    Operation.CHANGE_ADDRESS: ("change", "send", "ship", "deliver"),
    Operation.CHANGE_DEFAULT_ADDRESS: ("change", "set"),
    Operation.CHANGE_PAYMENT: ("change", "switch", "pay", "use"),
    Operation.CHANGE_ITEMS: ("change", "swap", "exchange", "switch"),
    Operation.EXCHANGE_ITEMS: ("exchange", "swap", "change"),
    Operation.RETURN_ITEMS: ("return", "refund", "send", "back"),
}
_THE_OTHER = re.compile(r"\bother (?:one|order)\b", re.IGNORECASE)
_A_PART = re.compile(r"\b(?:only|just|single|part|keep|rest)\b", re.IGNORECASE)


class ChangePart:
    def __init__(self, context: FormContext, wish: WishPart) -> None:
        self._context = context
        self._progress = context.progress
        self._wish = wish

    # --- reading

    def read(self) -> bool:
        """Take details, a yes or a correction from the message; whether there was any."""
        asked = self._context.asked
        if asked == ALTERNATIVE:
            return self._read_alternative()
        if self._operation is None or asked in (None, IDENTITY, CODE, ORDER):
            return False
        if self._context.is_question and not self._is_asked_for():
            return self._read_question()
        if self._asks_for_a_part():
            return self._read_question()
        details = self._details()
        before = details.draft.to_slot()
        details.draft.said = [*details.draft.said, self._context.turn.text]
        brought = details.read(self._context.turn.text)
        changed = details.draft.to_slot() != {**before, "said": details.draft.said}
        if changed or (brought and self._context.turn.intent != "affirm"):
            details.save()
            return True
        if asked == CONFIRMATION and self._read_yes():
            return True
        return names_method(self._context.turn.text)  # the one that is offered already

    def _read_yes(self) -> bool:
        """Only a clear yes, to what was just shown, counts."""
        turn = self._context.turn
        further = self._wish.further_wishes()
        intent, text = turn.intent, turn.text
        only_changes = all(is_change(wish["request"]) for wish in further)
        if not only_changes and not wish_after_yes(text):
            return False  # "yes, what's the total again": first the answer, then the yes
        if further:
            intent, text = turn.clauses[0]["intent"]["name"], turn.clauses[0]["text"]
        elif (rest := wish_after_yes(text)) is not None and self._read_yes_and(rest):
            return True
        other_wish = request_of(intent, text) not in (None, self._progress.request)
        if other_wish or not says_yes(intent, text, self._subject()):
            return False
        self._progress.waiting = [*(self._progress.waiting or []), *further]
        self._progress.verdict = Verdict.CONFIRMED
        return True

    def _read_yes_and(self, rest: str) -> bool:
        """ "Yes, and cancel the other one as well": done, and then the next."""
        request = request_of(self._context.turn.intent, rest) or request_by_words(rest)
        if request is None and _THE_OTHER.search(rest):
            request = self._progress.request
        if request is None or not self._wish.wait_for(request, rest):
            return False
        self._progress.verdict = Verdict.CONFIRMED
        return True

    def _subject(self) -> set[str]:
        """Words of what was offered: "yes, return the boots", "yes, change the address"."""
        order, operation = self._context.order, self._operation
        names = " ".join(self._details().named()).casefold()
        verbs = _VERBS[operation] if operation else ()
        number = order.id.casefold().lstrip("#") if order else ""
        return {*_SUBJECTS, *verbs, *re.findall(r"\w+", names), number, number.lstrip("w")}

    def _read_alternative(self) -> bool:
        if not says_yes(self._context.turn.intent, self._context.turn.text):
            return False
        alternative, self._progress.alternative = self._progress.alternative, None
        if alternative == Alternative.HUMAN:
            self._progress.verdict = Verdict.HUMAN
            return True
        said = (self._progress.draft or {}).get("said") or []
        self._progress.begin(alternative or "", " ".join(said), [])
        self._progress.order_hint = None  # the same order
        return True

    def _asks_for_a_part(self) -> bool:
        """ "Can you cancel only the headphones?" """
        if self._operation is not Operation.CANCEL_ORDER:
            return False
        turn = self._context.turn
        other = request_of(turn.intent, turn.text) or request_by_words(turn.text)
        if other not in (None, "cancel_order") or takes_back(turn.text):
            return False
        answers = self._context.turn.intent in ("affirm", "deny", "correction")
        if answers and not _A_PART.search(self._context.turn.text):
            return False
        return bool(read_choice(self._details(), self._context.turn.text).lines)

    def _is_asked_for(self) -> bool:
        """Whether a question may still be an answer: "is paypal ok?" to "how to pay?"."""
        return self._context.asked not in (CONFIRMATION,) and self._context.turn.intent in (
            "inform",
            "correction",
            "affirm",
        )

    def _read_question(self) -> bool:
        """Answer what is asked about the summary itself: "does that include the jacket?"."""
        details = self._details()
        cancelling = self._operation is Operation.CANCEL_ORDER
        if not cancelling and self._context.asked != CONFIRMATION:
            return False
        if not read_choice(details, self._context.turn.text).lines:
            return False
        if self._operation is Operation.CANCEL_ORDER:
            self._context.say("utter_cancels_all", items=spoken_lines(details.order.lines))
        return True

    # --- asking

    def check_status(self) -> str | None:
        """Say so at once when the order's state does not allow it; ask for an alternative."""
        if self._progress.request == "get_refund":
            return self._turn_into_change()
        if self._operation is None:
            return None
        if self._operation not in self._context.backend.operations:
            self._progress.verdict = Verdict.NOT_SUPPORTED
            return None
        if self._context.order is None:
            return None
        try:
            check_status(self._operation, self._context.order)
        except Refusal as refusal:
            return self._refuse(refusal)
        return None

    def _turn_into_change(self) -> str | None:
        """Money comes back by a return, or by cancelling; a refund under way is told."""
        order = self._context.order
        if order is None or order.refunds:
            return None
        if order.status == OrderState.DELIVERED:
            self._context.say("utter_refund_by_return")
            self._progress.request = "return_item"
            return self.check_status()
        if order.status == OrderState.PENDING:
            self._context.say("utter_offer_cancel_for_refund", order_number=order.id)
            self._progress.alternative = "cancel_order"
            return ALTERNATIVE
        return None

    def ask(self) -> str | None:
        """Ask for what is missing, then for the yes; None when there is nothing to ask."""
        if self._operation is None:
            return None
        details = self._details()
        self._read_notes(details)
        for _ in range(MOST_CORRECTIONS):
            missing = details.ask()
            details.save()
            if missing is not None or self._progress.verdict is not None:
                return missing
            try:
                return self._ask_yes(self._preview(details), details)
            except OperationNotSupported:
                self._progress.verdict = Verdict.NOT_SUPPORTED
                return None
            except Refusal as refusal:
                say_refusal(self._context, refusal)
                if not details.forget(refusal):
                    break
        self._progress.verdict = Verdict.HUMAN_OFFERED
        return None

    def _read_notes(self, details: Details) -> None:
        notes, self._progress.notes = self._progress.notes, None
        for text in notes or []:
            details.draft.said = [*details.draft.said, text]
            details.read(text)

    def _ask_yes(self, plan: Plan, details: Details) -> str:
        self._progress.offer = plan.fingerprint
        response, values = Summary(plan, self._context.order, details.methods).offer()
        self._context.say(response, **values)
        return CONFIRMATION

    def _refuse(self, refusal: Refusal) -> str | None:
        """Say why it is not possible, and offer or begin what is."""
        alternative = alternative_to(self._progress.request or "", self._context.order)
        if alternative.begins_at_once:
            self._context.say(alternative.response, order_number=self._progress.order_number)
            self._progress.request = alternative.request
            return self.check_status()
        say_refusal(self._context, refusal, operation=self._operation)
        self._progress.alternative = alternative.request
        if alternative.request is None:
            self._progress.verdict = Verdict.TOLD
            return None
        self._context.say(alternative.response, order_number=self._progress.order_number)
        return ALTERNATIVE

    # --- looking up

    @property
    def _operation(self) -> Operation | None:
        return self._progress.needs.operation

    def _preview(self, details: Details) -> Plan:
        return self._context.backend.preview(self._context.customer.id, details.change())

    def _details(self) -> Details:
        return details_of(self._context)


def details_of(context: FormContext) -> Details:
    """Return the details of the change that is being dealt with, as far as they are known."""
    operation = context.progress.needs.operation
    assert operation is not None  # asked for only when there is one
    return _DETAILS[operation](context, context.order)
