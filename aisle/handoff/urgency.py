"""Messages that a human must see at once."""

import re

_DANGER = (
    r"(?:caught|catch(?:es|ing)?|on) fire|flames?\b|exploded|explosion"
    r"|smok(?:e|ing)\b.{0,20}\b(?:out|from|coming)"
    r"|electric(?:al)? shock|electrocut\w+|burn(?:t|ed) (?:my|me|his|her|our|down)|injur\w+"
    r"|(?:to|in) (?:the )?hospital|poison\w*"
)
_LEGAL = (
    r"\b(?:lawyers?|solicitor|attorney)\b|legal (?:action|steps)|\b(?:sue|suing)\b"
    r"|small claims|take you to court|see you in court|\bpolice\b|consumer (?:protection|rights)"
)
_URGENT = re.compile(f"{_DANGER}|{_LEGAL}", re.IGNORECASE)


def needs_human_now(text: str) -> bool:
    """Whether a text tells of danger or threatens with the law (shop policy, "To a human")."""
    return _URGENT.search(text) is not None
