"""Which of a customer's payment methods a text means."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aisle.shop.models import PaymentMethod
from aisle.shop.phrases import PhraseIndex, tokenise
from aisle.shop.selection.places import find_places

_SOURCE_WORDS = {
    "paypal": ("paypal", "paypal account"),
    "gift_card": ("gift card", "giftcard", "gift voucher", "gift certificate", "gift balance"),
    "credit_card": ("credit card", "creditcard", "debit card", "bank card", "credit"),
}
_BRANDS = (
    "visa", "mastercard", "amex", "american express", "maestro", "discover", "diners", "jcb",
)  # fmt: skip
_CARD = "card"
_CARD_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){13,19}(?!\d)")
_NEVER_STORED = (
    "klarna", "bank transfer", "apple pay", "google pay", "bancontact", "bitcoin", "crypto", "cash",
)  # fmt: skip
_AVOIDED = re.compile(
    r"\b(?:not|instead of|rather than|from|except|without|no longer|never|other than|"
    r"(?:not|don'?t)\s+(?:want\s+(?:it\s+)?)?(?:to\s+)?(?:use|charge|pay)?)\s+"
    r"(?:(?:to|with|on|the|my|that|this|any|a|by|via)\s+)*$",
    re.IGNORECASE,
)
_INTENDED = re.compile(
    r"\b(?:to|use|with|onto|on|via|by|through)\s+(?:(?:the|my|that|this|a)\s+)*$", re.IGNORECASE
)
_ORIGINAL = re.compile(
    r"\b(?:original|same|initial|old)\b(?!\s+(?:order|item|price|product))|"
    r"\b(?:one|card|way|method|how|what)\s+i\s+(?:originally\s+|first\s+)?(?:paid|used)\b",
    re.IGNORECASE,
)
_OF_METHODS = re.compile(r"\b(?:card|method|account|payment|paying)s?\b", re.IGNORECASE)
_NOT_FOR_PAYING = frozenset({"sd", "cf", "memory", "graphic", "sim", "sound"})
_OTHER = re.compile(r"\b(?:other|different|another)\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w#.,€$£])(?<!order )(?:[x*•]+\s?)?(\d{4})(?!\w|[.,]\d)", re.IGNORECASE)


@dataclass(frozen=True)
class MethodChoice:
    """The method that is meant, or those between which the text does not decide."""

    method: PaymentMethod | None = None
    candidates: tuple[PaymentMethod, ...] = ()


@dataclass(frozen=True)
class _Mention:
    methods: tuple[PaymentMethod, ...]
    avoided: bool
    intended: bool


def choose_method(
    text: str,
    methods: Sequence[PaymentMethod],
    *,
    offered: Sequence[str] = (),
    current: str | None = None,
) -> MethodChoice:
    """Find the method that a text means: by kind, brand, last four digits or place.

    Args:
        methods: the customer's own.
        offered: ids of those that were shown to choose from, in that order. Without them,
            "the second one" is taken for something else than a method.
        current: id of the one in use, which "the original one" means and "the other" does not.

    Returns:
        Neither a method nor candidates when the text names none that the customer has. Digits
        or a brand that fit none of the cards never choose another card: they are candidates.
    """
    shown = [method for name in offered for method in methods if method.id == name]
    if _DIGITS.search(text):
        numbered = _numbered(text, methods)
        if numbered is not None:
            return numbered
    mentions = list(_named(text, methods))
    avoided = {method.id for mention in mentions if mention.avoided for method in mention.methods}
    wanted = [mention for mention in mentions if not mention.avoided]
    wanted = [mention for mention in wanted if mention.intended] or wanted
    named = [method for mention in wanted for method in mention.methods]
    if current is not None and _ORIGINAL.search(text):
        original = [method for method in named or methods if method.id == current]
        if original and len({method.id for method in named}) != 1:
            return MethodChoice(original[0])
    if named:
        left = [method for method in named if method.id not in avoided]
        if _OTHER.search(text):
            left = [method for method in left if method.id != current] or left
        places = find_places(text, len(shown or left), asked=bool(shown))
        if len(places) == 1 and len({method.id for method in left}) > 1:
            return MethodChoice((shown or left)[places[0]])
        return _among(left, shown)
    about_methods = bool(shown) or _OF_METHODS.search(text) is not None
    places = find_places(text, len(shown or methods), asked=bool(shown)) if about_methods else []
    if len(places) == 1:
        return MethodChoice((shown or list(methods))[places[0]])
    if avoided or ((about_methods or current is not None) and _OTHER.search(text)):
        rest = [m for m in shown or methods if m.id not in avoided and (avoided or m.id != current)]
        return _among(rest, ())
    return MethodChoice()


def names_method(text: str) -> bool:
    """Whether a text names a way of paying, whether or not the customer has it."""
    is_number = _CARD_NUMBER.search(text) is not None
    return is_number or bool(_ways_of_paying().find(tokenise(text)))


@lru_cache(maxsize=1)
def _ways_of_paying() -> PhraseIndex[str]:
    words = [word for source in _SOURCE_WORDS.values() for word in source]
    return PhraseIndex((word, word) for word in (*words, *_BRANDS, *_NEVER_STORED))


def _among(found: Iterable[PaymentMethod], shown: Sequence[PaymentMethod]) -> MethodChoice:
    distinct = list({method.id: method for method in found}.values())
    if len(distinct) > 1 and shown:
        distinct = [method for method in distinct if method in shown] or distinct
    if len(distinct) == 1:
        return MethodChoice(distinct[0])
    return MethodChoice(candidates=tuple(distinct))


def _numbered(text: str, methods: Sequence[PaymentMethod]) -> MethodChoice | None:
    """The card whose last four digits are named; digits that fit none choose no card."""
    for match in _DIGITS.finditer(text):
        fitting = tuple(method for method in methods if method.last_four == match[1])
        if fitting and not _AVOIDED.search(text[: match.start()]):
            return _among(_brands_named(text, fitting) or fitting, ())
    if re.search(r"\b(?:ending|ends|card|visa|master\w*|digits)\b", text, re.IGNORECASE):
        cards = tuple(method for method in methods if method.last_four)
        return MethodChoice(candidates=cards) if cards else None
    return None


def _brands_named(text: str, methods: tuple[PaymentMethod, ...]) -> tuple[PaymentMethod, ...]:
    return tuple(m for m in methods if m.brand and m.brand.casefold() in text.casefold())


def _named(text: str, methods: Sequence[PaymentMethod]) -> Iterator[_Mention]:
    tokens = [token for token in tokenise(text) if token.key not in ("the", "my")]
    hits = PhraseIndex(_entries(methods)).find(tokens)
    while hits:
        first = last = hits.pop(0)
        if first.first and _CARD in first.values and tokens[first.first - 1].key in _NOT_FOR_PAYING:
            continue
        fitting = _fitting(first.values, methods)
        while hits and hits[0].first == last.last:  # "visa credit card", "credit card, the visa"
            both = [method for method in _fitting(hits[0].values, methods) if method in fitting]
            if not both:
                break
            fitting, last = tuple(both), hits.pop(0)
        before = text[: first.start]
        if fitting:
            yield _Mention(
                fitting,
                avoided=_AVOIDED.search(before) is not None,
                intended=_INTENDED.search(before) is not None,
            )


def _entries(methods: Sequence[PaymentMethod]) -> Iterator[tuple[str, str]]:
    for source, words in _SOURCE_WORDS.items():
        for phrase in words:
            yield phrase, source
    for method in methods:
        yield method.source.replace("_", " "), method.source
        if method.brand:
            yield method.brand, method.brand.casefold()
    for brand in _BRANDS:
        yield brand, brand
    yield "master card", "mastercard"
    yield "card", _CARD


def _fitting(kinds: Sequence[str], methods: Sequence[PaymentMethod]) -> tuple[PaymentMethod, ...]:
    if _CARD in kinds:
        return tuple(method for method in methods if method.source.endswith("_card"))
    return tuple(
        method
        for method in methods
        if method.source in kinds or (method.brand or "").casefold() in kinds
    )
