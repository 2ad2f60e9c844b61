"""Does a summary of the bot name exactly what the shopper wants?"""

import re
from collections.abc import Mapping
from decimal import Decimal

from benchmarks.retail.goals import (
    ADDRESS,
    CANCEL,
    DEFAULT_ADDRESS,
    OPERATIONS,
    PAYMENT,
    PRICE,
    REFUND,
    RETURN,
    SWAPS,
    Goal,
)
from benchmarks.retail.shop import Item, Method, Variant

CURRENCY = "$"
STATES = {
    "pending": ("prepared", "preparing", "hasn't"),
    "processed": ("on its way", "left"),
    "delivered": ("delivered",),
}
"""Words that tell the status of an order."""


def faults(response: str, text: str, goal: Goal) -> list[str]:
    """Return what a summary, of this response, lacks or says too much; nothing when it is right."""
    if response != f"utter_offer_{OPERATIONS[goal.kind]}":
        return [f"not {OPERATIONS[goal.kind]}"]
    plain = _plain(text)
    found = []
    if goal.order is not None and goal.order.id.casefold() not in plain:
        found.append(goal.order.id)
    if goal.kind in (ADDRESS, DEFAULT_ADDRESS):
        found += _address_faults(plain, goal.address)
    if goal.kind in (CANCEL, PAYMENT):
        assert goal.order is not None
        taken, _, refunded = plain.partition(": ")
        found += _amount_faults(taken, goal.order.total)
        found += _method_faults(refunded, goal.original)
        if goal.kind == PAYMENT:
            found += _method_faults(taken, goal.pays)
    if goal.kind == RETURN:
        found += _amount_faults(plain, goal.amount)
        found += _method_faults(plain, goal.pays)
    if goal.kind == RETURN or goal.kind in SWAPS:
        found += _item_faults(plain, goal)
    if goal.kind in SWAPS:
        found += _swap_faults(plain, goal)
        if goal.difference:
            found += _amount_faults(plain, abs(goal.difference))
            found += _method_faults(plain, goal.pays)
            if ("that costs" in plain) != (goal.difference > 0):
                found.append("paid or refunded")
    return found


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _amount_faults(text: str, amount: Decimal) -> list[str]:
    said = f"{CURRENCY}{amount:,.2f}"
    return [] if re.search(re.escape(said) + r"(?!\d)", text) else [said]


def _method_faults(text: str, method: Method) -> list[str]:
    said = {"paypal": "paypal", "gift_card": "gift card"}.get(method.source, method.last_four)
    return [] if said in text else [said]


def _address_faults(text: str, address: Mapping[str, str]) -> list[str]:
    """Every part of the address, and no other word where the address stands."""
    said = re.search(r".* to (.*?)\. (?:shall i|orders that)", text)
    if said is None:
        return ["no address"]
    rest, missing = said[1], []
    for part in sorted(filter(None, address.values()), key=len, reverse=True):
        found = re.search(rf"\b{re.escape(part.casefold())}\b", rest)
        if found is None:
            missing.append(part)
        else:
            rest = rest[: found.start()] + rest[found.end() :]
    return [*missing, *re.findall(r"\w+", rest)]


def _item_faults(text: str, goal: Goal) -> list[str]:
    """Each item by name and options, and no other item of the order."""
    assert goal.order is not None
    found = [item.variant.product for item in goal.items if not _is_described(text, item.variant)]
    for name in {item.variant.product for item in goal.order.items}:
        said = len(re.findall(rf"\bthe {re.escape(name.casefold())}\b", text))
        wanted = sum(item.variant.product == name for item in goal.items)
        if said != wanted:
            found.append(f"{said} times {name}")
    return found


def _swap_faults(text: str, goal: Goal) -> list[str]:
    """After each old item's "for" come the new options."""
    found = []
    for item, new in zip(goal.items, goal.targets, strict=True):
        if not _is_swapped(text, item, new):
            found.append(f"{new.product} for {', '.join(new.options.values())}")
    return found


def _is_swapped(text: str, item: Item, new: Variant) -> bool:
    pieces = re.findall(rf"\bthe {re.escape(item.variant.product.casefold())} \((.*?)\) for "
                        r"(.*?)(?=, the | and the |\. )", text)  # fmt: skip
    return any(
        describes(old, item.variant) and describes(replacement, new) for old, replacement in pieces
    )


def _is_described(text: str, variant: Variant) -> bool:
    described = re.findall(rf"\bthe {re.escape(variant.product.casefold())} \((.*?)\)", text)
    return any(describes(options, variant) for options in described)


def _has(text: str, key: str, value: str) -> bool:
    """Whether the text says the option, as "waterproof: no" or "not waterproof" or alike."""
    negated = re.search(rf"\b(?:no|not|without|non) (?:\w+ )?{re.escape(key[:8])}", text)
    if value == "yes":
        return (key in text and negated is None) and f"{key}: no" not in text
    if value in ("no", "none", "not resistant"):
        return negated is not None or f"{key}: {value}" in text or (" " in value and value in text)
    return re.search(rf"(?<!\w){re.escape(value.casefold())}(?!\w)", text) is not None


def describes(text: str, variant: Variant) -> bool:
    """Whether a text, in lower case, says all options of a variant."""
    return all(_has(text, key.casefold(), value) for key, value in variant.options.items())


def is_told(goal: Goal, text: str) -> bool:
    """Whether the bot has said what the goal, a look-up, asks for."""
    if goal.kind == PRICE:
        prices = sorted(variant.price for variant in goal.shop.products[goal.product])
        return all(f"{price:,.2f}" in text for price in (prices[0], prices[-1]))
    assert goal.order is not None
    if goal.kind == REFUND:
        return f"{goal.order.total:,.2f}" in text
    return goal.order.id in text and any(word in text for word in STATES[goal.order.status])
