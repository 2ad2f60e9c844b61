"""What a sentence says about the items of an order: which are named, where, and how many."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aisle.shop.models import OrderLine
from aisle.shop.selection.named_products import NamedProducts
from aisle.shop.selection.places import find_places, place_spans
from aisle.shop.selection.sentence import ARTICLES, BREAKS, Anchor, Kind
from aisle.shop.selection.vocabulary import ValueMention
from aisle.shop.selection.words import word_set

_QUANTIFIERS = word_set("all both each every some any")
_OPENING = word_set("the my a an this that these those our your his her")
_EVERYTHING = re.compile(
    r"\b(?:everything|every\s+(?:single\s+)?(?:item|thing|one|piece|product)|"
    r"(?:the\s+|my\s+)?(?:whole|entire|complete|full)\s+(?:order|lot|thing|purchase|shipment)|"
    r"(?:all|each)\s+of\s+(?:it|them|these|those|(?:the|my|these|those)\s+"
    r"(?:items|things|articles|products|pieces|order)|order)|"
    r"all\s+(?:the\s+|my\s+|these\s+|those\s+)?(?:items|things|articles|products|pieces)|"
    r"(?:it|them|those|these)\s+all|the\s+lot|each\s+(?:one|item))\b",
    re.IGNORECASE,
)
_ALL_OF_A_NUMBER = re.compile(
    r"\b(?:all\s+(?:of\s+)?(?:the\s+)?(two|three|four|five|six|seven|[2-9])|(?:them\s+)?both"
    r"(?:\s+of\s+(?:them|these|those|(?:the|my)\s+(?:items|things|products|articles))|"
    r"\s+(?:items|things|products|articles|ones))?)\b(?:\s+(?:of\s+(?:them|these|those)|items|things|products|articles))?",
    re.IGNORECASE,
)
_ALL_ALONE = re.compile(
    r"\b(?:return|cancel|exchange|change|send|swap|replace|refund|take|want|keep)\s+(?:back\s+)?all\b"
    r"(?!\s+(?:the|my|of|right|that|\w+s)\b)|^\W*all\b\W*(?:please|pls|thanks)?\W*$",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?:the\s+(?:rest|others|remaining\s+\w+|remainder)|everything\s+else|all\s+(?:the\s+)?others?|"
    r"the\s+other\s+(?:ones|items|things|products|articles|two|three|four|2|3|4|one|item))\b",
    re.IGNORECASE,
)
_SOME_OF_THEM = re.compile(
    r"\b(one|two|three|four|five|[1-9])\s+of\s+(?:them|these|those)\b|"
    r"\b(?:only|just)\s+(one|two|three|four|five|[1-9])\b(?=\W*(?:$|[,.;!]|of|please|to|should))",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}


@dataclass
class Reading(NamedProducts):
    """A sentence with all the words that name items, as ``anchors`` in order."""

    anchors: list[Anchor] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.anchors = self._find_anchors()

    def some_of_them(self, within: Iterable[int]) -> int | None:
        """Return the number in "one of them is broken", where it stands in these places."""
        places = set(within)
        for first, _, match in self.spans(_SOME_OF_THEM):
            word = (match[1] or match[2]).casefold()
            if first in places:
                return _NUMBERS.get(word) or int(word)
        return None

    def _find_anchors(self) -> list[Anchor]:
        named = self.named_products()
        anchors = [*named, *self._everything(named), *self._places(named)]
        covered = {place for found in anchors for place in range(found.first, found.last)}
        anchors += self._ones(covered)
        anchors += self.products_by_meaning(anchors)
        phrased = [self._with_phrase(found, anchors) for found in anchors]
        return sorted(phrased, key=lambda found: found.first)

    def _everything(self, named: Sequence[Anchor]) -> list[Anchor]:
        found: list[Anchor] = []
        taken: set[int] = {place for other in named for place in range(other.first, other.last)}
        shown = tuple(self.offered or self.lines)
        for pattern, kind in ((_REST, Kind.REST), (_EVERYTHING, Kind.ALL), (_ALL_ALONE, Kind.ALL)):
            for first, last, _ in self.spans(pattern):
                if not taken & set(range(first, last)):
                    found.append(Anchor(kind, first, last, shown, every=True, start=first))
                    taken |= set(range(first, last))
        for first, last, match in self.spans(_ALL_OF_A_NUMBER):
            names_items = any(
                other.first >= last and self._only_filler(last, other.first) for other in named
            )
            if taken & set(range(first, last)) or names_items:
                continue
            number = _NUMBERS.get((match[1] or "two").lower()) or int(match[1])
            fits = self._groups_of(number)
            found.append(
                Anchor(
                    Kind.ALL, first, last, fits[0] if fits else tuple(self.lines),
                    every=bool(fits), start=first,
                )
            )  # fmt: skip
            taken |= set(range(first, last))
        return found

    def _groups_of(self, number: int) -> list[tuple[OrderLine, ...]]:
        """Return what "both" may stand for: shown, talked of, or all there is; nearest first."""
        groups = [tuple(self.offered), tuple(self.talked_of)]
        groups = [group for group in groups if len(group) == number]
        counted = [line for line in self.talked_of if line.quantity == number]
        groups += [(line,) for line in counted if len(counted) == 1]
        products = {line.variant.product.id for line in self.talked_of}
        alike = tuple(line for line in self.lines if line.variant.product.id in products)
        if len(alike) == number and len(products) == 1:
            groups.append(alike)
        pieces = sum(line.quantity for line in self.lines)
        if len(self.lines) == number or pieces == number:
            groups.append(tuple(self.lines))
        return groups

    def _only_filler(self, first: int, last: int) -> bool:
        values = {p for m in self.values_of(self.lines) for p in range(m.first, m.last)}
        return all(
            place in values or self.tokens[place].key in ARTICLES or self.word(place) == "of"
            for place in range(first, last)
        )

    def _places(self, named: Sequence[Anchor]) -> list[Anchor]:
        shown = list(self.offered or self.lines)
        found = []
        if self.offered and len(self.tokens) < 8 and not place_spans(self.text):
            places = find_places(self.text, len(shown), asked=True)
            return [
                Anchor(Kind.PLACE, 0, len(self.tokens), (shown[place],), every=True)
                for place in places
            ]
        for start, end in place_spans(self.text):
            inside = [
                place
                for place, token in enumerate(self.tokens)
                if start <= token.start and token.end <= end
            ]
            words = self.text[start:end]
            nth = [o for o in named if inside and o.first == inside[-1] + 1 and len(o.lines) > 1]
            if not inside:
                continue
            if nth:
                lines = list(nth[0].lines)
            elif any(o.first in (inside[-1] + 1, inside[-1]) for o in named):
                continue  # "my first laptop"
            else:
                lines = shown
            for place in find_places(words, len(lines), asked=bool(self.offered)):
                found.append(
                    Anchor(Kind.PLACE, inside[0], inside[-1] + 1, (lines[place],), every=True)
                )
        return found

    def _ones(self, covered: set[int]) -> list[Anchor]:
        """ "The black one": values and a stand-in for the noun."""
        values = self.values_of(self.lines)
        found = []
        for place in range(1, len(self.tokens)):
            if self.word(place) not in ("one", "ones") or place in covered:
                continue
            if any(mention.last == place and not mention.denied for mention in values):
                found.append(
                    Anchor(
                        Kind.ONE, place, place + 1, tuple(self.offered or self.lines),
                        plural=self.word(place) == "ones",
                    )
                )  # fmt: skip
        return found

    def _with_phrase(self, anchor: Anchor, anchors: Sequence[Anchor]) -> Anchor:
        """Add what stands before the noun: values, a number, "all", an article."""
        if anchor.kind in (Kind.ALL, Kind.REST, Kind.PLACE):
            return replace(anchor, start=anchor.first)
        taken = {p for o in anchors if o is not anchor for p in range(o.first, o.last)}
        values = self.values_of(anchor.lines) if anchor.lines else []
        starts = {mention.last: mention for mention in values}
        named_keys = self.key_places(anchor.lines)
        groups: list[list[ValueMention]] = [[]]
        quantity, every, article, total, closed = None, anchor.plural, "", False, False
        place = anchor.first
        while place > 0:
            mention = starts.get(place)
            word = self.tokens[place - 1].key
            comma = self.gap(place).strip() if place < len(self.tokens) else ""
            if mention is not None and mention.first not in taken and not closed:
                if BREAKS.search(comma) or (comma and comma != "," and comma != "-"):
                    break
                groups[-1].insert(0, mention)
                place = mention.first
            elif place - 1 in taken or BREAKS.search(comma):
                break
            elif word in (_QUANTIFIERS if closed else ARTICLES):
                if word in ("all", "both", "each", "every"):
                    every, total = True, True
                article = article if article in ("a", "an") else self.word(place - 1)
                closed = closed or word in _OPENING
                place -= 1
            elif (
                not closed
                and word.isdigit()
                and int(word) < 100
                and not (place - 1 and self.gap(place - 1).endswith("#"))
            ):
                if quantity is None or self.word(place) != "of":
                    quantity = int(word)
                place -= 1
            elif (
                word == "of"
                and place - 1 > 0
                and (
                    self.tokens[place - 2].key.isdigit()
                    or self.word(place - 2)
                    in ("all", "both", "each", "pair", "pairs", "some", "any")
                )
            ):
                quantity, closed = None, False
                place -= 1
            elif place - 1 in named_keys and not closed and (groups[-1] or place - 1 in starts):
                place -= 1
            elif (
                word in ("and", "or", "&") and groups[-1] and self._group_before(place - 1, starts)
            ):
                groups.append([])
                closed = False
                place -= 1
            else:
                break
        if total:
            quantity = None if quantity is None or quantity >= 2 else quantity
        return replace(
            anchor,
            strange="" if closed or not anchor.lines else self._strange(place),
            start=place,
            before=tuple(tuple(group) for group in groups if group),
            quantity=quantity,
            every=every or total,
            article=article,
        )

    def _strange(self, place: int) -> str:
        return next((word for word, _, last in self.foreign_values() if last == place), "")

    def _group_before(self, place: int, starts: Mapping[int, ValueMention]) -> bool:
        """Whether "the blue" of "the blue and the red shirt" stands before the place."""
        mention = starts.get(place)
        while mention is not None:
            place = mention.first
            mention = starts.get(place)
        return place > 0 and self.word(place - 1) in ("the", "my", "both", "this", "that")
