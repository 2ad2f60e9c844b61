"""Which pieces of an order are meant, and what may take their place."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from aisle.shop.models import Order, OrderLine, Variant
from aisle.shop.policies.books import NOTHING
from aisle.shop.policies.changes import Pieces, Swap
from aisle.shop.policies.refusals import (
    NothingChosen,
    NotInOrder,
    OtherProduct,
    SameVariant,
    SoldOut,
    TooManyPieces,
)


def chosen_lines(order: Order, items: Sequence[Pieces | Swap]) -> dict[uuid.UUID, OrderLine]:
    """Return the lines that are meant, by id.

    Raises:
        NothingChosen, NotInOrder, TooManyPieces: see there.
    """
    lines = {line.id: line for line in order.lines}
    pieces: Counter[uuid.UUID] = Counter()
    for item in items:
        if item.quantity < 1:
            raise NothingChosen
        if item.line_id not in lines:
            raise NotInOrder
        pieces[item.line_id] += item.quantity
    if not pieces:
        raise NothingChosen
    for line_id, quantity in pieces.items():
        line = lines[line_id]
        if quantity > line.quantity:
            same = [other for other in order.lines if other.variant.id == line.variant.id]
            ordered = sum(other.quantity for other in same)
            raise TooManyPieces(line.variant.product.name, ordered)
    return {line_id: lines[line_id] for line_id in pieces}


def price_of(order: Order, items: Sequence[Pieces]) -> Decimal:
    """Return what the customer paid for these pieces.

    Raises:
        NothingChosen, NotInOrder, TooManyPieces: see there.
    """
    lines = chosen_lines(order, items)
    return sum((lines[item.line_id].price * item.quantity for item in items), NOTHING)


def price_difference(
    order: Order, swaps: Sequence[Swap], variants: Mapping[str, Variant]
) -> Decimal:
    """Return what the new variants cost more, today, than was paid for the old ones.

    Args:
        variants: the new variants by id, as they are in stock now.

    Raises:
        NothingChosen, NotInOrder, TooManyPieces, OtherProduct, SameVariant, SoldOut: see there.
    """
    lines = chosen_lines(order, swaps)
    for swap in swaps:
        _check_target(lines[swap.line_id], variants.get(swap.variant_id))
    _check_stock(swaps, variants)
    return sum(
        (
            (variants[swap.variant_id].price - lines[swap.line_id].price) * swap.quantity
            for swap in swaps
        ),
        NOTHING,
    )


def _check_target(line: OrderLine, target: Variant | None) -> None:
    name = line.variant.product.name
    if target is None:
        raise SoldOut(name, {}, 0)  # it was taken out of the shop
    if target.product_id != line.variant.product_id:
        raise OtherProduct(name, target.product.name)
    if target.id == line.variant_id:
        raise SameVariant(name)


def _check_stock(swaps: Sequence[Swap], variants: Mapping[str, Variant]) -> None:
    """Pieces that other swaps of the same change give back do not count as available."""
    wanted: Counter[str] = Counter()
    for swap in swaps:
        wanted[swap.variant_id] += swap.quantity
    for variant_id, quantity in wanted.items():
        variant = variants[variant_id]
        if quantity > variant.stock:
            raise SoldOut(variant.product.name, variant.options, variant.stock)
