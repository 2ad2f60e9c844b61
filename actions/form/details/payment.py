"""With which of the customer's payment methods?"""

from actions.form.details.base import Details
from actions.form.refused import say_refusal
from aisle.shop.models import PaymentMethod
from aisle.shop.policies.changes import ChangePayment, Operation
from aisle.shop.policies.methods import methods_for
from aisle.shop.policies.refusals import GiftCardTooSmall, NotOwnMethod, Refusal, SameMethod
from aisle.shop.selection.methods import choose_method, names_method
from aisle.shop.wording import payment_method_name

METHOD = "payment_method"


class PaymentDetails(Details):
    def read(self, text: str) -> bool:
        before = self.draft.method
        choice = choose_method(text, self.methods, offered=self.draft.offered)
        if choice.method is not None:
            self.draft.method = choice.method.id
        elif choice.candidates:
            self.draft.method = None
            self.draft.offered = [method.id for method in choice.candidates]
            return True
        elif names_method(text):
            say_refusal(self.context, NotOwnMethod())
            return True
        return self.draft.method != before

    def named(self) -> list[str]:
        chosen = [method for method in self.methods if method.id == self.draft.method]
        return [payment_method_name(method) for method in chosen]

    def ask(self) -> str | None:
        if self.draft.method is not None:
            return None
        possible = self._possible()
        if len(possible) == 1 and self.context.asked != METHOD:
            self.draft.method = possible[0].id
            return None
        if not possible:
            self.nothing_possible("utter_no_other_payment_method")
            return None
        offered = [method for method in possible if method.id in self.draft.offered] or possible
        self.draft.offered = [method.id for method in offered]
        ask_method(self, "utter_need_payment_method", offered)
        return METHOD

    def change(self) -> ChangePayment:
        return ChangePayment(self.order.id, self.draft.method or "")

    def forget(self, refusal: Refusal) -> bool:
        if not isinstance(refusal, GiftCardTooSmall | SameMethod):
            return False
        self.draft.method = None
        self.draft.offered = []
        return bool(self._possible())

    def _possible(self) -> list[PaymentMethod]:
        return methods_for(Operation.CHANGE_PAYMENT, self.order, self.methods)


def ask_method(details: Details, response: str, methods: list[PaymentMethod]) -> None:
    names = [payment_method_name(method) for method in methods]
    buttons = [{"title": name, "payload": name} for name in names]
    details.context.dispatcher.utter_message(response=response, buttons=buttons)
