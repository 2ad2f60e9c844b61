"""Which of an order's items a message names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine
from aisle.shop.policies.changes import Pieces
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.roles import excluded, narrowed, targets
from aisle.shop.selection.sentence import Anchor, Kind, lines_of
from aisle.shop.selection.vocabulary import ValueMention
from aisle.shop.selection.words import word_set

_BECOMES = word_set(
    "to for into instead rather should make want prefer need like change changed switch swap "
    "exchange different but get"
)
_CHANGE_WORDS = re.compile(
    r"\b(?:change|changed|exchange|swap|switch|replace|trade|rather|prefer|different|instead|"
    r"want (?:the|a|an|it|them)\b.*\bin|make)\b",
    re.IGNORECASE,
)
_BESIDE_BARE_VALUES = word_set(
    "the my a in and or one ones please size sized color colour it's its it is that's with of i "
    "mean meant thanks yes"
)


@dataclass(frozen=True)
class ItemChoice:
    """The items that are meant.

    ``unclear`` are lines between which the text does not decide, or that are described
    otherwise than they are. ``missing`` are products that are named and not in the order.
    """

    lines: tuple[Pieces, ...] = ()
    unclear: tuple[OrderLine, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    anchor: Anchor
    pieces: tuple[Pieces, ...] = ()
    unclear: tuple[OrderLine, ...] = ()


def choose_items(
    text: str,
    lines: Sequence[OrderLine],
    catalogue: Catalogue,
    *,
    offered: Sequence[UUID] = (),
    talked_of: Sequence[UUID] = (),
) -> ItemChoice:
    """Find the lines of an order that a text names, and how many pieces of each.

    Without a number, all pieces of a line are meant. What an item shall be exchanged for is
    not taken for an item.

    Args:
        offered: ids of the lines that were shown to choose from, in that order; "the second
            one" counts in them, else in the order.
        talked_of: ids of the lines that are chosen so far, which "both" stands for.
    """
    sentence = Reading(
        text, lines, catalogue, lines_of(offered, lines), talked_of=lines_of(talked_of, lines)
    )
    left_out, becoming = excluded(sentence), targets(sentence)
    meant = [
        anchor
        for place, anchor in enumerate(sentence.anchors)
        if place not in left_out and place not in becoming
    ]
    named_kept = [sentence.anchors[place] for place in left_out]
    named_kept = [anchor for anchor in named_kept if anchor.kind not in (Kind.ALL, Kind.REST)]
    kept = {line.id for anchor in named_kept for line in _kept(anchor)}
    if not kept:  # "the others" of what?
        others = [anchor for anchor in meant if anchor.kind is not Kind.REST]
        meant = meant if others else []
    if not meant:
        if left_out:
            return ItemChoice()
        return _some_of_them(sentence) or _by_value_alone(sentence)
    meant = [_as_counted(sentence, anchor) for anchor in meant]
    found: list[_Found] = []
    for anchor in meant:
        found.append(_found(sentence, _among_named(anchor, found), kept))
    found = _settled(found)
    missing = [anchor.name for anchor in meant if anchor.kind is Kind.ELSEWHERE]
    return ItemChoice(
        lines=_added_up(pieces for each in found for pieces in each.pieces),
        unclear=_distinct(line for each in found for line in each.unclear),
        missing=tuple(dict.fromkeys(missing)),
    )


def _as_counted(sentence: Reading, anchor: Anchor) -> Anchor:
    """Take the number of "I have two lamps, and one of them flickers"."""
    later = [other.start for other in sentence.anchors if other.start >= anchor.last]
    end = min(later, default=len(sentence.tokens))
    number = sentence.some_of_them(range(anchor.last, end))
    return anchor if number is None else replace(anchor, quantity=number, every=False)


def _some_of_them(sentence: Reading) -> ItemChoice | None:
    """Choose some of the equal pieces that are talked of: "only one of them"."""
    number = sentence.some_of_them(range(len(sentence.tokens)))
    lines = sentence.talked_of
    if number is None or len({line.variant.id for line in lines}) != 1:
        return None
    return ItemChoice(tuple(piece for piece in _shared_out(number, lines) if piece.quantity))


def _among_named(anchor: Anchor, found: Sequence[_Found]) -> Anchor:
    """Let "the blue one" stand for one of the items just named, where one of them is blue."""
    if anchor.kind is not Kind.ONE or not found:
        return anchor
    named = found[-1].anchor.lines
    return replace(anchor, lines=named) if any(narrowed(named, anchor.before)) else anchor


def _found(sentence: Reading, anchor: Anchor, kept: set[UUID]) -> _Found:
    lines = [line for line in anchor.lines if line.id not in kept]
    if anchor.kind is Kind.ELSEWHERE or not lines:
        return _Found(anchor)
    if anchor.kind in (Kind.ALL, Kind.REST):
        if anchor.every:
            return _Found(anchor, tuple(_whole(line) for line in lines))
        return _Found(anchor, unclear=tuple(lines))
    groups = [*anchor.before, *_described_after(sentence, anchor)]
    if anchor.strange and not _CHANGE_WORDS.search(sentence.text):
        return _Found(anchor, unclear=tuple(lines))
    fitting = narrowed(lines, groups)
    described = [found for found in fitting if found]
    if groups and not described and not _CHANGE_WORDS.search(sentence.text):
        return _Found(anchor, unclear=tuple(lines))
    if len(described) > 1:
        parts = [_counted(sentence, anchor, found, None) for found in described]
        return _Found(
            anchor,
            tuple(piece for part in parts for piece in part.pieces),
            tuple(line for part in parts for line in part.unclear),
        )
    return _counted(sentence, anchor, described[0] if described else lines, anchor.quantity)


def _counted(
    sentence: Reading, anchor: Anchor, lines: Sequence[OrderLine], number: int | None
) -> _Found:
    if number is None and anchor.article in ("a", "an") and not anchor.every:
        number = 1
    if len(lines) == 1:
        return _Found(anchor, (_whole(lines[0], number),))
    pieces = sum(line.quantity for line in lines)
    same = len({line.variant.id for line in lines}) == 1
    if number is None and same and not _is_every(sentence, anchor, lines):
        number = 1
    if (number is None and _is_every(sentence, anchor, lines)) or number == pieces:
        return _Found(anchor, tuple(_whole(line) for line in lines))
    if number is not None and same:
        return _Found(anchor, _shared_out(number, lines))
    return _Found(anchor, unclear=tuple(lines))


def _is_every(sentence: Reading, anchor: Anchor, lines: Sequence[OrderLine]) -> bool:
    """Whether all of several lines are meant; a plural says so unless the name is one."""
    if not anchor.every or not anchor.plural:
        return anchor.every
    words = [sentence.word(place) for place in range(anchor.start, anchor.first)]
    if {"all", "both", "each", "every"} & set(words):
        return True
    return not any(line.variant.product.name.casefold().endswith("s") for line in lines)


def _shared_out(number: int, lines: Sequence[OrderLine]) -> tuple[Pieces, ...]:
    pieces = []
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        taken = number if last else min(number, line.quantity)
        if taken:
            pieces.append(Pieces(line.id, taken))
        number -= taken
    return tuple(pieces)


def _whole(line: OrderLine, number: int | None = None) -> Pieces:
    return Pieces(line.id, line.quantity if number is None else number)


def _described_after(sentence: Reading, anchor: Anchor) -> list[tuple[ValueMention, ...]]:
    """Values behind the noun that tell which is meant: "the shirt in blue"."""
    if anchor.kind is Kind.PLACE:
        return []
    later = [other.start for other in sentence.anchors if other.start >= anchor.last]
    end = min(later, default=len(sentence.tokens))
    starts = {m.first: m for m in sentence.values_of(anchor.lines) if not m.denied}
    groups: list[list[ValueMention]] = [[]]
    wanted_before = {"instead", "than"} & {sentence.word(p) for p in range(anchor.last, end)}
    place = anchor.last
    while place < end:
        word = sentence.word(place)
        if word in _BECOMES and not wanted_before:
            break
        if wanted_before and word in ("of", "than"):
            wanted_before = set()
        mention = starts.get(place)
        if mention is not None and not wanted_before:
            groups[-1].append(mention)
            place = mention.last
            continue
        if word in ("and", "or") and groups[-1]:
            groups.append([])
        place += 1
    return [tuple(group) for group in groups if group]


def _kept(anchor: Anchor) -> list[OrderLine]:
    """The lines that an anchor names to be left alone."""
    groups = [*anchor.before]
    described = [line for found in narrowed(anchor.lines, groups) for line in found]
    return described or list(anchor.lines)


def _settled(found: Sequence[_Found]) -> list[_Found]:
    """Let a closer description settle what was named before: "the shirts, the blue one"."""
    settled: list[_Found] = []
    for each in found:
        chosen = {pieces.line_id for pieces in each.pieces}
        for place, earlier in enumerate(settled):
            doubtful = {line.id for line in earlier.unclear}
            wider = {pieces.line_id for pieces in earlier.pieces}
            if chosen and (chosen < wider or chosen <= doubtful) and each.anchor.kind is Kind.ONE:
                settled[place] = _Found(earlier.anchor)
        settled.append(each)
    named = {pieces.line_id for each in settled for pieces in each.pieces}
    return [
        _Found(each.anchor, each.pieces) if named & {line.id for line in each.unclear} else each
        for each in settled
    ]


def _by_value_alone(sentence: Reading) -> ItemChoice:
    """Choose among several lines by values without a noun: "the blue", "in size 8"."""
    lines = list(sentence.offered or sentence.lines)
    if len(sentence.lines) < 2:
        return ItemChoice()
    groups: list[list[ValueMention]] = [[]]
    mentions = sentence.values_of(lines)
    inside = {place for m in mentions for place in range(m.first, m.last)}
    words = {sentence.word(p) for p in range(len(sentence.tokens)) if p not in inside}
    others = words - _BESIDE_BARE_VALUES
    for mention in mentions:
        start = mention.first
        bare = not others
        pointed = sentence.word(start - 1) in ("the", "my", "from")
        wanted = any(sentence.word(place) in _BECOMES for place in range(start))
        if mention.denied or (wanted and sentence.word(start - 1) != "from"):
            continue
        if groups[-1] and groups[-1][-1].last == start:
            groups[-1].append(mention)
        elif bare or pointed:
            groups.append([mention])
    fitting = [found for found in narrowed(lines, [group for group in groups if group]) if found]
    chosen = [_whole(found[0]) for found in fitting if len(found) == 1]
    unclear = [line for found in fitting if len(found) > 1 for line in found]
    return ItemChoice(_added_up(chosen), _distinct(unclear))


def _added_up(pieces: Iterable[Pieces]) -> tuple[Pieces, ...]:
    most: dict[UUID, int] = {}
    for each in pieces:
        most[each.line_id] = max(each.quantity, most.get(each.line_id, 0))
    return tuple(Pieces(line_id, quantity) for line_id, quantity in most.items())


def _distinct(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    return tuple({line.id: line for line in lines}.values())
