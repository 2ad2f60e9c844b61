"""Draws goals from the shop's data: allowed ones, refused ones, and shoppers who do not go on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from benchmarks.retail.goals import (
    ADDRESS,
    CANCEL,
    CHANGES,
    DEFAULT_ADDRESS,
    EXCHANGE,
    ITEMS,
    LOOK_UPS,
    PAYMENT,
    PENDING,
    PRICE,
    REFUND,
    RETURN,
    TWISTS,
    Goal,
)
from benchmarks.retail.shop import Item, Method, Order, Shop, User, Variant

SHARE_REFUSED, SHARE_TWISTED, SHARE_LOOK_UPS, SHARE_SLIPS = 0.25, 0.10, 0.12, 0.10
REASONS = ("no longer needed", "ordered by mistake")
MODIFIED = "pending (items modified)"
SHIPPED, CANCELLED, FOREIGN, CHANGED = "shipped", "cancelled", "somebody else's", "changed already"
SMALL_CARD, SAME_METHOD = "gift card too small", "same method"
OTHER_PRODUCT, UNAVAILABLE = "other product", "unavailable variant"
REFUSALS = {
    CANCEL: (SHIPPED, CANCELLED, FOREIGN, CHANGED),
    ADDRESS: (SHIPPED, CANCELLED, FOREIGN, CHANGED),
    PAYMENT: (SHIPPED, FOREIGN, SMALL_CARD, SAME_METHOD),
    ITEMS: (SHIPPED, CHANGED, SMALL_CARD, OTHER_PRODUCT, UNAVAILABLE),
    RETURN: (SHIPPED, CANCELLED, FOREIGN),
    EXCHANGE: (SHIPPED, FOREIGN, OTHER_PRODUCT, UNAVAILABLE),
}
MOST_TRIES = 4000


class Sampler:
    """Gives a goal for a random generator; the same generator gives the same goal."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._users = list(shop.users.values())

    def goal(self, random: Random) -> Goal:
        self._random = random
        drawn = random.random()
        draw = self._draw(drawn)
        for _ in range(MOST_TRIES):
            goal = draw()
            if goal is not None:
                return goal
        raise AssertionError("The data holds nothing for this kind of goal")

    def _draw(self, drawn: float) -> Callable[[], Goal | None]:
        """What is drawn until the data has it; the kinds come equally often."""
        choice = self._random.choice
        if drawn < SHARE_REFUSED:
            kind = choice(list(REFUSALS))
            why = choice(REFUSALS[kind])
            return lambda: self._refused(kind, why)
        if drawn < SHARE_REFUSED + SHARE_LOOK_UPS:
            kind = choice(LOOK_UPS)
            return lambda: self._look_up(kind)
        kind = choice(CHANGES)
        if drawn < SHARE_REFUSED + SHARE_LOOK_UPS + SHARE_TWISTED:
            twist = choice(TWISTS)
            return lambda: self._twisted(kind, twist)
        return lambda: self._allowed(kind)

    def _twisted(self, kind: str, twist: str) -> Goal | None:
        goal = self._allowed(kind)
        return replace(goal, twist=twist, slips={}) if goal else None

    # --- allowed

    def _allowed(self, kind: str) -> Goal | None:
        user = self._random.choice(self._users)
        if kind == DEFAULT_ADDRESS:
            return Goal(kind, user, self._shop, address=self._new_address(user, None))
        status = "pending" if kind in PENDING else "delivered"
        order = self._order_of(user, status)
        return None if order is None else self._with_details(Goal(kind, user, self._shop, order))

    def _with_details(self, goal: Goal) -> Goal | None:
        order, random = goal.order, self._random
        assert order is not None
        if goal.kind == CANCEL:
            return replace(goal, reason=random.choice(REASONS))
        if goal.kind == ADDRESS:
            return self._to_address(goal)
        if goal.kind == PAYMENT:
            others = [m for m in goal.user.methods.values() if self._can_pay(m, order)]
            return replace(goal, method=random.choice(others)) if others else None
        items = self._some(order.items, 5 if goal.kind == RETURN else 3)
        if items is None:
            return None
        goal = replace(goal, items=items)
        if goal.kind == RETURN:
            cards = [m for m in goal.user.methods.values() if m.source == "gift_card"]
            other = [m for m in cards if m.id != order.paid_with]
            wants = random.choice(other) if other and random.random() < 0.5 else None
            return replace(goal, method=wants)
        return self._with_targets(goal)

    def _to_address(self, goal: Goal) -> Goal:
        order = goal.order
        assert order is not None
        if order.address != goal.user.address and self._random.random() < 0.5:
            return replace(goal, address=goal.user.address, is_default=True)
        return replace(goal, address=self._new_address(goal.user, order))

    def _with_targets(self, goal: Goal) -> Goal | None:
        targets = [self._target(item) for item in goal.items]
        if any(target is None for target in targets):
            return None
        goal = replace(goal, targets=tuple(target for target in targets if target))
        able = [m for m in goal.user.methods.values() if _covers(m, goal.difference)]
        if not able:
            return None
        method = self._random.choice(able)
        is_usual = goal.original in able
        if method.id == goal.original.id or (is_usual and self._random.random() < 0.6):
            method = goal.original
        if goal.difference == 0 or method.id == goal.original.id:
            return self._with_slip(goal)
        return self._with_slip(replace(goal, method=method))

    def _with_slip(self, goal: Goal) -> Goal:
        if self._random.random() > SHARE_SLIPS:
            return goal
        place = self._random.randrange(len(goal.items))
        wrong = self._target(goal.items[place])
        if wrong is None or wrong.id == goal.targets[place].id:
            return goal
        return replace(goal, slips={place: wrong})

    def _target(self, item: Item, available: bool = True) -> Variant | None:
        """Another variant, one that differs in few options more often than not."""
        others = [
            variant
            for variant in self._shop.products[item.variant.product]
            if variant.available is available and variant.id != item.variant.id
        ]
        self._random.shuffle(others)
        others.sort(key=lambda variant: _distance(item.variant, variant))
        return others[min(int(self._random.expovariate(1.2)), len(others) - 1)] if others else None

    def _some(self, items: Sequence[Item], most: int) -> tuple[Item, ...] | None:
        """Some items, each of which words can tell from the others; or all of them."""
        count = self._random.choice([1, 1, 1, 2, 2, 3, most])
        if count > len(items):
            return None
        if len({item.variant.id for item in items}) < len(items):
            return None
        places = sorted(self._random.sample(range(len(items)), count))
        return tuple(items[place] for place in places)

    def _can_pay(self, method: Method, order: Order) -> bool:
        return method.id != order.paid_with and _covers(method, order.total)

    def _new_address(self, user: User, order: Order | None) -> dict[str, str]:
        """An address in the city of another customer."""
        while True:
            other = self._random.choice(self._users).address
            known = (user.address, order.address if order else None)
            if other not in known:
                street = self._random.choice(self._users).address["address1"]
                second = other["address2"] if self._random.random() < 0.6 else ""
                return {**other, "address1": street, "address2": second}

    def _order_of(self, user: User, *statuses: str) -> Order | None:
        own = [self._shop.orders[number] for number in user.orders]
        fitting = [order for order in own if order.status in statuses]
        return self._random.choice(fitting) if fitting else None

    # --- refused

    def _refused(self, kind: str, why: str) -> Goal | None:
        if why in (SMALL_CARD, SAME_METHOD):
            return self._refused_method(kind, why)
        if why in (OTHER_PRODUCT, UNAVAILABLE):
            return self._refused_target(kind, why)
        user = self._random.choice(self._users)
        before = ""
        if why == FOREIGN:
            status = "pending" if kind in PENDING else "delivered"
            order = self._order_of(self._random.choice(self._users), status)
            if order is None or order.user == user.id:
                return None
        else:
            statuses = {SHIPPED: "processed", CANCELLED: "cancelled", CHANGED: "pending"}
            order = self._order_of(user, statuses[why])
            before = MODIFIED if why == CHANGED else ""
        if order is None:
            return None
        goal = Goal(kind, user, self._shop, order, refused=why, status_before=before)
        detailed = self._with_details(goal)
        return (
            replace(detailed, method=None, slips={}) if detailed and kind != PAYMENT else detailed
        )

    def _refused_method(self, kind: str, why: str) -> Goal | None:
        user = self._random.choice(self._users)
        order = self._order_of(user, "pending")
        if order is None:
            return None
        goal = Goal(kind, user, self._shop, order, refused=why)
        if why == SAME_METHOD:
            return replace(goal, method=user.methods[order.paid_with])
        cards = [m for m in user.methods.values() if m.source == "gift_card"]
        if not cards or (kind == PAYMENT and cards[0].id == order.paid_with):
            return None
        if kind == PAYMENT:
            is_small = cards[0].balance < order.total
            return replace(goal, method=cards[0]) if is_small else None
        items = self._some(order.items, 3)
        if items is None:
            return None
        dearest = [self._dearest(item) for item in items]
        goal = replace(goal, items=items, targets=tuple(dearest), method=cards[0])
        changes_all = all(t.id != i.variant.id for i, t in zip(items, dearest, strict=True))
        return goal if changes_all and goal.difference > cards[0].balance else None

    def _dearest(self, item: Item) -> Variant:
        variants = [v for v in self._shop.products[item.variant.product] if v.available]
        return max(variants, key=lambda variant: variant.price, default=item.variant)

    def _refused_target(self, kind: str, why: str) -> Goal | None:
        user = self._random.choice(self._users)
        order = self._order_of(user, "pending" if kind == ITEMS else "delivered")
        items = self._some(order.items, 1) if order else None
        if items is None or len(items) != 1:
            return None
        item = items[0]
        if why == UNAVAILABLE:
            target = self._target(item, available=False)
        else:
            name = self._random.choice(list(self._shop.products))
            free = [v for v in self._shop.products[name] if v.available]
            target = None if name == item.variant.product else self._random.choice(free)
        if target is None:
            return None
        return Goal(kind, user, self._shop, order, items=items, targets=(target,), refused=why)

    # --- look-ups

    def _look_up(self, kind: str) -> Goal | None:
        user = self._random.choice(self._users)
        if kind == PRICE:
            return Goal(
                kind, user, self._shop, product=self._random.choice(list(self._shop.products))
            )
        statuses = ("cancelled",) if kind == REFUND else ("pending", "processed", "delivered")
        order = self._order_of(user, *statuses)
        return None if order is None else Goal(kind, user, self._shop, order)


def _covers(method: Method, amount: Decimal) -> bool:
    return method.source != "gift_card" or method.balance >= amount


def _distance(one: Variant, other: Variant) -> int:
    return sum(one.options[key] != other.options.get(key) for key in one.options)
