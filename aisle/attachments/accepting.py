"""Decides whether a file that somebody sends is accepted, and under which name."""

import os
import re
import unicodedata
from dataclasses import dataclass, field

from aisle.attachments.errors import (
    AttachmentContentMismatch,
    AttachmentTooLarge,
    AttachmentTypeNotAllowed,
)
from aisle.attachments.formats import Format, format_of
from aisle.settings import AttachmentSettings

MAX_NAME_LENGTH = 200
"""Characters."""
_NAMELESS = "attachment"
# Control characters, line ends, halves of characters, and invisible marks, among them those
# that turn the direction of writing and so show "gnp.exe" as "exe.png".
_UNWANTED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class AcceptedFile:
    """A file that passed every check; the name and content stay out of logs."""

    name: str = field(repr=False)
    content_type: str
    content: bytes = field(repr=False)


def accept(
    name: str, declared_type: str, content: bytes, settings: AttachmentSettings
) -> AcceptedFile:
    """Check a file that somebody sends.

    The name keeps no folder, gets the extension of its type when it has another one (a
    script is a text too), and at most ``MAX_NAME_LENGTH`` characters.

    Raises:
        AttachmentTooLarge: it has more than ``max_bytes``.
        AttachmentTypeNotAllowed: the settings do not list its type.
        AttachmentContentMismatch: the content is of another type.
        SettingsError: the settings list a type that cannot be checked.
    """
    if len(content) > max_bytes(settings):
        raise AttachmentTooLarge(
            f"The file is too large: at most {settings.max_megabytes:g} MB are accepted"
        )
    content_type = declared_type.partition(";")[0].strip().lower()
    if content_type not in settings.content_types:
        allowed = ", ".join(settings.content_types)
        raise AttachmentTypeNotAllowed(
            f"Files of this type are not accepted; accepted are {allowed}"
        )
    file_format = format_of(content_type)
    if not file_format.matches(content):
        raise AttachmentContentMismatch(
            f"The file was sent as {content_type}, but it is not {file_format.description}"
        )
    return AcceptedFile(_cleaned(name, file_format), content_type, content)


def max_bytes(settings: AttachmentSettings) -> int:
    """Return how long a file may be; a reader of uploads can stop there."""
    return int(settings.max_megabytes * 1024 * 1024)


def _cleaned(name: str, file_format: Format) -> str:
    base = re.split(r"[/\\]", name)[-1]
    visible = "".join(char for char in base if unicodedata.category(char) not in _UNWANTED)
    tidy = " ".join(visible.split()).strip(" .") or _NAMELESS
    stem, extension = os.path.splitext(tidy)
    if extension.lower() not in file_format.extensions:
        stem, extension = tidy, file_format.extensions[0]
    return stem[: MAX_NAME_LENGTH - len(extension)] + extension
