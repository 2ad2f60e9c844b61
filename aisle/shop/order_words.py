"""How customers speak of their orders: "my last order", "the one that has not come"."""

import re
from enum import Enum

from aisle.shop.numbers import find_order_numbers, order_number_spans
from aisle.shop.orders import OPEN_STATES, OrderState


class Place(Enum):
    """Which order, in the sequence of a customer's orders."""

    NEWEST = "newest"
    PREVIOUS = "previous"
    """The one before the order that is spoken of, or the newest when none is."""
    LAST_BUT_ONE = "last but one"
    OLDEST = "oldest"


_NOUN = r"(?:order|one|parcel|package|delivery|shipment|purchase)s?"
_WAITING = (OrderState.PENDING, OrderState.ITEMS_MODIFIED)
_ARRIVED = (OrderState.DELIVERED, OrderState.RETURN_REQUESTED, OrderState.EXCHANGE_REQUESTED)
_STATE_ADJECTIVES = {
    r"open|outstanding|undelivered|unfinished": OPEN_STATES,
    r"pending|unshipped|unprocessed": _WAITING,
    r"shipped|dispatched|processed": (OrderState.PROCESSED,),
    r"delivered|received|completed": _ARRIVED,
    r"cancell?ed": (OrderState.CANCELLED,),
    r"returned": (OrderState.RETURN_REQUESTED,),
    r"exchanged": (OrderState.EXCHANGE_REQUESTED,),
}
_NEWEST_WORDS = r"last|latest|newest|(?:most )?recent"
_OLDEST_WORDS = r"oldest|earliest|(?:very )?first"
_EXTREMES = rf"(?:(?:{_NEWEST_WORDS}|{_OLDEST_WORDS}|only|still|already|other)\s+)*"
_ADJECTIVES = {
    re.compile(
        rf"(?<!\bnot )\b(?:the|my|that|this)\s+{_EXTREMES}(?:{words})\s+{_NOUN}\b", re.IGNORECASE
    ): states
    for words, states in _STATE_ADJECTIVES.items()
}
_CLAUSE = re.compile(
    rf"(?<!\bnot )(?:\b{_NOUN}\s+(?:that|which)(?:'?s)?|\bthe\s+one(?:'?s)?)"
    r"(?P<between>(?:\s+[\w']+){0,5}?)\s+"
    r"(?:(?P<arrived>come|came|arrived?|delivered|received?|got|gotten|turned up|shown? up|here)"
    r"|(?P<shipped>shipped|sent(?! back)|dispatched|on (?:its|it's|the) way|in transit|under ?way"
    r"|left|gone out)"
    r"|(?P<prepared>pending|being (?:prepared|processed|packed))"
    r"|(?P<awaited>waiting (?:for|on)|open|outstanding|missing)"
    r"|(?P<cancelled>cancell?ed)"
    r"|(?P<returned>returned|sent back))\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"n't\b|\b(?:has|have|did|was|is)nt\b|\b(?:not|never|yet to|should|supposed|meant to|due)\b",
    re.IGNORECASE,
)
_WISH = re.compile(r"\b(?:want|wanna|like|need|wish|please|can|could)\b", re.IGNORECASE)
_CLAUSE_STATES = {
    ("arrived", True): _ARRIVED,
    ("arrived", False): OPEN_STATES,
    ("shipped", True): (OrderState.PROCESSED,),
    ("shipped", False): _WAITING,
    ("prepared", True): _WAITING,
    ("awaited", True): OPEN_STATES,
    ("cancelled", True): (OrderState.CANCELLED,),
    ("returned", True): (OrderState.RETURN_REQUESTED,),
}
_STATE_WORD = "|".join(_STATE_ADJECTIVES)
_PLACES = {
    Place.LAST_BUT_ONE: (
        r"\b(?:last but one|(?:second|next) to last|second[ -]last|one before last"
        rf"|{_NOUN} before (?:the last|my last))\b"
    ),
    Place.PREVIOUS: rf"\b(?:previous|preceding)\s+{_NOUN}\b|\b(?:the|my) {_NOUN} before\b",
    Place.NEWEST: (
        rf"\b(?:{_NEWEST_WORDS})\s+(?:(?:{_STATE_WORD})\s+)?{_NOUN}\b"
        r"|\bjust (?:now )?(?:placed|made|ordered|bought|purchased|submitted)\b"
    ),
    Place.OLDEST: rf"\b(?:{_OLDEST_WORDS})\s+(?:(?:{_STATE_WORD})\s+)?{_NOUN}\b",
}
_CORRECTION = re.compile(
    r"[.,;\N{HORIZONTAL ELLIPSIS}]\s*no\s*$|"
    r"\b(?:no\b(?!\.?\s*$)|wait\b(?! for)|sorry|mean|meant|wrong|mistake|typo|actually)\b",
    re.IGNORECASE,
)
_DENIAL_BEFORE = re.compile(
    r"\b(?:not|instead of|rather than)\s+(?:(?:the|my|for|from|order|number|no|nr)\b\.?\s*)*$",
    re.IGNORECASE,
)


def order_numbers_meant(text: str) -> list[str]:
    """Return the order numbers of a message that count, in order, each once.

    Numbers that the customer denies or puts right in the same message are left out:
    "W1234567, sorry, I mean W7654321", "not W1234567 but W7654321".
    """
    meant: list[str] = []
    end = 0
    for start, stop in order_number_spans(text):
        between = text[end:start]
        denied = _DENIAL_BEFORE.search(between)
        if not denied:
            if meant and _CORRECTION.search(between):
                meant.pop()
            meant += find_order_numbers(text[start:stop])
        end = stop
    return list(dict.fromkeys(meant))


def states_meant(text: str) -> tuple[OrderState, ...]:
    """Return the states of the order that a text speaks of: "the one that hasn't come".

    Empty when it singles out no order by its state: "has my order been delivered?".
    """
    text = text.replace("\u2019", "'")
    for pattern, states in _ADJECTIVES.items():
        if pattern.search(text):
            return states
    clause = _CLAUSE.search(text)
    if clause is None or _WISH.search(clause["between"]):
        return ()
    is_so = _NOT_YET.search(clause["between"]) is None
    return _CLAUSE_STATES.get((clause.lastgroup or "", is_so), ())


def place_meant(text: str) -> Place | None:
    """Return the place in the sequence that a text speaks of: "my last order", "the oldest"."""
    found = (place for place, words in _PLACES.items() if re.search(words, text, re.IGNORECASE))
    return next(found, None)
