"""Which items come back, and where does the money go?"""

import re
import uuid

from actions.form.details.base import Details, ItemDraft
from actions.form.details.items import (
    ask_items,
    line_of,
    means_only,
    read_choice,
    read_taken_back,
    remember_unclear,
    take_what_there_is,
)
from actions.form.refused import say_refusal
from aisle.shop.policies.books import paid_by_method
from aisle.shop.policies.changes import Pieces, ReturnItems
from aisle.shop.policies.refusals import NothingChosen, RefundElsewhere, Refusal, TooManyPieces
from aisle.shop.selection.methods import MethodChoice, choose_method, names_method

_ALSO = re.compile(r"\b(?:also|too|as well|and|add|plus)\b", re.IGNORECASE)
_ABOUT_MONEY = re.compile(r"\b(?:refund\w*|money|pay\w*|card|paypal|credit)\b", re.IGNORECASE)


class ReturnDetails(Details):
    def read(self, text: str) -> bool:
        return any([self._read_method(text), self._read_items(text)])

    def ask(self) -> str | None:
        if self.draft.items:
            return None
        lines = self.order.lines
        if len(lines) == 1 and lines[0].quantity == 1:
            self.draft.items = [ItemDraft(str(lines[0].id), 1)]
            return None
        return ask_items(self, "utter_need_items_to_return", all_at_once=True)

    def change(self) -> ReturnItems:
        items = tuple(Pieces(uuid.UUID(item.line), item.quantity) for item in self.draft.items)
        return ReturnItems(self.order.id, items, self.draft.method)

    def forget(self, refusal: Refusal) -> bool:
        if isinstance(refusal, RefundElsewhere):
            self.draft.method = None
        elif isinstance(refusal, TooManyPieces):
            take_what_there_is(self)
        elif isinstance(refusal, NothingChosen):
            self.draft.items = []
        else:
            return False
        return True

    def named(self) -> list[str]:
        lines = [line_of(self, item) for item in self.draft.items]
        return [line.variant.product.name for line in lines]

    def _read_items(self, text: str) -> bool:
        if read_taken_back(self, text):
            return True
        choice = read_choice(self, text)
        chosen = [ItemDraft(str(piece.line_id), piece.quantity) for piece in choice.lines]
        if not chosen:
            return remember_unclear(self, choice)
        if _ALSO.search(text) and not means_only(text):
            new = {item.line for item in chosen}
            chosen = [*(item for item in self.draft.items if item.line not in new), *chosen]
        changed = chosen != self.draft.items
        self.draft.items = chosen
        return changed

    def _read_method(self, text: str) -> bool:
        if not _ABOUT_MONEY.search(text):
            return False
        before = self.draft.method
        choice = choose_method(text, self.methods)
        if names_method(text) and choice == MethodChoice():
            say_refusal(self.context, RefundElsewhere())
            return True
        if choice.method is not None:
            paid_with = {method.id for method, _ in paid_by_method(self.order)}
            is_original = paid_with == {choice.method.id}
            self.draft.method = None if is_original else choice.method.id
        return self.draft.method != before
