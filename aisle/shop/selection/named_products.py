"""The products that a sentence names: by name, by part of it, or by meaning."""

import re
from collections.abc import Iterator, Sequence

from aisle.shop.catalogue import Catalogue, is_verb
from aisle.shop.models import OrderLine, Product
from aisle.shop.phrases import Hit, PhraseIndex, tokenise
from aisle.shop.selection.meaning import closest
from aisle.shop.selection.sentence import ARTICLES, Anchor, Kind, Sentence
from aisle.shop.selection.words import word_set

_NAME, _HEAD = 0, 1
# How alike in meaning (cosine) a word that is not the shop's must be to an item's name: where
# the whole catalogue competes, and where only the order does; and by how much more than others.
_LEAST_ALIKE, _LEAST_ALIKE_IN_ORDER, _LEAST_LEAD = 0.55, 0.6, 0.1
_LEAST_ALIKE_ELSEWHERE = 0.7
_NO_NOUN = word_set(
    "order thing item product article stuff refund money payment address card account one ones "
    "other same rest all whole return exchange reason way colour color size colours sizes option "
    "difference original first second third last next new different website shop store email mail "
    "code number day week month customer question status price cost discount cheaper cheapest "
    "bigger smaller larger wrong right total full delivery parcel package box post change variant "
    "version model kind type best name help default method label policy"
)
_NO_PLACE_BEFORE = word_set("at in to into near from on")
_STOPS = word_set(
    "and or to for from in with of on at by is was be are were it i you that this the a an which "
    "who please but not no because so then when if as than into instead rather back again too also "
    "only just has have had do does did can could would will should want need like"
)


class NamedProducts(Sentence):
    """Finds where a sentence names products, those of the order and others."""

    def named_products(self) -> list[Anchor]:
        own = self._own_hits()
        anchors = []
        for first, last, product_ids in own:
            lines = tuple(line for line in self.lines if line.variant.product.id in product_ids)
            anchors.append(
                Anchor(
                    Kind.PRODUCT, first, last, lines, lines[0].variant.product.name,
                    plural=self.is_plural(last - 1),
                )
            )  # fmt: skip
        anchors += self._elsewhere(anchors)
        covered = {place for found in anchors for place in range(found.first, found.last)}
        anchors += self._loosely_named(covered)
        return self._without_values(anchors)

    def products_by_meaning(self, anchors: Sequence[Anchor]) -> list[Anchor]:
        """Nouns that are not the shop's: the item that is nearest in meaning."""
        covered = {place for found in anchors for place in range(found.first, found.last)}
        covered |= {p for m in self.values_of(self.lines) for p in range(m.first, m.last)}
        found: list[Anchor] = []
        for first, last in self._noun_phrases(covered):
            words = " ".join(self.word(place) for place in range(first, last))
            lines = self._meant(words)
            names = list(self.catalogue.product_names.values())
            other = closest(words, names, least=_LEAST_ALIKE_ELSEWHERE, lead=_LEAST_LEAD)
            if not lines and other is not None:
                product_id = list(self.catalogue.product_names)[other]
                found.append(Anchor(Kind.ELSEWHERE, first, last, (), names[other], product_id))
            if lines:
                found.append(
                    Anchor(
                        Kind.PRODUCT, first, last, lines, lines[0].variant.product.name,
                        plural=self.is_plural(last - 1),
                    )
                )  # fmt: skip
        return found

    def _own_hits(self) -> list[tuple[int, int, set[str]]]:
        hits = _name_index(tuple(self.products.values())).find(self.tokens)
        found = []
        for hit in hits:
            best = min(level for _, level in hit.values)
            product_ids = {product_id for product_id, _ in hit.values}
            if best == _NAME and len(product_ids) > 1:
                product_ids = {name for name, level in hit.values if level == _NAME}
                heads = {name for name, level in hit.values if level == _HEAD}
                product_ids |= heads
            if is_verb(hit, self.tokens) or (best == _HEAD and self._is_in_option_name(hit)):
                continue
            if best == _HEAD and self._belongs_elsewhere(hit, product_ids):
                continue
            found.append((hit.first, hit.last, product_ids))
        return found

    def _is_in_option_name(self, hit: Hit[tuple[str, int]]) -> bool:
        """Whether a word names no item but part of an option: "the set type"."""
        return any(
            first <= hit.first and hit.last <= last and last - first > 1
            for vocabulary in self.vocabularies.values()
            for _, first, last in vocabulary.key_spans(self.tokens)
        )

    def _belongs_elsewhere(self, hit: Hit[tuple[str, int]], product_ids: set[str]) -> bool:
        """Whether the last word of a name is here another product's, or one of its options.

        "Coffee machine" is no espresso machine; "leather band" is no fitness band.
        """
        before = self.tokens[hit.first - 1].key if hit.first else ""
        own = {token.key for item in self.products.values() for token in tokenise(item.name)}
        for name, mentions in self.values.items():
            if any(mention.last == hit.first for mention in mentions):
                spans = self.vocabularies[name].key_spans(self.tokens)
                return name not in product_ids and any(span[1] == hit.first for span in spans)
        return before not in own | ARTICLES and before in _name_words(self.catalogue)

    def _elsewhere(self, own: Sequence[Anchor]) -> list[Anchor]:
        """Products of the catalogue that are named and are not in the order."""
        spans: dict[tuple[int, int], list[str]] = {}
        for match in self.catalogue.find_products(self.text):
            places = [
                place
                for place, token in enumerate(self.tokens)
                if match.start <= token.start and token.end <= match.end
            ]
            if places:
                spans.setdefault((places[0], places[-1] + 1), []).append(match.product_id)
        found = []
        for (first, last), product_ids in spans.items():
            beside = [o for o in own if o.first < last and first < o.last]
            if any(name in self.products for name in product_ids) or any(
                other.last - other.first >= last - first for other in beside
            ):
                continue
            if last - first == 1 and (
                self._is_value_of(own, first, last) or self._in_own_name(first)
            ):
                continue
            names = self.catalogue.product_names
            lines = self._alike(first, last) if last - first == 1 and len(self.lines) > 0 else ()
            if lines and not any(
                names[name].casefold() == self.word(first) for name in product_ids
            ):
                found.append(
                    Anchor(
                        Kind.PRODUCT, first, last, lines, lines[0].variant.product.name,
                        plural=self.is_plural(last - 1),
                    )
                )  # fmt: skip
                continue
            name = names[product_ids[0]] if len(product_ids) == 1 else ""
            found.append(
                Anchor(Kind.ELSEWHERE, first, last, (), name, product_ids[0] if name else "")
            )
        return found

    def _is_value_of(self, own: Sequence[Anchor], first: int, last: int) -> bool:
        """Whether a product's name is a value here, as in "a backpack for the laptop"."""
        if not self.is_value(first, last):
            return False
        keys = self.key_places(self.lines)
        beside = {self.word(last), self.word(first - 1)}
        offering = [line for anchor in own for line in anchor.lines]
        return (
            bool({first - 1, first, last} & keys)
            or bool(beside & {"one", "ones", "version"})
            or any(m.first <= first and last <= m.last for m in self.values_of(offering))
        )

    def _alike(self, first: int, last: int) -> tuple[OrderLine, ...]:
        """The item of the order that a word for another product means: boots for "shoes"."""
        names = list(self.products.values())
        words = " ".join(self.word(place) for place in range(first, last))
        place = closest(
            words, [item.name for item in names], least=_LEAST_ALIKE_IN_ORDER, lead=_LEAST_LEAD
        )
        if place is None:
            return ()
        return tuple(line for line in self.lines if line.variant.product.id == names[place].id)

    def _in_own_name(self, place: int) -> bool:
        return any(_ends_like(item.name, self.tokens[place].key) for item in self.products.values())

    def _loosely_named(self, covered: set[int]) -> list[Anchor]:
        """Items called by another word of their name, or its end: "the luggage", "the watch"."""
        found = []
        for place, token in enumerate(self.tokens):
            article = self.word(place - 1)
            if place in covered or len(token.key) < 4 or token.key in _NO_NOUN:
                continue
            named = ("", "the", "my", "this", "that", "these", "those", "both", "and")
            if article not in named:
                continue
            if self.word(place - 2) in _NO_PLACE_BEFORE - {"to"} or self.is_value(place, place + 1):
                continue
            names = [
                item.id
                for item in self.products.values()
                if _ends_like(item.name, token.key)
                or any(
                    word.key == token.key and word.key not in _shared_words(self.catalogue)
                    for word in tokenise(item.name)
                )
            ]
            follows = self.word(place + 1)
            if names and (place + 1 not in covered or follows == "and"):
                lines = tuple(line for line in self.lines if line.variant.product.id in names)
                found.append(
                    Anchor(
                        Kind.PRODUCT, place, place + 1, lines, lines[0].variant.product.name,
                        plural=self.is_plural(place),
                    )
                )  # fmt: skip
        return found

    def _without_values(self, anchors: list[Anchor]) -> list[Anchor]:
        """Leave out a name that is a value here: "fleece gloves", "the laptop compartment"."""
        kept = []
        for anchor in anchors:
            following = [o for o in anchors if o.first == anchor.last and o.kind is Kind.PRODUCT]
            as_value = [
                line
                for line in self.lines
                for mention in self.values[line.variant.product.id]
                if (mention.first, mention.last) == (anchor.first, anchor.last)
                and line not in anchor.lines
            ]
            beside_key = any(
                start == anchor.last
                for line in as_value
                for _, start, _ in self.vocabularies[line.variant.product.id].key_spans(self.tokens)
            )
            in_a_row = any(  # "the backpack in black, nylon, laptop"
                mention.last == anchor.first
                for line in as_value
                for mention in self.values[line.variant.product.id]
            )
            if as_value and (
                beside_key
                or in_a_row
                or any(line in o.lines for o in following for line in as_value)
            ):
                continue
            kept.append(anchor)
        return kept

    def _noun_phrases(self, covered: set[int]) -> Iterator[tuple[int, int]]:
        for place, token in enumerate(self.tokens):
            if token.key not in ("the", "my", "this", "that", "these", "those"):
                continue
            if self.word(place - 1) in _NO_PLACE_BEFORE - {"to"}:
                continue
            first = place + 1
            while first in covered:
                first += 1
            last = first
            while (
                last < len(self.tokens)
                and last - first < 2
                and last not in covered
                and (last == first or not self.gap(last).strip())
                and self.tokens[last].text.isalpha()
                and self.word(last) not in _STOPS
            ):
                last += 1
            if last > first and not any(self.tokens[p].key in _NO_NOUN for p in range(first, last)):
                yield first, last

    def _meant(self, words: str) -> tuple[OrderLine, ...]:
        names = list(self.catalogue.product_names.items())
        known = [name for _, name in names]
        for item in self.products.values():
            if item.name not in known:
                names.append((item.id, item.name))
        for candidate in dict.fromkeys((words, words.split()[0])):
            place = closest(
                candidate, [name for _, name in names], least=_LEAST_ALIKE, lead=_LEAST_LEAD
            )
            if place is not None:
                return tuple(
                    line for line in self.lines if line.variant.product.id == names[place][0]
                )
        return ()


def _name_index(products: tuple[Product, ...]) -> PhraseIndex[tuple[str, int]]:
    return PhraseIndex(_names(products))


def _names(products: Sequence[Product]) -> Iterator[tuple[str, tuple[str, int]]]:
    for product in products:
        for phrase in (product.name, *product.aliases):
            yield phrase, (product.id, _NAME)
        for phrase in (product.name, *product.aliases):
            head = re.split(r"[\s-]", phrase)[-1]
            if len(head) > 2 and head != phrase:
                yield head, (product.id, _HEAD)


def _ends_like(name: str, word: str) -> bool:
    """Whether a compound name ends in the word: "wristwatch" and "watch"."""
    tokens = tokenise(name)
    last = tokens[-1].key if tokens else ""
    return len(word) > 3 and len(last) - len(word) > 2 and last.endswith(word)


def _name_words(catalogue: Catalogue) -> set[str]:
    return {token.key for name in catalogue.product_names.values() for token in tokenise(name)}


def _shared_words(catalogue: Catalogue) -> set[str]:
    """Words that are in several products' names."""
    seen: set[str] = set()
    shared: set[str] = set()
    for name in catalogue.product_names.values():
        words = {token.key for token in tokenise(name)}
        shared |= words & seen
        seen |= words
    return shared
