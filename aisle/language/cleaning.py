"""Texts as they can be stored and read on every database and in every encoder."""

from typing import Any

ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+\Z"
"""Pattern of a text without control characters and halves of split characters."""
NOT_BLANK = r"(?s)^.*[^\s\x00].*\Z"
"""Pattern of a text with any characters, but not only spaces."""


def clean(text: str) -> str:
    """Return the text without NUL characters and halves of split characters.

    PostgreSQL stores no NUL. Half an emoji (a lone surrogate, which a browser leaves when
    it cuts a text) is no Unicode text at all.
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def storable(value: Any) -> Any:
    """Return a JSON value with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
