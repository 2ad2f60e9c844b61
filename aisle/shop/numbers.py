"""Order numbers, in any way people write them."""

import re
from itertools import pairwise

_SPACED = r"\d(?:[ -]?\d){6}"
_ORDER = r"order(?:\s*(?:numbers?|num|nr|no|id|ref|reference))?"
_MARKED = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_ORDER}[\s.:-]*(?:is\s+)?)?(?P<number>(?:#\s*w?|w)[\s.-]*{_SPACED})(?!\w)",
    re.IGNORECASE,
)
# Without # or W, hyphens are left to dates and ZIP codes.
_AFTER_ORDER = re.compile(
    rf"(?<![A-Za-z0-9]){_ORDER}[\s.:-]*(?:is\s+)?(?P<number>\d(?: ?\d){{6}})(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w€$£+])(?<!\d[.,])(?<![€$£] )(?P<number>\d{7})"
    r"(?![\w-]|[.,]\d|\s?(?:[€$£%]|eur\b|euros?\b))",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"\W*(?:{_ORDER}|(?:number|nr|no)\b)?[\W_]*?w?[\s.-]*({_SPACED})\W*", re.IGNORECASE
)
_IN_A_LIST = re.compile(r"\W*(?:(?:and|as well as|plus|also|both|orders?)\b\W*)*", re.IGNORECASE)
_MORE_DIGITS = re.compile(r"[ -]\d{1,3}(?!\d)")
_DIGITS_BEFORE = re.compile(r"([+(]?\d+\)?)[\s./-]{1,2}$")
_PHONE_BEFORE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|call|ring|fax|whatsapp)\b\D{0,20}$", re.IGNORECASE
)


def find_order_numbers(text: str) -> list[str]:
    """Return the order numbers in a message as ``#W1234567``, in order, each once.

    Seven digits count with a ``#``, a ``W`` or the word "order" before them, or alone
    when they are written in one piece and are no telephone number, price or longer number.
    """
    numbers = [_written(text[start:end]) for start, end in order_number_spans(text)]
    return list(dict.fromkeys(numbers))


def order_number_spans(text: str) -> list[tuple[int, int]]:
    """Return where the order numbers stand, with their ``#`` and ``W``, in order."""
    marked = [
        match.span("number")
        for pattern in (_MARKED, _AFTER_ORDER)
        for match in pattern.finditer(text)
        if not (_is_spaced(match) and _MORE_DIGITS.match(text, match.end()))
    ]
    bare = [
        match.span("number")
        for match in _BARE.finditer(text)
        if not _looks_like_a_phone_number(text, *match.span("number"))
    ]
    spans: list[tuple[int, int]] = []
    for start, end in sorted([*marked, *bare]):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return spans


def are_one_list(text: str) -> bool:
    """Whether nothing but "and" and the like stands between the order numbers of a text."""
    spans = order_number_spans(text)
    between = (text[before[1] : after[0]] for before, after in pairwise(spans))
    return all(_IN_A_LIST.fullmatch(words) for words in between)


def normalise_order_number(text: str) -> str | None:
    """Return ``#W1234567`` for a text that is one order number and nothing else, or None."""
    match = _WHOLE.fullmatch(text)
    return _written(match.group(1)) if match else None


def _is_spaced(match: "re.Match[str]") -> bool:
    return re.search(r"\d{7}$", match["number"]) is None


def _looks_like_a_phone_number(text: str, start: int, end: int) -> bool:
    before = _DIGITS_BEFORE.search(text, 0, start)
    prefixed = before is not None and not re.fullmatch(r"[1-9]\d{3,6}", before.group(1))
    said = _PHONE_BEFORE.search(text, 0, start)
    return prefixed or said is not None or _MORE_DIGITS.match(text, end) is not None


def _written(digits: str) -> str:
    return "#W" + re.sub(r"\D", "", digits)
