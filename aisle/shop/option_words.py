"""How shoppers say the options of products: "extra large" for XL, "size 42", "500ml"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aisle.language.spelling import ordinary_words
from aisle.shop.phrases import Hit, Token

_SIZES = {
    "xs": ["extra small", "x small"],
    "s": ["small"],
    "m": ["medium"],
    "l": ["large"],
    "xl": ["extra large", "x large"],
    "xxl": ["extra extra large", "double extra large", "xx large", "2xl"],
}
_CLEAR_KEYS = ("color", "material")
_ANSWERS = frozenset({"yes", "no", "none", "included"})
_SIZE_CUES = frozenset({"size", "sized", "sizes"})
_CUES = _SIZE_CUES | {"in", "a", "an", "color", "colour", "the", "to", "from", "or"}
_WORDS_BEFORE_BARE_NUMBERS = "in a an the to from for want need get take was is or eu instead my"
_BARE_NUMBER_CUES = _SIZE_CUES | frozenset(_WORDS_BEFORE_BARE_NUMBERS.split())
_NOT_AFTER_BARE_NUMBERS = re.compile(
    r"(?:day|week|month|year|hour|minute|min|time|euro|eur|item|piece|pair|pcs|percent|%|x|of|st|"
    r"nd|rd|th|am|pm|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_OTHER_MEANINGS = frozenset({"friday", "neutral", "free"})  # black friday, latex free
_NEGATIONS = frozenset({"no", "without", "not", "non", "isnt", "w/o"})


_MEASURE = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s?-?\s?(ml|cl|l|lit(?:re|er)s?|mm|cm|m|g|kg|gb|tb)\b(.*)", re.I
)
_MEASURES: tuple[dict[str, int], ...] = (
    {"ml": 1, "cl": 10, "litre": 1000},
    {"mm": 1, "cm": 10, "m": 1000},
    {"g": 1, "kg": 1000},
    {"gb": 1, "tb": 1000},
)


@dataclass(frozen=True)
class Option:
    """A choice a product offers, as the catalogue writes it."""

    key: str
    value: str


def phrases_of(option: Option) -> Iterator[str]:
    """Yield the ways to say an option's value."""
    value = option.value
    if value.casefold() in _ANSWERS:
        if value.casefold() == "yes":
            yield option.key
        return
    yield value
    parts = re.fullmatch(r"([^()]+?)\s*\(([^()]+)\)", value)
    if parts:
        yield from parts.groups()
    if re.search(r"\dx?\s*x\s*\d.*cm\)?$", value):
        yield re.sub(r"^.*\(|\s*cm\)?$", "", value)
    bounds = re.fullmatch(r"(\d+)\s?[-\u2013]\s?(\d+)", value)
    if bounds:
        yield from (str(size) for size in range(int(bounds[1]), int(bounds[2]) + 1))
    yield from _other_measures(value)
    if value.casefold().startswith("non-"):
        yield f"not {value[4:]}"
    if value.casefold() == "large":
        yield "big"
    if value.casefold() == "navy":
        yield "navy blue"
    if option.key == "size":
        yield from _SIZES.get(value.casefold(), ())


def measure(value: str) -> tuple[Decimal, str] | None:
    """Return a measure in the smallest unit of its kind: "1.5L" is 1500 ml. None: no measure."""
    match = _MEASURE.match(value)
    if match is None:
        return None
    unit = "litre" if match[2].casefold().startswith("l") else match[2].casefold()
    for kind in _MEASURES:
        if unit in kind:
            return Decimal(match[1].replace(",", "")) * kind[unit], next(iter(kind))
    return None


def _other_measures(value: str) -> Iterator[str]:
    """Yield a measure in the other units of its kind: "1L" is also "1000 ml"."""
    match, amount = _MEASURE.fullmatch(value), measure(value)
    if match is None or amount is None:
        return
    kind = next(kind for kind in _MEASURES if amount[1] in kind)
    for unit, size in kind.items():
        number = (amount[0] / size).normalize()
        if number >= Decimal("0.1"):
            yield f"{number:f} {unit}{match[3]}"
            if number > 1 and number % 1 == Decimal("0.5"):
                yield f"{int(number)} and a half {unit}"
            if match[3]:
                yield f"{number:f} {unit}"


def is_meant(
    option: Option, hit: Hit[Option], tokens: Sequence[Token], *, in_context: bool
) -> bool:
    """Whether the words found really speak of the option.

    Args:
        in_context: the product that is spoken of offers it.
    """
    words = tokens[hit.first : hit.last]
    before = tokens[hit.first - 1].text.casefold() if hit.first else ""
    after = tokens[hit.last].text if hit.last < len(tokens) else ""
    if all(word.key.isdigit() for word in words):
        if len(words) > 1:  # "36-38"
            return in_context or before in _SIZE_CUES
        return _is_number_meant(option, before, after, in_context)
    if option.value.casefold() in _ANSWERS:
        return in_context
    if len(words) == 1 and len(words[0].text) == 1:
        return _stands_alone(hit, tokens) and (words[0].text.isupper() or before in _CUES)
    if len(words) == 1 and len(words[0].text) == 2 and option.key != "size" and not in_context:
        return False
    if after.casefold() in _OTHER_MEANINGS:
        return False
    if words[-1].key in ("light", "dark") and after.casefold() in ("colour", "color", "coloured"):
        return False
    if in_context or before in _SIZE_CUES or option.key.endswith(_CLEAR_KEYS):
        return True
    named_size = option.key == "size" and option.value.casefold() in _SIZES and len(words) > 1
    if named_size or any(word.key[-1:].isdigit() for word in words):
        return True
    return not all(word.text.casefold() in ordinary_words() for word in words)


def span_of(option: Option, hit: Hit[Option], tokens: Sequence[Token]) -> tuple[int, int]:
    """Return where the option stands; a bare number takes the word "size" with it."""
    sized = (
        all(word.key.isdigit() for word in tokens[hit.first : hit.last])
        and hit.first
        and tokens[hit.first - 1].text.casefold() in _SIZE_CUES
    )
    return (tokens[hit.first - 1].start if sized else hit.start), hit.end


def value_meant(option: Option, hit: Hit[Option], tokens: Sequence[Token]) -> str:
    """Return the stored value: "without gps" turns a feature's "yes" into "no"."""
    before = {token.text.casefold() for token in tokens[max(0, hit.first - 2) : hit.first]}
    named_by_key = option.value.casefold() == "yes"
    return "no" if named_by_key and before & _NEGATIONS else option.value


def _stands_alone(hit: Hit[Option], tokens: Sequence[Token]) -> bool:
    """Whether nothing touches the words, as the digits do in the ZIP code "M1 4BT"."""
    before = tokens[hit.first - 1] if hit.first else None
    touches_before = before is not None and (
        before.end == hit.start or (len(before.text) == 1 and before.text.isupper())  # "H&M"
    )
    return not touches_before and not (hit.last < len(tokens) and tokens[hit.last].start == hit.end)


def _is_number_meant(option: Option, before: str, after: str, in_context: bool) -> bool:
    if before in _SIZE_CUES:
        return "size" in option.key or in_context
    if not in_context:
        return False
    if after.casefold() and option.key.startswith(after.casefold()):
        return True
    return (not before or before in _BARE_NUMBER_CUES) and not _NOT_AFTER_BARE_NUMBERS.match(after)
