"""A shopper's words for orders, items, options, ways to pay and addresses."""

import re
from collections.abc import Mapping, Sequence
from random import Random

from benchmarks.retail.goals import Goal
from benchmarks.retail.shop import Item, Method, Order, Variant

SHARE_OF_TYPOS = 0.08
SHARE_LOWER_CASE = 0.35
SHORT_NAMES = {
    "Jigsaw Puzzle": "jigsaw", "Wireless Earbuds": "earbuds", "Mechanical Keyboard": "keyboard",
    "Smart Thermostat": "thermostat", "Vacuum Cleaner": "vacuum", "Bluetooth Speaker": "speaker",
    "Patio Umbrella": "umbrella", "Desk Lamp": "lamp", "Gaming Mouse": "mouse",
    "Office Chair": "chair", "Luggage Set": "luggage", "LED Light Bulb": "light bulb",
    "Cycling Helmet": "helmet", "Dumbbell Set": "dumbbells", "Wall Clock": "clock",
    "Air Purifier": "purifier", "Makeup Kit": "make-up kit", "Bicycle": "bike",
    "Smartphone": "phone", "Fleece Jacket": "jacket", "Garden Hose": "hose",
    "Portable Charger": "charger", "Electric Toothbrush": "toothbrush", "T-Shirt": "tee shirt",
    "Wristwatch": "wrist watch", "E-Reader": "ereader", "Smart Watch": "smartwatch",
    "Yoga Mat": "mat", "Hiking Boots": "boots", "Running Shoes": "shoes",
}  # fmt: skip
SPELLINGS = {
    "gray": "grey", "grey": "gray", "XL": "extra large", "S": "small", "M": "medium",
    "L": "large", "1000ml": "1 litre", "Wi-Fi": "wifi", "AC adapter": "AC", "4K": "4k",
    "1.5L": "1.5 liter", "100 inches": "100in", "stainless steel": "steel",
}  # fmt: skip
YES_NO = ("yes", "no")
NOTHING = ("none", "not resistant")
ALL = ("everything", "all of it", "all the items", "the whole lot")
_WORD = re.compile(r"[a-z]{5,}")


class Words:
    """Chooses among the ways to say something; ``protected`` texts never get a typo."""

    def __init__(self, goal: Goal, random: Random) -> None:
        self._goal = goal
        self._random = random
        self._lower = random.random() < SHARE_LOWER_CASE
        self._short = random.random() < 0.3
        self._spells = random.random() < 0.2
        self._protected: list[str] = []

    def pick(self, choices: Sequence[str]) -> str:
        return self._random.choice(choices)

    def written(self, text: str, typos: bool = True) -> str:
        """The text as it is typed: maybe in lower case, seldom with a typo."""
        if self._lower:
            text = self._lowered(text)
        if typos and self._random.random() < SHARE_OF_TYPOS:
            text = self._with_typo(text)
        return text

    def _lowered(self, text: str) -> str:
        for part in self._protected:
            text = text.replace(part, f"\0{self._protected.index(part)}\0")
        text = text.lower()
        return re.sub(r"\0(\d+)\0", lambda found: self._protected[int(found[1])], text)

    def _with_typo(self, text: str) -> str:
        kept = " ".join(self._protected)
        words = [found for found in _WORD.finditer(text) if found.group() not in kept]
        if not words:
            return text
        start = self._random.choice(words).start() + self._random.randint(1, 2)
        return text[:start] + text[start + 1] + text[start] + text[start + 2 :]

    # --- orders

    def number(self, order: Order) -> str:
        digits = order.id.removeprefix("#W")
        return self.pick(
            (order.id, order.id, f"W{digits}", f"w{digits}", f"#w{digits}",
             f"W {digits}", f"W {digits[:3]} {digits[3:]}", f"# W{digits}")
        )  # fmt: skip

    def order_named(self, order: Order) -> str:
        number = self.number(order)
        return self.pick((f"order {number}", f"my order {number}", number, f"order no. {number}"))

    def order_described(self, order: Order) -> str | None:
        """By what is in it or by its time, when that tells it from the customer's others."""
        ways = []
        own = [self._goal.shop.orders[number] for number in self._goal.user.orders]
        if order.id not in self._goal.user.orders:
            return None
        # Who asks about an item says something else to name the order, when there is more.
        items = sorted(order.items, key=lambda item: item in self._goal.items)
        for item in items:
            name = item.variant.product
            if sum(any(i.variant.product == name for i in other.items) for other in own) == 1:
                ways += [f"the order with the {self.name(name)}",
                         f"the order that has the {self.name(name)} in it"]  # fmt: skip
                break
        if len(own) == 1:
            ways.append("my order")
        elif order.id == self._goal.user.orders[-1]:
            ways += ["my last order", "my most recent order"]
        return self.pick(ways) if ways else None

    # --- items and options

    def name(self, product: str) -> str:
        return SHORT_NAMES.get(product, product.lower()) if self._short else product.lower()

    def item(self, item: Item, among: Sequence[Item]) -> str:
        """The item's name, with options where the order has several of the product."""
        alike = [i for i in among if i.variant.product == item.variant.product and i is not item]
        name = self.name(item.variant.product)
        if not alike:
            return f"the {name}"
        telling = _telling(item.variant, [other.variant for other in alike])
        return f"the {name} ({', '.join(self.option(item.variant, key) for key in telling)})"

    def items(self, items: Sequence[Item], among: Sequence[Item]) -> str:
        if len(items) == len(among) > 1 and self._random.random() < 0.4:
            return self.pick(ALL)
        return _listed([self.item(item, among) for item in items])

    def option(self, variant: Variant, key: str) -> str:
        """One option in words: "black", "size 8", "the dial white", "not waterproof"."""
        value = variant.options[key]
        key_words = key.lower()
        if value in YES_NO:
            if key_words == "waterproof":
                return "waterproof" if value == "yes" else "not waterproof"
            return f"{'with' if value == 'yes' else 'without'} {key_words}"
        if value in NOTHING:
            return f"without {key_words}" if value == "not resistant" else f"no {key_words}"
        said = SPELLINGS.get(value, value) if self._spells else value
        is_clear = self._is_clear(variant, key)
        if re.fullmatch(r"\d+", value):
            return f"{said} pieces" if key_words == "pieces" else f"{key_words} {said}"
        ways = [f"{said} {key_words}", f"{key_words} {said}"]
        if is_clear:
            ways += [said] * 4
        return self.pick(ways)

    def _is_clear(self, variant: Variant, key: str) -> bool:
        """Whether the value alone says which option it is."""
        value = variant.options[key]
        variants = self._goal.shop.products[variant.product]
        keys = {k for v in variants for k, other in v.options.items() if other == value}
        vague = {"high", "low", "medium", "small", "large", "fixed", "standard", "full", "half"}
        return len(keys) == 1 and value not in vague

    def options(self, variant: Variant, old: Variant | None = None) -> str:
        """The options that differ from the old variant's, or all of them."""
        keys = [k for k in variant.options if old is None or variant.options[k] != old.options[k]]
        if old is not None and self._random.random() < 0.1:
            keys = list(variant.options)
        return _listed([self.option(variant, key) for key in keys])

    def swap(self, item: Item, new: Variant, among: Sequence[Item]) -> str:
        old = self.item(item, among)
        if new.product != item.variant.product:
            return self.pick((f"swap {old} for a {self.name(new.product)}",
                              f"change {old} to a {self.name(new.product)}"))  # fmt: skip
        options = self.options(new, item.variant)
        return self.pick(
            (
                f"swap {old} for one with {options}",
                f"change {old} to {options}",
                f"exchange {old} for the {options} one",
                f"make {old} {options} instead",
                f"switch {old} to the version with {options}",
                f"replace {old} by the same in {options}",
            )
        )

    def swaps(self, goal: Goal, targets: Sequence[Variant]) -> str:
        assert goal.order is not None
        among = goal.order.items
        return _listed(
            [self.swap(i, new, among) for i, new in zip(goal.items, targets, strict=True)]
        )

    # --- money, addresses, people

    def method(self, method: Method) -> str:
        if method.source == "paypal":
            return self.pick(("my PayPal", "PayPal", "my paypal account"))
        if method.source == "gift_card":
            return self.pick(("my gift card", "the gift card", "the giftcard I have"))
        ways = [
            f"the card ending in {method.last_four}",
            f"my {method.brand} ending {method.last_four}",
            f"my credit card ({method.last_four})",
        ]
        cards = [m for m in self._goal.user.methods.values() if m.source == "credit_card"]
        if len(cards) == 1:
            ways += ["my credit card", "the credit card"]
        if sum(card.brand == method.brand for card in cards) == 1:
            ways.append(f"my {method.brand}")
        return self.pick(ways)

    def address(self, address: Mapping[str, str]) -> str:
        street = ", ".join(part for part in (address["address1"], address["address2"]) if part)
        city, state, code = address["city"], address["state"], address["zip"]
        country = self.pick(("USA", "USA", "US", "United States"))
        said = self.pick(
            (
                f"{street}, {city}, {state} {code}, {country}",
                f"{street}, {city} {state} {code}, {country}",
                f"{street}, {city}, {state}, {code}, {country}",
                f"{street}, {code} {city}, {state}, {country}",
                f"{street} in {city}, {state} {code}, {country}",
            )
        )
        self._protected.append(said)
        return said

    def reason(self, choices: Sequence[str]) -> str:
        return self.pick(choices)

    def person(self) -> str:
        user = self._goal.user
        if self._random.random() < 0.6:
            said = self.pick((user.email, f"it's {user.email}", f"my e-mail is {user.email}"))
            self._protected.append(user.email)
            return said
        name, code = f"{user.first_name} {user.last_name}", user.address["zip"]
        self._protected.append(name)
        return self.pick(
            (f"{name}, {code}", f"I'm {name}, ZIP {code}", f"{name}, my zip code is {code}")
        )


def _telling(variant: Variant, others: Sequence[Variant]) -> list[str]:
    """The fewest options that tell a variant from the others."""
    keys = list(variant.options)
    for key in keys:
        if all(other.options.get(key) != variant.options[key] for other in others):
            return [key]
    return [k for k in keys if any(o.options.get(k) != variant.options[k] for o in others)]


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
