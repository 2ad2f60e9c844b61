"""Which items become which other variant, and who pays the difference?"""

import re
import uuid
from abc import abstractmethod
from dataclasses import replace
from decimal import Decimal

from actions.form.consent import says_yes
from actions.form.details.base import MOST_CHOICES, Details, ItemDraft
from actions.form.details.items import (
    ask_items,
    line_of,
    means_only,
    read_choice,
    read_taken_back,
    remember_unclear,
    take_what_there_is,
)
from actions.form.details.payment import METHOD, ask_method
from actions.form.progress import Verdict
from actions.form.refused import say_refusal
from aisle.shop.catalogue import get_catalogue
from aisle.shop.models import OrderLine, Product, Variant
from aisle.shop.policies.books import paid_by_method
from aisle.shop.policies.changes import ChangeItems, ExchangeItems, Operation, Swap
from aisle.shop.policies.methods import methods_for
from aisle.shop.policies.refusals import (
    GiftCardTooSmall,
    MethodMissing,
    NothingChosen,
    NotOwnMethod,
    OtherProduct,
    Refusal,
    SameVariant,
    SoldOut,
    TooManyPieces,
)
from aisle.shop.selection.methods import choose_method
from aisle.shop.selection.shown import choose_shown
from aisle.shop.selection.swaps import SwapWish, read_swaps
from aisle.shop.selection.variants import (
    VariantChoice,
    choose_variant,
    describe_variant,
    merge_wanted,
)
from aisle.shop.wording import lower_name

OPTIONS = "options"

_THAT_ONE = re.compile(r"\b(?:that|this|the) one\W*(?:please)?\W*$", re.IGNORECASE)
_TAKE_FROM = re.compile(r"\b(?:take|charge|pay|deduct|get)\b.{0,40}?\bfrom\b", re.IGNORECASE)
_MORE_OR_LESS = re.compile(
    r"\b(?:add(?:ing)?|one more|one less|another(?! (?:one|colou?r|size|version|variant))|"
    r"extra|additional|more of|fewer|quantity|double|"
    r"take\s.{1,30}\s(?:off|out)|(?:take|leave|throw|put)\s(?:off|out|in)|remove|drop|include|"
    r"(?:cancel|without)\s(?:only|just|the)|only cancel|merge|(?:two|three|\d+) instead of)\b",
    re.IGNORECASE,
)


class SwapDetails(Details):
    operation: Operation

    @abstractmethod
    def change(self) -> ChangeItems | ExchangeItems: ...

    # --- reading

    def read(self, text: str) -> bool:
        if self._read_offered_variant(text) or self._read_more_or_less(text):
            return True
        brought = [self._read_swaps(text), self._read_method(text)]
        return any(brought)

    def _read_more_or_less(self, text: str) -> bool:
        """Say that items can only become others, when more or fewer of them are wanted."""
        if self.draft.items or not _MORE_OR_LESS.search(text):
            return False
        wishes = read_swaps(text, list(self.order.lines), self._products, get_catalogue())
        if any(wish.says_something for wish in wishes):
            return False
        self.context.say("utter_refused_only_variants")
        self.context.progress.verdict = Verdict.HUMAN_OFFERED
        return True

    def _read_swaps(self, text: str) -> bool:
        if read_taken_back(self, text):
            return True
        expected = uuid.UUID(self.draft.expected) if self.draft.expected else None
        lines = list(self.order.lines)
        settled = {uuid.UUID(item.line): item.wanted for item in self.draft.items}
        wishes = read_swaps(
            text, lines, self._products, get_catalogue(), expected=expected, settled=settled
        )
        if wishes:
            completed = [self._completed(wish) for wish in wishes]
            return self._merge_all(completed, only=means_only(text))
        choice = read_choice(self, text)
        if choice.lines:
            named = [SwapWish(piece.line_id, piece.quantity) for piece in choice.lines]
            completed = [self._completed(wish) for wish in named]
            return self._merge_all(completed, only=means_only(text))
        if choice.unclear:
            self.draft.unclear = self.draft.unclear or text
        return remember_unclear(self, choice)

    def _completed(self, wish: SwapWish) -> SwapWish:
        """Read the words again that fitted several items, now that it is clear which is meant."""
        if wish.says_something or self.draft.unclear is None:
            return wish
        lines = [line for line in self.order.lines if line.id == wish.line_id]
        wishes = read_swaps(
            self.draft.unclear, lines, self._products, get_catalogue(), expected=wish.line_id
        )
        return next((found for found in wishes if found.says_something), wish)

    def _merge_all(self, wishes: list[SwapWish], *, only: bool = False) -> bool:
        named = {str(wish.line_id) for wish in wishes}
        kept = [item for item in self.draft.items if item.line in named or not only]
        if len(kept) < len(self.draft.items):
            self.draft.items = kept
            self.draft.expected, self.draft.offered = None, []
            self._merge_all(wishes)
            return True
        changed = [self._merge(wish) for wish in wishes]
        return any(changed)

    def _merge(self, wish: SwapWish) -> bool:
        """Add a wish to the draft, or its options to those that are known; whether it is new."""
        line = str(wish.line_id)
        for index, item in enumerate(self.draft.items):
            if item.line != line:
                continue
            if wish.quantity == 0:
                del self.draft.items[index]
                return True
            product = line_of(self, item).variant.product
            new = replace(
                item,
                quantity=wish.quantity if wish.counted else item.quantity,
                wanted=merge_wanted(product, item.wanted, wish.wanted),
                keys=list(wish.keys) or item.keys,
                cheapest=wish.cheapest or item.cheapest,
            )
            if wish.is_unclear:  # what was settled may not be meant any more
                self.draft.items[index] = replace(new, variant=None, wanted={})
                return True
            if self._is_chosen(new, item):
                return self._say_other_product(wish)
            if wish.is_impossible:
                new.wanted = _not_offered(wish)
            if new != replace(item, quantity=new.quantity):
                new.variant = None
            self.draft.items[index] = new
            return new != item or self._say_other_product(wish)
        wanted = _not_offered(wish) if wish.is_impossible else dict(wish.wanted)
        new = ItemDraft(line, wish.quantity, wanted, list(wish.keys), cheapest=wish.cheapest)
        self.draft.items.append(new)
        self._say_other_product(wish)
        return True

    def _is_chosen(self, new: ItemDraft, item: ItemDraft) -> bool:
        """Whether only what is chosen already is said again: "yes, the black one"."""
        if item.variant is None or replace(new, wanted=item.wanted) != item:
            return False
        return new.wanted.items() <= self._variant(item).options.items()

    def _say_other_product(self, wish: SwapWish) -> bool:
        """Say that an item cannot become another product; whether that was asked for."""
        if wish.other is None:
            return False
        line = next(line for line in self.order.lines if line.id == wish.line_id)
        say_refusal(self.context, OtherProduct(line.variant.product.name, wish.other))
        return True

    def _read_offered_variant(self, text: str) -> bool:
        """Take the variant that is chosen of those that were shown: "the second one"."""
        item = self._expected_item()
        shown = self._offered_variants(item)
        if item is None or not shown:
            return False
        chosen = self._chosen_of(text, item, shown)
        if chosen is None:
            return False
        present, wanted = line_of(self, item).variant.id, item.wanted
        for other in self.draft.items:  # equal pieces may stand in several lines
            if line_of(self, other).variant.id == present and other.wanted == wanted:
                other.variant, other.wanted = chosen.id, dict(chosen.options)
        self.draft.offered, self.draft.expected = [], None
        return True

    def _chosen_of(self, text: str, item: ItemDraft, shown: list[Variant]) -> Variant | None:
        if len(shown) == 1 and (says_yes(self.context.turn.intent, text) or _THAT_ONE.search(text)):
            return shown[0]
        return choose_shown(
            text,
            line_of(self, item),
            shown,
            lines=self.order.lines,
            products=self._products,
            catalogue=get_catalogue(),
        )

    def _read_method(self, text: str) -> bool:
        before = self.draft.method
        # "Take the difference from my card" means to it, not away from it.
        choice = choose_method(_TAKE_FROM.sub("with", text), self.methods)
        if choice.method is not None:
            self.draft.method = choice.method.id
        return self.draft.method != before

    # --- asking

    def ask(self) -> str | None:
        if not self.draft.items and not self._take_only_line():
            response = f"utter_need_items_to_{'change' if self._is_pending else 'exchange'}"
            return ask_items(self, response)
        for item in self.draft.items:
            if item.variant is None and not self._settle(item):
                return OPTIONS
        return self._ask_method()

    def _take_only_line(self) -> bool:
        lines = self.order.lines
        if len(lines) != 1 or lines[0].quantity != 1:
            return False
        self.draft.items = [ItemDraft(str(lines[0].id), 1)]
        return True

    def _settle(self, item: ItemDraft) -> bool:
        """Find the variant that is wanted, or ask for it; whether it is clear."""
        line = line_of(self, item)
        product = line.variant.product
        name = lower_name(product.name)
        self.draft.expected = item.line
        choice = choose_variant(line, product, item.wanted)
        if choice.unchanged:
            say_refusal(self.context, SameVariant(product.name))
            item.wanted = {}
            choice = choose_variant(line, product, {})
        if item.cheapest and choice.candidates:
            cheapest = min(choice.candidates, key=lambda variant: variant.price)
            choice = VariantChoice(cheapest)
        if choice.variant is None and not item.wanted:
            still_shown = tuple(self._offered_variants(item))
            shown = still_shown or _different_in(item.keys, choice.candidates, line)
            self._offer(shown, line, "utter_need_which_variant", product=name)
            return False
        if choice.variant is not None:
            item.variant = choice.variant.id
            self.draft.expected, self.draft.offered = None, []
            return True
        wanted = ", ".join(item.wanted.values())
        if choice.candidates:
            self._offer(
                choice.candidates, line, "utter_need_nearest_variant", product=name, wanted=wanted
            )
            return False
        others = choose_variant(line, product, {}).candidates
        self._offer(others, line, "utter_need_other_variant", product=name, wanted=wanted)
        return False

    def _offer(
        self, variants: tuple[Variant, ...], line: OrderLine, response: str, **values: str
    ) -> None:
        shown = list(variants)[:MOST_CHOICES]
        self.draft.offered = [variant.id for variant in shown]
        buttons = [
            {"title": text, "payload": text}
            for variant in shown
            if (text := describe_variant(variant, None))
        ]
        if not shown:
            response = "utter_no_other_variant"
        self.context.dispatcher.utter_message(
            response=response, present=describe_variant(line.variant), buttons=buttons, **values
        )

    def _ask_method(self) -> str | None:
        """Take the method that paid, when it can, for the difference; else ask."""
        difference = self._difference()
        if difference == 0:
            self.draft.method = None
            return None
        if self.draft.method is not None:
            return None
        possible = methods_for(self.operation, self.order, self.methods, difference)
        paid_with = {method.id for method, _ in paid_by_method(self.order)}
        usual = [method for method in possible if method.id in paid_with]
        if usual or len(possible) == 1:
            self.draft.method = (usual or possible)[0].id
            return None
        if not possible:
            self.nothing_possible("utter_no_method_for_difference")
            return None
        ask_method(self, "utter_need_method_for_difference", possible)
        return METHOD

    def forget(self, refusal: Refusal) -> bool:
        if isinstance(refusal, GiftCardTooSmall | NotOwnMethod | MethodMissing):
            self.draft.method = None
            return self._has_method()
        if isinstance(refusal, SameVariant | SoldOut):
            for item in self.draft.items:
                item.variant, item.wanted = None, {}
            return True
        if isinstance(refusal, TooManyPieces):
            take_what_there_is(self)
            return True
        if isinstance(refusal, NothingChosen):
            self.draft.items = []
            return True
        return False

    # --- looking up

    def named(self) -> list[str]:
        lines = [line_of(self, item) for item in self.draft.items]
        values = [
            value for item in self.draft.items for value in self._variant(item).options.values()
        ]
        return [*(line.variant.product.name for line in lines), *values]

    def swaps(self) -> tuple[Swap, ...]:
        return tuple(
            Swap(uuid.UUID(item.line), item.quantity, item.variant or "")
            for item in self.draft.items
        )

    def _difference(self) -> Decimal:
        return sum(
            (
                (self._variant(item).price - line_of(self, item).price) * item.quantity
                for item in self.draft.items
            ),
            Decimal("0.00"),
        )

    def _variant(self, item: ItemDraft) -> Variant:
        variants = line_of(self, item).variant.product.variants
        return next(variant for variant in variants if variant.id == item.variant)

    def _has_method(self) -> bool:
        difference = self._difference()
        return bool(methods_for(self.operation, self.order, self.methods, difference))

    def _expected_item(self) -> ItemDraft | None:
        found = (item for item in self.draft.items if item.line == self.draft.expected)
        return next(found, None)

    def _offered_variants(self, item: ItemDraft | None) -> list[Variant]:
        if item is None:
            return []
        variants = {v.id: v for v in line_of(self, item).variant.product.variants}
        return [variants[id_] for id_ in self.draft.offered if id_ in variants]

    def _is_line(self, id_: str) -> bool:
        return any(str(line.id) == id_ for line in self.order.lines)

    @property
    def _products(self) -> dict[str, Product]:
        return {line.variant.product_id: line.variant.product for line in self.order.lines}

    @property
    def _is_pending(self) -> bool:
        return self.operation is Operation.CHANGE_ITEMS


def _not_offered(wish: SwapWish) -> dict[str, str]:
    """As options that no variant has, so that the nearest to choose from are shown."""
    return {words: words for words in wish.unavailable}


def _different_in(
    keys: list[str], variants: tuple[Variant, ...], line: OrderLine
) -> tuple[Variant, ...]:
    """The variants that differ in the options that shall be different, if there are any."""
    present = line.variant.options
    different = tuple(
        variant
        for variant in variants
        if all(variant.options.get(key) != present.get(key) for key in keys)
    )
    return different or variants


class ChangeItemsDetails(SwapDetails):
    operation = Operation.CHANGE_ITEMS

    def change(self) -> ChangeItems:
        return ChangeItems(self.order.id, self.swaps(), self.draft.method)


class ExchangeDetails(SwapDetails):
    operation = Operation.EXCHANGE_ITEMS

    def change(self) -> ExchangeItems:
        return ExchangeItems(self.order.id, self.swaps(), self.draft.method)
