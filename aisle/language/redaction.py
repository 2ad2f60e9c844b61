"""Takes personal data out of texts that are written to logs."""

import re

_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.:-])(?:#?[Ww]|\+)?\d(?:[ -]?\d){6,}(?![\w:])")


def redact(text: str) -> str:
    """Return the text with e-mail addresses and numbers of seven or more digits hidden."""
    return _NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", text))
