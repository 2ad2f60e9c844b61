"""The parts of a sentence about exchanges: for each item, what it is and what it shall be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aisle.shop.models import OrderLine
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.roles import excluded, fits, narrowed, targets
from aisle.shop.selection.sentence import BREAKS, Anchor, Kind
from aisle.shop.selection.steps import COMPARING_WORDS
from aisle.shop.selection.vocabulary import ValueMention
from aisle.shop.selection.words import word_set

TARGET_WORDS = word_set(
    "to for into but should make want wants wanted prefer rather need like become becomes "
    "instead choose"
)
_SWAP_VERBS = re.compile(r"\b(?:swap|exchang|replac|trad|substitut)\w*", re.IGNORECASE)
_AS_WELL = re.compile(r"\b(?:also|too|as well|additionally)\b", re.IGNORECASE)
_CHANGING = re.compile(r"(?:swap|exchang|replac|trad|substitut|chang|switch|return|send)\w*$", re.I)


@dataclass
class Part:
    """What a sentence says about the items of one anchor."""

    anchor: Anchor | None
    lines: list[OrderLine]
    neutral: list[ValueMention] = field(default_factory=list)
    source: list[ValueMention] = field(default_factory=list)
    target: list[ValueMention] = field(default_factory=list)
    described: list[tuple[ValueMention, ...]] = field(default_factory=list)
    places: list[range] = field(default_factory=list)
    other: str | None = None
    wished: bool = False
    talked_of: bool = False
    quantity: int | None = None
    wanted_before: Mapping[str, str] = field(default_factory=dict)
    target_places: list[range] = field(default_factory=list)


def read_parts(sentence: Reading, expected: UUID | None) -> list[Part]:
    """Split a sentence by the items it names; ``expected`` is the line without a name."""
    left_out, becoming = excluded(sentence), targets(sentence)
    own = [
        place
        for place, anchor in enumerate(sentence.anchors)
        if place not in becoming and (anchor.lines or place in left_out)
    ]
    kept = {
        line.id
        for place in left_out
        for line in sentence.anchors[place].lines
        if sentence.anchors[place].kind not in (Kind.ALL, Kind.REST)
        and any(narrowed([line], sentence.anchors[place].before or [()]))
    }
    if not kept:
        own = [place for place in own if sentence.anchors[place].kind is not Kind.REST]
    alone = [line for line in sentence.lines if line.id == expected]
    if not alone and len(sentence.lines) == 1:
        alone = list(sentence.lines)
    parts: dict[int, Part] = {}
    for place in own:
        anchor = sentence.anchors[place]
        fitting = [line for line in anchor.lines if line.id not in kept or len(anchor.lines) == 1]
        part = Part(anchor, fitting)
        if anchor.article in ("a", "an", "another") and not anchor.quantity:
            part.target += [mention for group in anchor.before for mention in group]
        else:
            part.described = list(anchor.before)
        if anchor.kind is Kind.ONE and alone and not _is_another(sentence, anchor, alone):
            part.lines, part.described = alone, []
            part.target += [mention for group in anchor.before for mention in group]
        part.talked_of = bool(alone) and part.lines == alone
        parts[place] = part
    for place, becomes in becoming.items():
        if becomes in parts:
            _add_target(parts[becomes], sentence.anchors[place])
    inverted = _is_inverted(sentence, own)
    for place, part in parts.items():
        if part.anchor is not None:
            _read_range(sentence, part, *_range_of(sentence, place, own, becoming, inverted))
    if not inverted:
        first = sentence.anchors[own[0]].start if own else len(sentence.tokens)
        before = Part(None, alone or list(sentence.lines), talked_of=bool(alone))
        _read_range(sentence, before, 0, first)
        leading = _leading(sentence, before, parts, bool(alone), own)
        return [*leading, *(part for place, part in parts.items() if place not in left_out)]
    return [part for place, part in parts.items() if place not in left_out]


def _is_another(sentence: Reading, anchor: Anchor, expected: Sequence[OrderLine]) -> bool:
    """Whether "the red one as well" stands for an item that was not talked of yet."""
    if not _AS_WELL.search(sentence.text):
        return False
    fitting = [line for group in narrowed(anchor.lines, anchor.before) for line in group]
    return bool(fitting) and not any(line in fitting for line in expected)


def _add_target(part: Part, anchor: Anchor) -> None:
    part.target_places.append(range(anchor.start - 1, anchor.first))
    part.target += [mention for group in anchor.before for mention in group]
    own = {line.variant.product.id for line in part.lines}
    named = {line.variant.product.id for line in anchor.lines} or {anchor.product_id}
    if anchor.kind in (Kind.PRODUCT, Kind.ELSEWHERE) and not own & named:
        part.other = anchor.name


def _leading(
    sentence: Reading,
    before: Part,
    parts: Mapping[int, Part],
    has_expected: bool,
    own: Sequence[int],
) -> list[Part]:
    """What is said before the first item: about the expected one, else about that item."""
    if not own:
        return [before] if has_expected or before.neutral or before.source or before.target else []
    first = parts[own[0]]
    said = [*before.neutral, *before.source, *before.target]
    pointed = any(
        sentence.word(p) in ("it", "them", "this", "that") for p in range(0, _start(first))
    )
    if has_expected and said and pointed and before.lines[0] not in first.lines:
        return [before]
    if not (first.target or first.neutral) and first.lines:
        first.target += [m for m in (*before.target, *before.neutral) if _offered(m, first.lines)]
        first.source += [m for m in before.source if _offered(m, first.lines)]
    return []


def _start(part: Part) -> int:
    return part.anchor.start if part.anchor else 0


def _offered(mention: ValueMention, lines: Sequence[OrderLine]) -> bool:
    products = [line.variant.product for line in lines]
    return any(
        variant.options.get(option.key) == option.value
        for product in products
        for variant in product.variants
        for option in mention.options
    )


def _is_inverted(sentence: Reading, own: Sequence[int]) -> bool:
    """Whether values come before their items: "size 8 for the boots, black for the lamp"."""
    anchors = [sentence.anchors[place] for place in own]
    if not anchors or any(anchor.kind is Kind.ONE for anchor in anchors):
        return False
    if any(sentence.word(anchor.start - 1) not in ("for", "on", "of") for anchor in anchors):
        return False
    begin = 0
    for anchor in anchors:
        values = sentence.values_of(anchor.lines)
        if not any(begin <= m.first and m.last < anchor.start for m in values) and not any(
            sentence.word(place) in COMPARING_WORDS for place in range(begin, anchor.start)
        ):
            return False
        begin = anchor.last
    return not any(m.first >= anchors[-1].last for m in sentence.values_of(anchors[-1].lines))


def _range_of(
    sentence: Reading,
    place: int,
    own: Sequence[int],
    becoming: Mapping[int, int],
    inverted: bool,
) -> tuple[int, int]:
    anchor = sentence.anchors[place]
    number = own.index(place)
    if inverted:
        begin = sentence.anchors[own[number - 1]].last if number else 0
        return begin, anchor.start
    end = sentence.anchors[own[number + 1]].start if number + 1 < len(own) else len(sentence.tokens)
    first = anchor.last
    for other, becomes in becoming.items():  # "the red one instead of the blue shirt"
        if becomes == place and other < place:
            first = min(first, sentence.anchors[other].last)
    return first, end


def _read_range(sentence: Reading, part: Part, first: int, end: int) -> None:
    """Sort the values of a stretch of words into what is, and what shall be."""
    part.places.append(range(first, end))
    starts = {mention.first: mention for mention in sentence.values_of(part.lines)}
    with_is_to = bool(_SWAP_VERBS.search(sentence.text)) and not any(
        sentence.word(place) in ("to", "for", "into") for place in range(first, end)
    )
    keys = sentence.key_places(part.lines)
    if part.anchor is None and len(part.lines) > 1:  # "I want a laptop" asks for no compartment
        elsewhere = [other for other in sentence.anchors if other.kind is Kind.ELSEWHERE]
        starts = {
            p: m for p, m in starts.items() if not any(o.first <= p < o.last for o in elsewhere)
        }
    state, place = part.neutral, first
    while place < end:
        mention, word = starts.get(place), sentence.word(place)
        if BREAKS.search(sentence.gap(place)) and state is part.source:
            state = part.neutral
        if mention is not None and mention.last <= end:
            if not mention.denied and word not in COMPARING_WORDS:
                state.append(mention)
            place = mention.last
            continue
        if _CHANGING.match(word) and place not in keys:
            state = part.neutral
        if word == "from" and _value_follows(sentence, place, starts):
            state = part.source
        elif word in ("of", "than") and sentence.word(place - 1) in ("instead", "rather"):
            part.target += part.neutral
            part.neutral.clear()
            state = part.source
        elif _leads_to_a_verb(sentence, place):
            pass
        elif _describes(sentence, part, place):
            state = part.neutral
        elif (
            word in TARGET_WORDS
            or (word == "with" and with_is_to)
            or _asks_to_have(sentence, place)
        ):
            if word in ("instead", "rather"):
                part.target += part.neutral
                part.neutral.clear()
            state = part.target
        if (state is not part.source and part.anchor is None) or state is part.target:
            part.target_places.append(range(place, place + 2))
        place += 1


def _value_follows(sentence: Reading, place: int, starts: Mapping[int, ValueMention]) -> bool:
    """Whether "from" leads to a value, as in "from the black": not in "from my order, ..."."""
    for following in range(place + 1, min(place + 5, len(sentence.tokens))):
        if re.search(r"[^\w\s]", sentence.gap(following)):
            return False
        if following in starts:
            return True
    return False


def _describes(sentence: Reading, part: Part, place: int) -> bool:
    """Whether "the one with" leads to what the item is."""
    is_one = sentence.word(place) in ("one", "ones") and part.anchor is not None
    return (
        is_one
        and sentence.word(place - 1) in ("the", "that", "those")
        and sentence.word(place + 1) in ("with", "without", "in", "that", "that's", "which")
    )


def _asks_to_have(sentence: Reading, place: int) -> bool:
    """Whether "could it be" or "can I have it" leads to what an item shall be."""
    if sentence.word(place) not in ("be", "have", "get"):
        return False
    before = {sentence.word(earlier) for earlier in range(max(0, place - 2), place)}
    return bool(before & {"can", "could", "may"})


def _leads_to_a_verb(sentence: Reading, place: int) -> bool:
    """Whether "to" or "want to" only comes before "exchange"."""
    if sentence.word(place + 1) == "to":
        place += 1
    return sentence.word(place) == "to" and _CHANGING.match(sentence.word(place + 1)) is not None


def narrow_down(part: Part) -> list[OrderLine]:
    """Narrow the lines by what is said of them; what fits none of them is wanted instead."""
    lines = part.lines
    found = [group for group in narrowed(lines, part.described) if group]
    if found:
        lines = [line for line in lines if any(line in group for group in found)]
    elif part.described:
        part.target += [mention for group in part.described for mention in group]
    for mention in part.source:
        lines = [line for line in lines if fits(line, mention)] or lines
    telling = [m for m in part.neutral if 0 < sum(fits(line, m) for line in lines) < len(lines)]
    if part.target:
        settled = {option.key for mention in part.target for option in mention.options}
        begins = min(mention.first for mention in part.target)
        for mention in part.neutral:
            keys = {option.key for option in mention.options}
            fitting = [line for line in lines if fits(line, mention)]
            adds = not fitting or mention.first > begins or part.talked_of
            if adds and not settled & keys:
                part.target.append(mention)
            lines = fitting or lines
    else:
        part.target += [mention for mention in part.neutral if mention not in telling]
        for mention in telling:
            lines = [line for line in lines if fits(line, mention)] or lines
    part.neutral = []
    return lines
