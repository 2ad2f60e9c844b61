"""Which items shall become what: "the boots to size 8 and the lamp to black"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine, Product
from aisle.shop.selection.parts import Part, narrow_down, read_parts
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.sentence import Kind
from aisle.shop.selection.wanted import read_wanted, unavailable

_CHEAPEST = re.compile(r"\bcheap(?:est|er)\b|\blowest[\s-]price", re.IGNORECASE)


@dataclass(frozen=True)
class SwapWish:
    """Pieces of a line that shall become a variant with the wanted options.

    ``wanted`` maps options to values, both as the catalogue writes them; it is empty when it
    is not said what is wanted. ``keys`` are options that shall differ in a way that is not
    said: "a different colour". ``doubtful`` are words that several options, or several
    values, fit; ``unavailable`` are colours or materials that the product does not come in.
    ``other`` is the name of another product that was asked for instead.
    """

    line_id: UUID
    quantity: int
    wanted: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    cheapest: bool = False
    other: str | None = None

    @property
    def says_something(self) -> bool:
        said = (self.wanted, self.keys, self.doubtful, self.unavailable, self.cheapest, self.other)
        return any(said)


def read_swaps(
    text: str,
    lines: Sequence[OrderLine],
    products: Mapping[str, Product],
    catalogue: Catalogue,
    *,
    expected: UUID | None = None,
) -> list[SwapWish]:
    """Read which lines shall be changed, and into what.

    Items that are named without saying what they shall become give wishes with nothing
    wanted. An item that could be one of several lines gives none: ask with ``choose_items``,
    then read the same text again with the chosen line alone.

    Args:
        lines: of the order.
        products: the products of the lines, by id, with all their variants.
        expected: the line that is talked of, which a text without an item is about.
    """
    sentence = Reading(text, lines, catalogue, products=dict(products))
    parts = read_parts(sentence, expected)
    wishes: dict[UUID, SwapWish] = {}
    for part in parts:
        for line, quantity in _lines_meant(sentence, part):
            wish = _wish(sentence, part, line, quantity)
            if part.anchor is None and not wish.says_something:
                continue
            wishes[line.id] = _merged(wishes.get(line.id), wish)
    return list(wishes.values())


def _lines_meant(sentence: Reading, part: Part) -> list[tuple[OrderLine, int]]:
    """Return the lines of a part with how many pieces; none when it could be several."""
    part.wished = any(mention.sure for mention in (*part.target, *part.source))
    lines = narrow_down(part)
    anchor = part.anchor
    if anchor is None and len(lines) > 1:
        if not part.wished:
            return []
        lines = [line for line in lines if read_wanted(sentence, part, line)[0]]
        lines = lines if len(lines) == 1 else []
    if len(lines) > 1 and anchor is not None:
        number = sum(line.quantity for line in lines)
        if not (anchor.every or anchor.quantity == number):
            changed = [line for line in lines if _changes(sentence, part, line)]
            same = len({line.variant.id for line in lines}) == 1
            lines = changed if len(changed) == 1 else lines[: anchor.quantity or 1] if same else []
        elif anchor.kind in (Kind.ALL, Kind.REST):
            lines = [line for line in lines if read_wanted(sentence, part, line)[0]] or lines
    quantity = anchor.quantity if anchor is not None and len(lines) == 1 else None
    return [(line, quantity or line.quantity) for line in lines]


def _changes(sentence: Reading, part: Part, line: OrderLine) -> bool:
    wanted, _, _ = read_wanted(sentence, part, line)
    return any(line.variant.options.get(key) != value for key, value in wanted.items())


def _wish(sentence: Reading, part: Part, line: OrderLine, quantity: int) -> SwapWish:
    wanted, keys, doubtful = read_wanted(sentence, part, line)
    stretches = list(part.places)
    if part.anchor is not None:
        stretches.append(range(max(0, part.anchor.start - 2), part.anchor.first))
    said = (" ".join(sentence.word(place) for place in stretch) for stretch in stretches)
    cheapest = any(_CHEAPEST.search(words) for words in said)
    lacking = unavailable(sentence, part, line) if part.other is None else ()
    return SwapWish(
        line.id, quantity, wanted, keys, doubtful, lacking, cheapest=cheapest, other=part.other
    )


def _merged(known: SwapWish | None, wish: SwapWish) -> SwapWish:
    if known is None:
        return wish
    wanted = {**known.wanted, **wish.wanted}
    return SwapWish(
        wish.line_id,
        min(known.quantity, wish.quantity),
        wanted,
        tuple(key for key in dict.fromkeys((*known.keys, *wish.keys)) if key not in wanted),
        tuple(dict.fromkeys((*known.doubtful, *wish.doubtful))),
        tuple(dict.fromkeys((*known.unavailable, *wish.unavailable))),
        known.cheapest or wish.cheapest,
        known.other or wish.other,
    )
