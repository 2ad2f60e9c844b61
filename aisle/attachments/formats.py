"""The types of file whose content can be checked."""

from collections.abc import Callable
from dataclasses import dataclass

from aisle.settings import SettingsError


@dataclass(frozen=True)
class Format:
    """``extensions`` are those a file of the type may have; the first one is the usual."""

    description: str
    extensions: tuple[str, ...]
    matches: Callable[[bytes], bool]


def _starts_with(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


FORMATS = {
    "image/jpeg": Format("a JPEG image", (".jpg", ".jpeg"), _starts_with(b"\xff\xd8\xff")),
    "image/png": Format("a PNG image", (".png",), _starts_with(b"\x89PNG\r\n\x1a\n")),
    "image/gif": Format("a GIF image", (".gif",), _starts_with(b"GIF87a", b"GIF89a")),
    "image/webp": Format("a WebP image", (".webp",), _is_webp),
    "application/pdf": Format("a PDF document", (".pdf",), _starts_with(b"%PDF-")),
    "text/plain": Format("text in UTF-8", (".txt", ".log"), _is_text),
}


def format_of(content_type: str) -> Format:
    """Return the format of an allowed content type.

    Raises:
        SettingsError: the settings allow a type whose content cannot be checked.
    """
    if content_type not in FORMATS:
        raise SettingsError(
            f"attachments.content_types: {content_type} cannot be checked;"
            f" choose from {', '.join(FORMATS)}"
        )
    return FORMATS[content_type]
