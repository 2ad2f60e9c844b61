"""What counts as an explicit yes. Anything but a clear one changes nothing."""

import re

_YES = r"\W*(?:ok(?:ay)?\W+)?(?:yes|yep|yeah|yup|sure|go ahead)\b"
_HESITATES = re.compile(
    r"[?]|\b(?:but|wait|not|no|nope|don.?t|can.?t|won.?t|instead|except|only|unless|if|before|"
    r"first|later|tomorrow|actually|rather|maybe|think|hold on|almost|guess|suppose|probably|"
    r"perhaps|possibly|unsure|might|hm+|should)\b",
    re.IGNORECASE,
)
_STILL_A_YES = re.compile(
    r"\b(?:no problem|why not|don.?t mind|if you (?:can|could|would)|no doubt)\b", re.IGNORECASE
)
_BEGINS_WITH_YES = re.compile(rf"{_YES}|\W*(?:ok(?:ay)?|correct|exactly)\b", re.IGNORECASE)
_YES_AND = re.compile(
    rf"{_YES}(?:\W+please)?\W+(?:and|also|then|plus)\b(?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_SHORT_YES = re.compile(rf"{_YES}(?:\W+\w+){{0,5}}\W*", re.IGNORECASE)
_MAY_BE_A_YES = ("helpful", "thank", "inform", "correction", "nlu_fallback", "greet")


def hesitates(text: str) -> bool:
    """Whether something in the text takes back from a yes, or asks."""
    return _HESITATES.search(_STILL_A_YES.sub("", text)) is not None


def says_yes(intent: str, text: str) -> bool:
    """Whether a message says yes, clearly, and nothing beside it."""
    means_it = intent == "affirm" or (
        intent in _MAY_BE_A_YES and _SHORT_YES.fullmatch(text) is not None
    )
    return means_it and not hesitates(text)


def begins_with_yes(text: str) -> bool:
    return _BEGINS_WITH_YES.match(text) is not None


def wish_after_yes(text: str) -> str | None:
    """Return what follows the yes in "yes, and cancel the other one as well"."""
    match = _YES_AND.match(text)
    return match["rest"].strip() if match else None
