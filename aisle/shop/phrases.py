"""Finds known phrases in free text, whatever their case, spacing, number or small misspellings."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from aisle.language.spelling import Corrections, ordinary_words

Value = TypeVar("Value")

_TOKEN = re.compile(
    r"(?<![\w-])-\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019`\u00b4][^\W\d_]+)*|%"
    r"|(?<=\d)[\"\u201d\u2033]"
)
_SYNONYMS = {
    "gray": "grey", "colour": "color", "aluminum": "aluminium", "wooden": "wood", "inches": "inch",
    "woollen": "wool", "woolen": "wool", "litre": "ltr", "liter": "ltr", "gigabyte": "gb",
    "gig": "gb", "kilo": "kg", "gram": "g", "watt": "w", "centimetre": "cm", "centimeter": "cm",
    "people": "person", "degree": "c", "celsiu": "c", "sqm": "m2", "organiser": "organizer",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15",
    "twenty": "20", "thirty": "30", "fifty": "50",
}  # fmt: skip
_ALWAYS_PLURAL = frozenset({"jeans", "weights"})  # "Jean" and "what weight" are other words
_UNITS_AFTER_NUMBERS = {
    "l": "ltr", "lit": "ltr", "lm": "lumen", "k": "k", "feet": "ft", "foot": "ft", "lbs": "lb",
    "pound": "lb", "hr": "hour", "hrs": "hour", "h": "hour", "percent": "%", "terabyte": "tb",
    "megapixel": "mp", "milliliter": "ml", "millilitre": "ml", "millimeter": "mm",
    "millimetre": "mm", "pc": "piece", "pcs": "piece",
}  # fmt: skip
_INCH_MARKS = frozenset('"\u201d\u2033')


@dataclass(frozen=True)
class Token:
    """A word or number of a text; ``key`` is what it is compared by."""

    text: str
    start: int
    end: int
    key: str


@dataclass(frozen=True)
class Hit(Generic[Value]):
    """A phrase found in a text: ``tokens[first:last]``, with ``edits`` letters misspelt."""

    values: tuple[Value, ...]
    first: int
    last: int
    start: int
    end: int
    edits: int


def tokenise(text: str) -> list[Token]:
    """Split a text into words and numbers, with places in the text."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        key = "inch" if match.group() in _INCH_MARKS else _key(match.group())
        if tokens and tokens[-1].key[-1:].isdigit():
            key = _UNITS_AFTER_NUMBERS.get(key, key)
        tokens.append(Token(match.group(), match.start(), match.end(), key))
    return tokens


class PhraseIndex(Generic[Value]):
    """Phrases and the values they stand for, looked up by word."""

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        self._values: dict[str, dict[Value, None]] = defaultdict(dict)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        words: dict[str, None] = {}
        for phrase, value in entries:
            keys = [token.key for token in tokenise(phrase)]
            if keys:
                joined = _joined(keys)
                self._values[joined][value] = None
                self._lengths[joined].add(len(keys))
                words.update(dict.fromkeys([*keys, joined]))
        self._longest = 1 + max((max(lengths) for lengths in self._lengths.values()), default=0)
        self._words = words
        self._corrections = Corrections(words)

    def __contains__(self, phrase: str) -> bool:
        return _joined([token.key for token in tokenise(phrase)]) in self._values

    def find(self, tokens: Sequence[Token]) -> list[Hit[Value]]:
        """Return the hits in order; where several overlap, the longest and best spelt."""
        spellings = [self._spellings(token) for token in tokens]
        hits = sorted(
            self._all_hits(tokens, spellings), key=lambda hit: (hit.start - hit.end, hit.edits)
        )
        taken = [False] * len(tokens)
        chosen = []
        for hit in hits:
            if not any(taken[hit.first : hit.last]):
                taken[hit.first : hit.last] = [True] * (hit.last - hit.first)
                chosen.append(hit)
        return sorted(chosen, key=lambda hit: hit.start)

    def _spellings(self, token: Token) -> list[tuple[str, int]]:
        if token.key in self._words or not token.key.isalpha():
            return [(token.key, 0)]
        corrected = self._corrections.of(token.key) if not _is_ordinary(token) else ()
        return [(token.key, 0), *corrected]

    def _all_hits(
        self, tokens: Sequence[Token], spellings: list[list[tuple[str, int]]]
    ) -> Iterator[Hit[Value]]:
        for first in range(len(tokens)):
            for last in range(first + 1, min(first + self._longest, len(tokens)) + 1):
                for spelling in product(*spellings[first:last]):
                    key = _joined([word for word, _ in spelling])
                    if key in self._values and self._may_stand(key, tokens[first:last]):
                        yield Hit(
                            tuple(self._values[key]),
                            first,
                            last,
                            tokens[first].start,
                            tokens[last - 1].end,
                            sum(edits for _, edits in spelling),
                        )

    def _may_stand(self, key: str, tokens: Sequence[Token]) -> bool:
        """Whether words written apart may be one: "head lamp" yes, "m at" for "mat" no."""
        known = len(tokens) in self._lengths[key]
        return known or len(tokens) == 1 or all(len(token.text) > 2 for token in tokens)


def _key(text: str) -> str:
    if text.lstrip("-")[:1].isdigit():
        thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+", text)
        return text.replace(",", "" if thousands else ".")
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in decomposed if character.isalnum())
    singular = _singular(letters) or text
    return _SYNONYMS.get(letters, _SYNONYMS.get(singular, singular))


def _singular(word: str) -> str:
    """Return a form that singular and plural share; not always a real word ("knif")."""
    if len(word) < 4 or word in _ALWAYS_PLURAL:
        return word
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith(("che", "she", "xe", "sse", "ze")):
        return word[:-1]
    if word.endswith("ie"):
        return f"{word[:-2]}y"
    if word.endswith(("ve", "fe")):
        return f"{word[:-2]}f"
    return word


def _joined(keys: Sequence[str]) -> str:
    """Join words without spaces, numbers with a mark between them."""
    joined = ""
    for key in keys:
        joined += "_" + key if joined[-1:].isdigit() and key[:1].isdigit() else key
    return joined


def _is_ordinary(token: Token) -> bool:
    return token.text.casefold() in ordinary_words() or token.key in ordinary_words()
