"""Places in a list that was shown: "the second one", "the last", "1 and 3"."""

import re
from collections.abc import Iterator

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "last": -1, "top": 0,
    "bottom": -1, "former": 0, "latter": -1,
}  # fmt: skip
_COUNTS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
_WORD = "|".join(_ORDINALS)
_THING = r"one|ones|item|items|article|product|option|method|card|choice|entry"
_SEVERAL = re.compile(
    rf"\bthe\s+(first|last)\s+({'|'.join(_COUNTS)})\b(?!\s*(?:digits|numbers|letters|days|weeks))",
    re.IGNORECASE,
)
_NOT_AFTER = (
    r"(?!\s+(?:order|time|name|week|month|year|night|day|four|4|digits|purchase|delivery|parcel|"
    r"thing|question|floor|of\s+all))"
)
_NAMED = re.compile(
    rf"\b(?:(?:the|my|and|number)\s+)({_WORD})\b{_NOT_AFTER}"
    rf"|\b({_WORD})\s+(?:{_THING})\b"
    rf"|^\W*({_WORD})\b\W*(?:please|pls|thanks)?\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:number|no\.?|nr\.?|option|item|#)\s*(\d{1,2})\b(?!\s*(?:%|inch))", re.I)
_ONLY_NUMBERS = re.compile(
    r"\W*(?:(?:number|option|no|nr)s?\.?\s*)?#?\d{1,2}(?:\s*(?:,|and|&|\+)\s*#?\d{1,2})*"
    r"(?:\s*(?:please|pls|thanks))?\W*",
    re.IGNORECASE,
)


def find_places(text: str, length: int, *, asked: bool) -> list[int]:
    """Return the places that a text names in a list, counted from 0, in order.

    Args:
        length: how many the list has; places beyond it are left out.
        asked: the list was shown just before, so that a number alone is a place in it.
    """
    found = [place for place in _places(text, length, asked) if 0 <= place < length]
    return sorted(dict.fromkeys(found))


def place_spans(text: str) -> list[tuple[int, int]]:
    """Return where ordinals stand that name places."""
    return [
        match.span() for pattern in (_SEVERAL, _NAMED, _NUMBER) for match in pattern.finditer(text)
    ]


def _places(text: str, length: int, asked: bool) -> Iterator[int]:
    if asked and _ONLY_NUMBERS.fullmatch(text):
        yield from (int(digits) - 1 for digits in re.findall(r"\d+", text))
        return
    for match in _SEVERAL.finditer(text):
        count = _COUNTS[match[2].lower()]
        yield from range(count) if match[1].lower() == "first" else range(length - count, length)
    for match in _NAMED.finditer(_SEVERAL.sub(" ", text)):
        place = _ORDINALS[next(word for word in match.groups() if word).lower()]
        yield place + length if place < 0 else place
    for match in _NUMBER.finditer(text):
        yield int(match[1]) - 1
