"""The options of one product, as shoppers' words name them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aisle.shop.models import Product
from aisle.shop.option_words import Option, measure, phrases_of
from aisle.shop.phrases import Hit, PhraseIndex, Token, tokenise
from aisle.shop.selection.words import word_set

_EXACT, _PART, _NUMBER_ALONE = 0, 1, 2
_NEGATIVE = re.compile(r"(?:no|none|not\b.*)", re.IGNORECASE)
_ANSWERS = frozenset({"yes", "no", "none", "included"})
_NEGATIONS = word_set(
    "no not non without isnt arent doesnt dont wasnt hasnt lacking minus never w/o"
)
_BETWEEN_NEGATION = word_set("a an any the in have has with to be is need want")
_BEFORE_NUMBERS = word_set(
    "size sized sizes in to from for into with than instead make be get have need want is not or "
    "different it mean meant as actually rather"
)
_BEFORE_LETTERS = _BEFORE_NUMBERS | {"a", "an", "the", "color", "and"}
_AFTER_PLACED_NUMBERS = word_set(
    "1 one ones version model variant instead to for please pls thank and but rather if would in"
)
_UNITS_OF_TIME_OR_COUNT = re.compile(
    r"(?:day|week|month|year|minute|min|time|euro|eur|item|piece|pair|pcs|x|of|st|nd|rd|th|am|pm)s?$",
    re.IGNORECASE,
)
_PART_STOPS = word_set("and with the for type set pack of back self built free out off up")
_OTHER_MEANINGS = frozenset({"friday", "street", "avenue"})
_ENDINGS = word_set(
    "s es se ed er ers per pers ing ance ant ation able ling ly ce t cy en ty less"
) | {""}
_FILLERS = word_set("to in of the is a be as at with")
_LADDERS = (
    ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("small", "medium", "large"),
    ("low", "medium", "high"),
    ("light", "medium", "dark"),
    ("beginner", "intermediate", "expert"),
    ("single", "dual"),
    ("half", "full"),
)


@dataclass(frozen=True)
class ValueMention:
    """Words ``tokens[first:last]`` that name a value; several options where all offer it.

    Several options of one key are any of these values: "with armrests".
    ``denied``: "not black". ``sure`` is False for a part of the value's words ("stainless").
    """

    first: int
    last: int
    options: tuple[Option, ...]
    denied: bool = False
    sure: bool = True


class Vocabulary:
    """Finds the values of a product's options, and the options' names, in texts."""

    def __init__(self, product: Product) -> None:
        values: dict[str, dict[str, None]] = {}
        for variant in product.variants:
            for key, value in variant.options.items():
                values.setdefault(key, {})[value] = None
        self.values: Mapping[str, tuple[str, ...]] = {key: tuple(v) for key, v in values.items()}
        self._name_words = {token.key for token in tokenise(product.name)}
        self._key_words = {
            key: [token.key for token in tokenise(key.replace("/", " "))] for key in values
        }
        self._index = PhraseIndex(self._entries())

    def find(self, tokens: Sequence[Token]) -> list[ValueMention]:
        """Return the values that are named, in order, none overlapping."""
        named = [self._mention(hit, tokens) for hit in self._index.find(tokens)]
        whole_names = [
            span for span in self.key_spans(tokens) if span[2] - span[1] > 1
        ]  # "bagged/bagless" names neither of them
        mentions = [
            mention
            for mention in named
            if mention is not None
            and not any(
                first <= mention.first and mention.last <= last for _, first, last in whole_names
            )
        ]
        taken = {place for found in mentions for place in range(found.first, found.last)}
        answers = self._answers(tokens, taken)
        return sorted([*mentions, *answers], key=lambda mention: mention.first)

    def key_spans(self, tokens: Sequence[Token]) -> list[tuple[str, int, int]]:
        """Return where options themselves are named: key, first and last token."""
        spans: list[tuple[str, int, int]] = []
        for key, words in self._key_words.items():
            spans.extend(
                (key, first, first + len(words))
                for first in range(len(tokens) - len(words) + 1)
                if all(
                    same_stem(tokens[first + place].key, word) for place, word in enumerate(words)
                )
            )
            alone = [word for word in words if len(words) > 1 and self._is_telling(word)]
            covered = {place for _, first, last in spans for place in range(first, last)}
            spans.extend(
                (key, place, place + 1)
                for place, token in enumerate(tokens)
                if place not in covered and any(same_stem(token.key, word) for word in alone)
            )
        return sorted(spans, key=lambda span: span[1])

    def ladder(self, key: str) -> list[str] | None:
        """Return an option's values from the smallest to the largest; None when unordered."""
        values = self.values.get(key, ())
        folded = [value.casefold() for value in values]
        for ladder in _LADDERS:
            if len(values) > 1 and all(value in ladder for value in folded):
                return sorted(values, key=lambda value: ladder.index(value.casefold()))
        amounts = [_amount(value) for value in values]
        units = {amount[1] for amount in amounts if amount}
        if None in amounts or len(units) != 1 or len(values) < 2:
            return None
        return sorted(values, key=lambda value: (_amount(value) or (Decimal(0), ""))[0])

    def _entries(self) -> Iterator[tuple[str, tuple[Option, int]]]:
        options = [Option(key, value) for key, values in self.values.items() for value in values]
        told = [option for option in options if option.value.casefold() not in _ANSWERS]
        words = {option: _words(option.value) for option in told}
        shared = Counter(word for found in words.values() for word in set(found))
        numbers = Counter(_leading_number(option.value) for option in told)
        for option in told:
            yield from ((phrase, (option, _EXACT)) for phrase in phrases_of(option))
            if _NEGATIVE.fullmatch(option.value):
                continue
            for word in words[option] if len(words[option]) > 1 else ():
                if shared[word] == 1 and not self._is_key_word(word):
                    yield word, (option, _PART)
            for start in _starts(option.value):
                yield start, (option, _PART)
            number = _leading_number(option.value)
            if number and numbers[number] == 1 and number != option.value:
                yield number, (option, _NUMBER_ALONE)

    def _is_key_word(self, word: str) -> bool:
        return any(same_stem(word, other) for words in self._key_words.values() for other in words)

    def _is_telling(self, word: str) -> bool:
        """Whether a word of an option's name tells it from the other options."""
        named = [key for key, words in self._key_words.items() if word in words]
        return len(named) == 1 and len(word) > 2 and word not in ("type", "feature", "set")

    def _mention(
        self, hit: Hit[tuple[Option, int]], tokens: Sequence[Token]
    ) -> ValueMention | None:
        weight = min(weight for _, weight in hit.values)
        options = tuple(dict.fromkeys(option for option, level in hit.values if level == weight))
        words = tokens[hit.first : hit.last]
        if hit.last < len(tokens) and tokens[hit.last].key in _OTHER_MEANINGS:
            return None
        if all(re.fullmatch(r"[\d.]+", word.key) for word in words):
            if not self._is_number_meant(hit, tokens, options):
                return None
        elif len(words) == 1 and len(words[0].text) == 1 and not _is_letter_meant(hit, tokens):
            return None
        return ValueMention(
            hit.first,
            hit.last,
            self._told_apart(hit.first, hit.last, options, tokens),
            denied=_negation_before(hit.first, tokens) is not None,
            sure=weight == _EXACT,
        )

    def _is_number_meant(
        self, hit: Hit[tuple[Option, int]], tokens: Sequence[Token], options: Sequence[Option]
    ) -> bool:
        before = tokens[hit.first - 1].key if hit.first else ""
        after = tokens[hit.last].key if hit.last < len(tokens) else ""
        begins = hit.first == 0 or tokens[hit.first].start - tokens[hit.first - 1].end > 1
        if tokens[hit.first].text.casefold() == "one" and not before.startswith("siz"):
            return False
        keys = {word for option in options for word in self._key_words[option.key]}
        if any(same_stem(word, after) or same_stem(word, before) for word in keys):
            return True
        if tokens[hit.first].text.isalpha() and not before.startswith("size"):
            return False
        if _UNITS_OF_TIME_OR_COUNT.match(after):
            return False
        if len(tokens[hit.first].key) > 2 and before not in ("paid", "pay", "cost"):
            return True  # no number of pieces, and no place in a list
        ends = after == "" or after in _AFTER_PLACED_NUMBERS
        after_name = before in self._name_words  # "make the boots 11"
        if begins or after_name or before in ("the", "a", "an", "my", "and"):
            return ends
        return before in _BEFORE_NUMBERS

    def _told_apart(
        self, first: int, last: int, options: tuple[Option, ...], tokens: Sequence[Token]
    ) -> tuple[Option, ...]:
        """Where several options have the value, choose by a word of their name beside it."""
        if len(options) < 2:
            return options
        beside = {option.key: option for option in options}
        for key, start, end in self.key_spans(tokens):
            stands_before = end == first and tokens[end].start - tokens[end - 1].end < 2
            stands_after = start == last and tokens[start].start - tokens[start - 1].end < 2
            if key in beside and end - start > 1 and (stands_before or stands_after):
                return (beside[key],)
        words = Counter(word for option in options for word in self._key_words[option.key])
        for place in _neighbours(first, last, tokens):
            fitting = [
                option
                for option in options
                for word in self._key_words[option.key]
                if words[word] == 1 and same_stem(tokens[place].key, word)
            ]
            if fitting:
                return (fitting[0],)
        return options

    def _answers(self, tokens: Sequence[Token], taken: set[int]) -> Iterator[ValueMention]:
        """Yield the values of options that are there or not: "without a zip"."""
        for key, first, last in self.key_spans(tokens):
            values = self.values[key]
            negative = next((value for value in values if _NEGATIVE.fullmatch(value)), None)
            if negative is None or taken & set(range(first, last)):
                continue
            positive = [value for value in values if value != negative]
            said = tokens[last].key if last < len(tokens) else ""
            negation = _negation_before(first, tokens)
            if negation is not None or said in ("no", "none", "off"):
                start = first if negation is None else negation
                yield ValueMention(start, last, (Option(key, negative),))
            elif len(positive) == 1:
                yield ValueMention(first, last, (Option(key, positive[0]),))
            elif first and tokens[first - 1].key in ("with", "has", "have") and last not in taken:
                yield ValueMention(first, last, tuple(Option(key, value) for value in positive))


def same_stem(one: str, other: str) -> bool:
    """Whether two words differ only in a usual ending: "resistant" and "resistance"."""
    if one == other:
        return True
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    if length < 3 or length < max(len(one), len(other)) / 2:
        return False
    return one[length:] in _ENDINGS and other[length:] in _ENDINGS


def _words(value: str) -> list[str]:
    return [
        token.key
        for token in tokenise(value)
        if token.key.isalpha() and len(token.text) > 2 and token.key not in _PART_STOPS
    ]


def _starts(value: str) -> Iterator[str]:
    """Yield a measure without the words that follow it, a range without its unit or hyphen."""
    match = re.match(r"(\d[\d.,]*\s?-?\s?[a-z]+)\s+\S", value, re.IGNORECASE)
    if match:
        yield match[1]
    bounds = re.match(r"(\d+)\s?-\s?(\d+)\s+([a-z]+)", value, re.IGNORECASE)
    if bounds:
        yield f"{bounds[1]} {bounds[2]}"
        yield f"{bounds[1]} to {bounds[2]}"
        yield f"{bounds[1]} to {bounds[2]} {bounds[3]}"


def _leading_number(value: str) -> str | None:
    match = re.match(
        r"(\d+(?:\.\d+)?)(?=\s?-?\s?(?:[a-z]+|\")\b)(?!\s?x\b)", value.replace(",", ""), re.I
    )
    return match[1] if match else None


def _amount(value: str) -> tuple[Decimal, str] | None:
    known = measure(value)
    if known:
        return known
    match = re.fullmatch(
        r"([b-z]?)(-?\d+(?:\.\d+)?)(?![\d/]|\s?x\s?\d)(.*?)s?",
        value.replace(",", ""),
        re.IGNORECASE,
    )
    if match is None:
        return None
    unit = "" if re.match(r"-\d", match[3]) else match[3].strip(" -").casefold()
    return Decimal(match[2]), match[1].casefold() + unit


def _is_letter_meant(hit: Hit[tuple[Option, int]], tokens: Sequence[Token]) -> bool:
    word = tokens[hit.first]
    before = tokens[hit.first - 1] if hit.first else None
    if hit.last < len(tokens) and tokens[hit.last].start == word.end:
        return False
    if before is None:
        return hit.last == len(tokens) or tokens[hit.last].key.startswith("siz")
    return before.end < word.start and (word.text.isupper() or before.key in _BEFORE_LETTERS)


def _negation_before(first: int, tokens: Sequence[Token]) -> int | None:
    """The place of the "not" or "without" that belongs to the word."""
    place = first - 1
    while place >= 0 and place > first - 4 and tokens[place].key in _BETWEEN_NEGATION:
        place -= 1
    if first and tokens[first - 1].key == "too":
        return first - 1  # "it is too small"
    if place < 0 or tokens[place].key not in _NEGATIONS:
        return None
    following = tokens[place + 1]
    apart = following.start - tokens[place].end > 1  # "no, the black one" wants black
    answers = tokens[place].key == "no" and following.key in ("the", "in", "to")
    return None if apart or answers else place


def _neighbours(first: int, last: int, tokens: Sequence[Token]) -> Iterator[int]:
    after = [place for place in (last, last + 1) if place < len(tokens)]
    before = [place for place in range(first - 1, -1, -1) if tokens[place].key not in _FILLERS][:2]
    for place in (*after[:1], *before[:1], *after[1:], *before[1:]):
        between = range(min(place, last), max(place, first))
        if not any(tokens[other].key in ("and", "or") for other in (*between, place)):
            yield place
