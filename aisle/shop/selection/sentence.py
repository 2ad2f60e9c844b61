"""A sentence about an order: its words, and the options that they name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from uuid import UUID

from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine, Product
from aisle.shop.numbers import order_number_spans
from aisle.shop.phrases import Token, tokenise
from aisle.shop.selection.vocabulary import ValueMention, Vocabulary
from aisle.shop.selection.words import word_set

ARTICLES = word_set(
    "the my a an this that these those our your his her new old other same ordered color coloured "
    "in whole actual current present more x pair set both all each every any some"
)
BREAKS = re.compile(r"[.!?;\n]")


class Kind(Enum):
    """How items are named."""

    PRODUCT = "product"
    PLACE = "place"
    ALL = "all"
    REST = "rest"
    ONE = "one"
    ELSEWHERE = "not in the order"


@dataclass(frozen=True)
class Anchor:
    """Words that name items: ``tokens[first:last]``; ``start`` is where their phrase begins.

    ``lines`` are those that may be meant. ``before`` are groups of values that stand in the
    phrase before its noun. ``quantity`` is None where no number is said; ``every`` stands for
    "all", "both" and plurals. ``article`` is the first word of the phrase. ``strange`` is a
    colour or material before the noun that the items do not come in.
    """

    kind: Kind
    first: int
    last: int
    lines: tuple[OrderLine, ...]
    name: str = ""
    product_id: str = ""
    start: int = 0
    before: tuple[tuple[ValueMention, ...], ...] = ()
    quantity: int | None = None
    every: bool = False
    plural: bool = False
    article: str = ""
    strange: str = ""


@dataclass
class Sentence:
    """A text about an order's lines, with the words of each line's options found.

    ``offered`` are the lines that were shown to choose from, ``talked_of`` those that the
    conversation is about.
    """

    text: str
    lines: Sequence[OrderLine]
    catalogue: Catalogue
    offered: Sequence[OrderLine] = ()
    products: dict[str, Product] = field(default_factory=dict)
    talked_of: Sequence[OrderLine] = ()
    tokens: list[Token] = field(init=False)
    vocabularies: dict[str, Vocabulary] = field(init=False)
    values: dict[str, list[ValueMention]] = field(init=False)

    def __post_init__(self) -> None:
        self.text = _without_order_numbers(self.text)
        self.tokens = tokenise(self.text)
        own = {line.variant.product.id: line.variant.product for line in self.lines}
        self.products = {key: self.products.get(key, product) for key, product in own.items()}
        self.vocabularies = {key: Vocabulary(item) for key, item in self.products.items()}
        self.values = {key: found.find(self.tokens) for key, found in self.vocabularies.items()}

    def gap(self, place: int) -> str:
        """What stands between a token and the one before it."""
        start = self.tokens[place - 1].end if place else 0
        return self.text[start : self.tokens[place].start]

    def word(self, place: int) -> str:
        return self.tokens[place].text.casefold() if 0 <= place < len(self.tokens) else ""

    def said(self, mention: ValueMention) -> str:
        return " ".join(self.word(place) for place in range(mention.first, mention.last))

    def values_of(self, lines: Sequence[OrderLine]) -> list[ValueMention]:
        """Values of the lines' products; each place once, with every product's options."""
        by_place: dict[tuple[int, int], ValueMention] = {}
        for product_id in dict.fromkeys(line.variant.product.id for line in lines):
            for mention in self.values[product_id]:
                span = (mention.first, mention.last)
                known = by_place.get(span)
                by_place[span] = (
                    replace(known, options=(*known.options, *mention.options)) if known else mention
                )
        chosen: list[ValueMention] = []
        for span in sorted(by_place, key=lambda span: (span[0] - span[1], span[0])):
            if not any(span[0] < other.last and other.first < span[1] for other in chosen):
                chosen.append(by_place[span])
        return sorted(chosen, key=lambda mention: mention.first)

    def foreign_values(self) -> list[tuple[str, int, int]]:
        """Colours, materials and the like of the catalogue: words, first and last token."""
        found = []
        for match in self.catalogue.find_options(self.text):
            places = [
                place
                for place, token in enumerate(self.tokens)
                if match.start <= token.start and token.end <= match.end
            ]
            if places and match.key.endswith(("color", "colour", "material")):
                found.append((self.text[match.start : match.end], places[0], places[-1] + 1))
        return found

    def key_places(self, lines: Sequence[OrderLine]) -> set[int]:
        """Where the names of the lines' options stand."""
        found = [self.vocabularies[line.variant.product.id] for line in lines]
        spans = [span for each in dict.fromkeys(found) for span in each.key_spans(self.tokens)]
        return {place for _, first, last in spans for place in range(first, last)}

    def spans(self, pattern: "re.Pattern[str]") -> Iterator[tuple[int, int, "re.Match[str]"]]:
        for match in pattern.finditer(self.text):
            inside = [
                place
                for place, token in enumerate(self.tokens)
                if match.start() <= token.start and token.end <= match.end()
            ]
            if inside:
                yield inside[0], inside[-1] + 1, match

    def is_plural(self, place: int) -> bool:
        token = self.tokens[place]
        word = re.sub(r"[^a-z]", "", token.text.casefold())
        return word.endswith("s") and not word.endswith("ss") and len(word) > 3

    def is_value(self, first: int, last: int) -> bool:
        keys = [
            span for found in self.vocabularies.values() for span in found.key_spans(self.tokens)
        ]
        return any(
            mention.first <= first and last <= mention.last
            for found in self.values.values()
            for mention in found
        ) or any(start <= first and last <= end for _, start, end in keys)


def lines_of(ids: Sequence[UUID], lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Return the lines with these ids, in the order of the ids."""
    return [line for name in ids for line in lines if line.id == name]


def _without_order_numbers(text: str) -> str:
    for start, end in order_number_spans(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return re.sub(r"\s?(?:-+>|=+>|\u2192)\s?", " to ", text)
