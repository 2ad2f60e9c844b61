"""The shopper's wish in words: the first message, and its parts when they are asked for."""

from random import Random

from benchmarks.retail import templates
from benchmarks.retail.goals import PRICE, RETURN, SWAPS, Goal
from benchmarks.retail.shop import Variant
from benchmarks.retail.wording import Words

SHARE_DESCRIBED, SHARE_WITHOUT_ORDER = 0.35, 0.5
"""How often an order is named otherwise than by its number, or not at all."""


class Wish:
    """``slips``: the shopper still says by mistake what the goal calls slips."""

    def __init__(self, goal: Goal, random: Random, words: Words) -> None:
        self.slips = bool(goal.slips)
        self._goal = goal
        self._random = random
        self._words = words

    def request(self, at_once: bool) -> str:
        """The whole wish, with all its details or only the first of them."""
        goal = self._goal
        if goal.kind == PRICE:
            product = f"{self._words.pick(('the', 'your'))} {self._words.name(goal.product)}"
            return self._framed(self._template(templates.BARE).format(product=product))
        order = self._order_phrase()
        if not at_once and self._needs_no_order() and self._random.random() < SHARE_WITHOUT_ORDER:
            form = self._words.pick(templates.NO_ORDER[goal.kind])
            return self._framed(form.format(items=self.items()))
        known = templates.AT_ONCE if at_once and goal.kind in templates.AT_ONCE else templates.BARE
        said = self._template(known).format(
            order=order,
            items=self.items() if goal.items else "",
            swaps=self.swaps() if goal.targets else "",
            reason=self.reason() if goal.reason else "",
            address=self.address() if goal.address else "",
            method=self._words.method(goal.method) if goal.method else "",
            refund=self._refund(),
        )
        if goal.kind in SWAPS and goal.method and known is templates.AT_ONCE:
            said += f" The difference goes on {self._words.method(goal.method)}."
        return self._framed(said)

    def _template(self, known: dict[str, tuple[str, ...]]) -> str:
        return self._words.pick(known[self._goal.kind])

    def _framed(self, said: str) -> str:
        framed = self._words.pick(templates.GREETINGS) + said + self._words.pick(templates.THANKS)
        return f"{framed[0].upper()}{framed[1:]}" if self._random.random() < 0.5 else framed

    def _order_phrase(self) -> str:
        order = self._goal.order
        if order is None:
            return ""
        described = self._words.order_described(order)
        if described and self._random.random() < SHARE_DESCRIBED:
            return described
        return self._words.order_named(order)

    def _needs_no_order(self) -> bool:
        """Whether the items alone tell which of the shopper's orders is meant."""
        goal = self._goal
        if goal.kind not in templates.NO_ORDER or goal.order is None:
            return False
        if goal.order.id not in goal.user.orders:
            return False
        others = [goal.shop.orders[n] for n in goal.user.orders if n != goal.order.id]
        bought = {item.variant.product for order in others for item in order.items}
        return all(item.variant.product not in bought for item in goal.items)

    def items(self) -> str:
        assert self._goal.order is not None
        return self._words.items(self._goal.items, self._goal.order.items)

    def swaps(self) -> str:
        return self._words.swaps(self._goal, self.targets())

    def targets(self) -> list[Variant]:
        """The new variants, with a slip of the tongue until the summary shows it."""
        slips = self._goal.slips if self.slips else {}
        return [slips.get(place, new) for place, new in enumerate(self._goal.targets)]

    def reason(self) -> str:
        reasons = templates.REASONS.get(self._goal.reason, ("no longer needed",))
        return self._words.pick(reasons)

    def address(self) -> str:
        if self._goal.is_default and self._random.random() < 0.5:
            return "the default address on my account"
        return self._words.address(self._goal.address)

    def _refund(self) -> str:
        if self._goal.kind != RETURN or self._goal.method is None:
            return ""
        return f", refund to {self._words.method(self._goal.method)}"
