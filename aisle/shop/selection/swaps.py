"""Which items shall become what: "the boots to size 8 and the lamp to black"."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine, Product
from aisle.shop.selection.parts import Part, narrow_down, read_parts
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.roles import narrowed
from aisle.shop.selection.sentence import Kind, lines_of
from aisle.shop.selection.wanted import read_wanted, unavailable

_CHEAPEST = re.compile(
    r"(?<!found )(?<!found it )(?<!get it )\bcheap(?:est|er)\b"
    r"(?!\s+(?:elsewhere|somewhere|at|on|online)\b)|\blowest[\s-]price",
    re.IGNORECASE,
)
_SOME_OF_THEM = re.compile(
    r"\b(one|two|three|four|five|[1-9])\s+of\s+(?:them|these|those)\b|"
    r"\b(?:only|just)\s+(one|two|three|four|five|[1-9])\b(?=\W*(?:$|[,.;!]|of|please|to|should))",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


@dataclass(frozen=True)
class SwapWish:
    """Pieces of a line that shall become a variant with the wanted options.

    ``wanted`` maps options to values, both as the catalogue writes them; it is empty when it
    is not said what is wanted. ``keys`` are options that shall differ in a way that is not
    said: "a different colour". ``doubtful`` are words that several options, or several
    values, fit; ``unavailable`` are colours or materials that the product does not come in.
    ``other`` is the name of another product that was asked for instead. ``counted``: the
    number of pieces was said; else all of the line are meant.
    """

    line_id: UUID
    quantity: int
    wanted: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    cheapest: bool = False
    other: str | None = None
    counted: bool = False

    @property
    def is_impossible(self) -> bool:
        """Whether all that is said to be wanted is something the product does not come in."""
        return bool(self.unavailable) and not (self.wanted or self.keys or self.cheapest)

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
    settled: Mapping[UUID, Mapping[str, str]] | None = None,
) -> list[SwapWish]:
    """Read which lines shall be changed, and into what.

    Items that are named without saying what they shall become give wishes with nothing
    wanted. An item that could be one of several lines gives none: ask with ``choose_items``,
    then read the same text again with the chosen line alone.

    Args:
        lines: of the order.
        products: the products of the lines, by id, with all their variants.
        expected: the line that is asked about, which a text without an item means.
        settled: what is wanted so far, by line. A text that corrects it needs no item, and
            then also wants what the line has now: "no, the steel one".
    """
    talked_of = lines_of(list(settled or {}), lines)
    sentence = Reading(text, lines, catalogue, products=dict(products), talked_of=talked_of)
    if expected is None:
        expected = _corrected(sentence, settled or {})
    wishes: dict[UUID, SwapWish] = {}
    undecided: list[Part] = []
    for part in read_parts(sentence, expected):
        _among_undecided(part, undecided)
        meant = _lines_meant(sentence, part)
        if not meant and part.anchor is not None and part.target:
            undecided.append(part)
        for line, quantity in meant:
            _add_corrections(part, line, (settled or {}).get(line.id, {}))
            wish = _wish(sentence, part, line, quantity)
            says_how_many = part.quantity is not None and part.talked_of
            if part.anchor is None and not (wish.says_something or says_how_many):
                continue
            if not wish.says_something and line.id not in (settled or {}):
                wish = replace(wish, wanted=_wanted_alike(part, line, talked_of, settled or {}))
            for earlier in _told_now(undecided, part, line, len(meant)):
                wish = _merged(_wish(sentence, earlier, line, quantity), wish)
            wishes[line.id] = _merged(wishes.get(line.id), wish)
    return list(wishes.values())


def _corrected(sentence: Reading, settled: Mapping[UUID, Mapping[str, str]]) -> UUID | None:
    """Return the line of those that are talked of which a text without an item means."""
    if len(settled) < 2:
        return next(iter(settled), None)
    otherwise, offering = set(), set()
    for line in lines_of(list(settled), sentence.lines):
        for mention in sentence.values_of([line]):
            for option in mention.options:
                offering.add(line.id)
                if settled[line.id].get(option.key) not in (None, option.value):
                    otherwise.add(line.id)
    for found in (otherwise, offering):
        if len(found) == 1:
            return next(iter(found))
    return None


def _add_corrections(part: Part, line: OrderLine, settled: Mapping[str, str]) -> None:
    """Take "no, the steel bottle" for a wish where another material was settled."""
    if part.target or part.source:
        return
    for mention in (mention for group in part.described for mention in group):
        if any(settled.get(o.key) not in (None, o.value) for o in mention.options):
            part.target.append(mention)


def _wanted_alike(
    part: Part,
    line: OrderLine,
    talked_of: Sequence[OrderLine],
    settled: Mapping[UUID, Mapping[str, str]],
) -> Mapping[str, str]:
    """Return what is settled for its like, when "both of them" brings in the second one."""
    if part.anchor is None or part.anchor.kind is not Kind.ALL:
        return {}
    product = line.variant.product.id
    alike = [other for other in talked_of if other.variant.product.id == product]
    return settled[alike[0].id] if len(alike) == 1 else {}


def _among_undecided(part: Part, undecided: Sequence[Part]) -> None:
    """Let "the black one" be one of the items that were just named, where one is black."""
    if not undecided or part.anchor is None or part.anchor.kind is not Kind.ONE:
        return
    named = undecided[-1].lines
    if any(narrowed(named, part.described)):
        part.lines = [line for line in part.lines if line in named]


def _told_now(
    undecided: Iterable[Part], part: Part, line: OrderLine, number: int
) -> Iterable[Part]:
    """The parts before that fitted several lines: "the shirt to red, the black one I mean"."""
    if number != 1 or part.anchor is None or part.anchor.kind is not Kind.ONE:
        return []
    return [earlier for earlier in undecided if line in earlier.lines]


def _lines_meant(sentence: Reading, part: Part) -> list[tuple[OrderLine, int]]:
    """Return the lines of a part with how many pieces; none when it could be several."""
    part.wished = any(mention.sure for mention in (*part.target, *part.source))
    lines = narrow_down(part)
    anchor = part.anchor
    part.quantity = _some_of_them(sentence, part)
    if part.quantity is not None and len(lines) > 1:
        lines = [line for line in lines if line.quantity > 1] or lines
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
    quantity = part.quantity
    if quantity is None and anchor is not None and len(lines) == 1:
        quantity = part.quantity = anchor.quantity
    return [(line, quantity or line.quantity) for line in lines]


def _some_of_them(sentence: Reading, part: Part) -> int | None:
    """Return the number in "one of them should be red", said of the part's items."""
    within = {place for stretch in part.places for place in stretch}
    for first, _, match in sentence.spans(_SOME_OF_THEM):
        word = (match[1] or match[2]).casefold()
        if first in within:
            return _NUMBERS.get(word) or int(word)
    return None


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
    if not cheapest and len({anchor.lines for anchor in sentence.anchors if anchor.lines}) == 1:
        cheapest = _CHEAPEST.search(sentence.text) is not None
    anchor = part.anchor
    plural = anchor is not None and anchor.every and anchor.kind is not Kind.ONE
    lacking = unavailable(sentence, part, line) if part.other is None else ()
    return SwapWish(
        line.id,
        quantity,
        wanted,
        keys,
        doubtful,
        lacking,
        cheapest=cheapest,
        other=part.other,
        counted=part.quantity is not None or plural,
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
        known.counted or wish.counted,
    )
