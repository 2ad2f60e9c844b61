"""Returns and exchanges of the format ``retail``, which names items but not lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


class BrokenRequest(ValueError):
    """The items do not fit the order; the message is the problem alone."""


@dataclass(frozen=True)
class OrderedItem:
    """One piece: of an order, or of what replaces it."""

    variant: str
    product: str
    price: Decimal


@dataclass(frozen=True)
class ItemSwap:
    """The piece in line ``line`` (from 1) becomes another variant, which costs ``price``."""

    line: int
    variant: str
    price: Decimal


def returned(items: Sequence[OrderedItem], named: Sequence[str]) -> list[int]:
    """Return the lines (from 1) of the named items, each line once.

    Raises:
        BrokenRequest: an item is not in the order, or not as often.
    """
    left = {line: item.variant for line, item in enumerate(items, start=1)}
    found = []
    for name in named:
        line = next((line for line, variant in left.items() if variant == name), None)
        if line is None:
            raise BrokenRequest(
                f"{name} is to come back, but is not among the items, or less often"
            )
        del left[line]
        found.append(line)
    return found


def exchange_of(
    items: Sequence[OrderedItem],
    named: Sequence[str],
    new: Sequence[OrderedItem],
    difference: Decimal | None,
) -> list[ItemSwap]:
    """Return what becomes what: both lists are sorted by id, so the product tells.

    Args:
        items: the order's.
        named: the variants that come back.
        new: what replaces them, at its present price.
        difference: what was to pay when the exchange was asked for. Prices may have
            changed since; the last replacement's price is then set so that it is right.

    Raises:
        BrokenRequest: there is no replacement of the same product for each item.
    """
    lines = returned(items, named)
    if len(new) != len(lines):
        raise BrokenRequest("exchange_new_items: must be as many known items as exchange_items")
    swaps = []
    for product in dict.fromkeys(items[line - 1].product for line in lines):
        own = [line for line in lines if items[line - 1].product == product]
        targets = [item for item in new if item.product == product]
        swaps += _paired(items, own, targets)
    if difference is not None and swaps:
        present = sum((swap.price - items[swap.line - 1].price for swap in swaps), Decimal(0))
        last = swaps.pop()
        swaps.append(ItemSwap(last.line, last.variant, last.price + difference - present))
    return swaps


def _paired(
    items: Sequence[OrderedItem], lines: Sequence[int], targets: Sequence[OrderedItem]
) -> list[ItemSwap]:
    for shift in range(max(len(targets), 1)):
        shifted = [*targets[shift:], *targets[:shift]]
        pairs = list(zip(lines, shifted, strict=False))
        if len(targets) == len(lines) and all(
            items[line - 1].variant != target.variant for line, target in pairs
        ):
            return [ItemSwap(line, target.variant, target.price) for line, target in pairs]
    raise BrokenRequest("exchange_new_items: each item needs another one of its product")
