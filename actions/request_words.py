"""Requests known by their words, where the intent alone does not tell."""

import re

from actions.requests import CHANGE_DEFAULT_ADDRESS, GET_INVOICE, REQUESTS
from aisle.shop.catalogue import get_catalogue
from aisle.shop.numbers import find_order_numbers
from aisle.shop.selection.addresses import read_address
from aisle.shop.selection.methods import names_method

_ABOUT_THE_ACCOUNT = re.compile(
    r"\b(?:default|account|profile|on file|address book|future orders|all (?:my )?orders|"
    r"in your (?:system|records))\b",
    re.IGNORECASE,
)
_TO_THE_DEFAULT = re.compile(r"\b(?:to|use|at) (?:my|the|our) (?:default|usual)\b", re.IGNORECASE)
_TAKES_BACK = re.compile(
    r"\W*(?:(?:actually|oh|wait|sorry|hm+)\W+)*"
    r"(?:no\b|nope\b|rather\b|i (?:only|just)\b|not (?:cancel|return)|don.?t)",
    re.IGNORECASE,
)
_DENIED = (
    r"(?<!not )(?<!n't )(?<!nt )(?<!n\N{RIGHT SINGLE QUOTATION MARK}t )"
    r"(?<!not want to )(?<!n't want to )(?<!nt want to )"
)
_RETURN = re.compile(
    rf"{_DENIED}\b(?:return(?:ing)?|(?:send|sending|give)\b.{{0,60}}\bback|take\b.{{0,60}}\bback)\b",
    re.IGNORECASE,
)
_EXCHANGE = re.compile(rf"{_DENIED}\b(?:exchange|swap|trade)\b", re.IGNORECASE)
_CANCEL = re.compile(rf"{_DENIED}\bcancel\b(?! my account)", re.IGNORECASE)
_SEND = re.compile(
    r"\b(?:send|ship|deliver|redirect|goes?|change\b.{0,30}\baddress|wrong address|address\b.{0,30}"
    r"\bwrong)\b",
    re.IGNORECASE,
)
_WRONG_ADDRESS = re.compile(
    r"\baddress\b.{0,40}\bwrong\b|\b(?:wrong|different|other|another|new) address\b", re.IGNORECASE
)
_PAY = re.compile(r"\b(?:pay|paid|charge|put it on|take it from)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:change|chang(?:e|ing)|make|switch|instead|should be|would like|i'd like|want|need)\b|"
    r"^\W*(?:for|in|on|from|with)?\s*(?:my )?order\b",
    re.IGNORECASE,
)
SURE_OF_QUESTION = 0.4
"""Confidence from which on a message with an order's number may be a general question."""
_BY_WORDS = (
    ("cancel_order", _CANCEL),
    ("return_item", _RETURN),
    ("exchange_item", _EXCHANGE),
)


def takes_back(text: str) -> bool:
    """Whether a message takes a wish back: "no, I only want to know when it comes"."""
    return _TAKES_BACK.match(text) is not None


def request_of(intent: str | None, text: str) -> str | None:
    """Return the request that a message makes, or None when it makes none."""
    if intent == "change_payment_method" and re.search(r"\bdifference\b", text, re.IGNORECASE):
        return "change_order"  # with other items comes a difference to pay
    if intent == "change_shipping_address" and _TO_THE_DEFAULT.search(text):
        return intent
    if intent in ("change_shipping_address", "edit_account") and _ABOUT_THE_ACCOUNT.search(text):
        is_address = intent != "edit_account" or "address" in text.casefold()
        return CHANGE_DEFAULT_ADDRESS if is_address else None
    if intent == GET_INVOICE and not find_order_numbers(text):
        return None
    return intent if intent in REQUESTS else None


def request_beside_question(intent: str, text: str, confidence: float) -> str | None:
    """Return the request in a message whose intent is a question's: an order is named in it."""
    request = request_of(intent, text)
    if request is not None or not find_order_numbers(text):
        return request
    unsure = confidence < SURE_OF_QUESTION
    wish = request_by_words(text) if unsure or "?" not in text else None
    return wish or ("track_order" if unsure else None)


def request_by_words(text: str) -> str | None:
    """Return the change that a message asks for by a verb, or by other options of a product."""
    found = [(match.start(), name) for name, words in _BY_WORDS if (match := words.search(text))]
    if found:
        return min(found)[1]
    if _WRONG_ADDRESS.search(text) or (_SEND.search(text) and read_address(text).address1):
        return "change_shipping_address"
    if _PAY.search(text) and names_method(text):
        return "change_payment_method"
    return "change_order" if _CHANGE.search(text) and _names_version(text) else None


def _names_version(text: str) -> bool:
    """Whether a product of the shop is named, and options as well."""
    catalogue = get_catalogue()
    return bool(catalogue.find_products(text) and catalogue.find_options(text))
