"""Which variant of a product has the options that are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass

from aisle.shop.models import OrderLine, Product, Variant
from aisle.shop.selection.words import word_set

MOST_CANDIDATES = 5
_GRADES = word_set(
    "low medium high standard fixed full half single light dark small large adjustable"
)


@dataclass(frozen=True)
class VariantChoice:
    """The variant to change to, or those to offer instead.

    ``variant`` has what is wanted and otherwise the options of the present one; it is
    available. ``candidates`` have what is wanted too, and differ from the present one in
    more. ``unknown`` are the wanted keys, or values, that the product does not come with.
    ``unchanged``: the present variant has all that is wanted.
    """

    variant: Variant | None = None
    candidates: tuple[Variant, ...] = ()
    unknown: tuple[str, ...] = ()
    unchanged: bool = False


def choose_variant(line: OrderLine, product: Product, wanted: Mapping[str, str]) -> VariantChoice:
    """Find the variant of the line's product that has the wanted options."""
    unknown = tuple(_unknown(product, wanted))
    if unknown:
        return VariantChoice(unknown=unknown)
    present = line.variant
    if wanted and all(present.options.get(key) == value for key, value in wanted.items()):
        return VariantChoice(unchanged=True)
    target = {**present.options, **wanted}
    fitting = [
        variant
        for variant in product.variants
        if variant.id != present.id and variant.stock > 0 and _has(variant, wanted)
    ]
    exact = [variant for variant in fitting if variant.options == target] if wanted else []
    if exact:
        return VariantChoice(min(exact, key=lambda variant: (variant.price, variant.id)))
    fitting.sort(key=lambda found: (_differences(found, present), found.price, found.id))
    return VariantChoice(candidates=tuple(fitting[:MOST_CANDIDATES]))


def merge_wanted(
    product: Product, before: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, str]:
    """Add options to those that were wanted before; what contradicts them is given up.

    Two options contradict when no available variant has both. Of the earlier ones the newest
    are kept first. Nothing is given up for options that no available variant has at all.
    """
    everything = {**before, **now}
    available = [variant for variant in product.variants if variant.stock > 0]
    if not any(_has(variant, now) for variant in available):
        return everything
    kept = dict(now)
    for key, value in reversed(list(before.items())):
        extended = {key: value, **kept}
        if any(_has(variant, extended) for variant in available):
            kept = extended
    return {key: kept[key] for key in everything if key in kept}


def describe_variant(variant: Variant, compared_with: Variant | None = None) -> str:
    """Return a variant's options, or those that differ: "black, 1000ml, glass".

    A value that says nothing alone comes with its option's name: "size 8", "waterproof: no".
    """
    other = compared_with.options if compared_with is not None else {}
    told = [
        _told(key, value, variant)
        for key, value in variant.options.items()
        if other.get(key) != value
    ]
    return ", ".join(told)


def _has(variant: Variant, wanted: Mapping[str, str]) -> bool:
    return all(variant.options.get(key) == value for key, value in wanted.items())


def _unknown(product: Product, wanted: Mapping[str, str]) -> list[str]:
    unknown = []
    for key, value in wanted.items():
        values = {variant.options.get(key) for variant in product.variants} - {None}
        if not values:
            unknown.append(key)
        elif value not in values:
            unknown.append(value)
    return unknown


def _differences(variant: Variant, present: Variant) -> int:
    keys = {*variant.options, *present.options}
    return sum(variant.options.get(key) != present.options.get(key) for key in keys)


def _told(key: str, value: str, variant: Variant) -> str:
    folded = value.casefold()
    if folded == "yes":
        return key
    if folded == "no":
        return f"not {key}" if key.endswith(("proof", "able", "resistant")) else f"no {key}"
    if folded == "none":
        return f"no {key}"
    shared = sum(other == value for other in variant.options.values()) > 1
    if folded.isdigit() or shared or (len(value) <= 3 and key.endswith("size")):
        return f"{key} {value}"
    return f"{value} {key}" if folded in _GRADES else value
