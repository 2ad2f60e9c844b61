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
from aisle.shop.selection.sentence import Kind
from aisle.shop.selection.settled import Settled
from aisle.shop.selection.wanted import read_wanted, unavailable

_CHEAPEST = re.compile(
    r"(?<!found )(?<!found it )(?<!get it )\bcheap(?:est|er)\b"
    r"(?!\s+(?:elsewhere|somewhere|at|on|online)\b)|\blowest[\s-]price",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SwapWish:
    """Pieces of a line that shall become a variant with the wanted options.

    No pieces: the line is no longer to be changed, as only "one of them" is meant.

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
    def is_unclear(self) -> bool:
        """Whether all that is said fits several options: "the medium one"."""
        return bool(self.doubtful) and not (self.wanted or self.keys or self.cheapest)

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
    known = Settled(settled or {}, lines)
    sentence = Reading(text, lines, catalogue, products=dict(products), talked_of=known.lines)
    if expected is None:
        expected = known.meant_without_name(sentence)
    wishes: dict[UUID, SwapWish] = {}
    undecided: list[Part] = []
    for part in read_parts(sentence, expected):
        _among_undecided(part, undecided)
        meant = _lines_meant(sentence, part)
        if not meant and part.anchor is not None and part.target:
            undecided.append(part)
        for line, quantity in meant:
            part.wanted_before = known.wanted(line)
            _add_corrections(part, line, part.wanted_before)
            wish = _wish(sentence, part, line, quantity)
            says_how_many = part.quantity is not None and part.talked_of
            if part.anchor is None and not (wish.says_something or says_how_many):
                continue
            if _is_all(part) and not wish.says_something and line not in known.lines:
                wish = replace(wish, wanted=known.wanted_of_its_kind(line))
            for earlier in _told_now(undecided, part, line, len(meant)):
                wish = _merged(_wish(sentence, earlier, line, quantity), wish)
            for each in _shared([line, *known.alike(line)], wish, part.quantity):
                wishes[each.line_id] = _merged(wishes.get(each.line_id), each)
    return list(wishes.values())


def _is_all(part: Part) -> bool:
    return part.anchor is not None and part.anchor.kind is Kind.ALL


def _shared(lines: Sequence[OrderLine], wish: SwapWish, number: int | None) -> Iterable[SwapWish]:
    """Want the same of lines that are alike; a number of pieces is shared out among them."""
    if len(lines) == 1:
        yield wish
        return
    shares = [(line, line.quantity) for line in lines]
    if number is not None:
        shares = _shared_out(number, lines)
    for line, pieces in shares:
        yield replace(wish, line_id=line.id, quantity=pieces)


def _add_corrections(part: Part, line: OrderLine, settled: Mapping[str, str]) -> None:
    """Take "no, the steel bottle" for a wish where another material was settled."""
    if part.target or part.source:
        return
    for mention in (mention for group in part.described for mention in group):
        if any(settled.get(o.key) not in (None, o.value) for o in mention.options):
            part.target.append(mention)


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
    part.quantity = sentence.some_of_them(place for places in part.places for place in places)
    if part.quantity is not None and len(lines) > 1:
        lines = [line for line in lines if _pieces_like(line, lines) > 1] or lines
    if anchor is None and len(lines) > 1:
        if not part.wished:
            return []
        lines = [line for line in lines if read_wanted(sentence, part, line)[0]]
        like_others = part.quantity is not None and _are_same(lines)
        lines = lines if len(lines) == 1 or like_others else []
    if part.quantity is not None and len(lines) > 1 and _are_same(lines):
        return [share for share in _shared_out(part.quantity, lines) if share[1]]
    if len(lines) > 1 and anchor is not None:
        number = sum(line.quantity for line in lines)
        if not (anchor.every or anchor.quantity == number):
            changed = [line for line in lines if _changes(sentence, part, line)]
            some = lines[: anchor.quantity or 1] if _are_same(lines) else []
            lines = changed if len(changed) == 1 else some
        elif anchor.kind in (Kind.ALL, Kind.REST):
            lines = [line for line in lines if read_wanted(sentence, part, line)[0]] or lines
    quantity = part.quantity
    if quantity is None and anchor is not None and len(lines) == 1:
        quantity = part.quantity = anchor.quantity
    return [(line, quantity or line.quantity) for line in lines]


def _are_same(lines: Sequence[OrderLine]) -> bool:
    return len({line.variant.id for line in lines}) == 1


def _pieces_like(line: OrderLine, lines: Sequence[OrderLine]) -> int:
    return sum(other.quantity for other in lines if other.variant.id == line.variant.id)


def _shared_out(number: int, lines: Sequence[OrderLine]) -> list[tuple[OrderLine, int]]:
    shares = []
    for line in lines:
        pieces = min(number, line.quantity)
        number -= pieces
        shares.append((line, pieces))
    return shares


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
