"""A PDF's bookmarks, and the parts into which they cut its lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader

_MOST_LINES = 3
"""Lines that one heading may take up."""


@dataclass(frozen=True)
class Bookmark:
    """``level`` is 0 for the outermost; ``page`` counts from 0."""

    title: str
    level: int
    page: int


@dataclass
class Part:
    """The lines below a bookmark; before the first one there is none."""

    bookmark: Bookmark | None
    lines: list[str]


def bookmarks_of(reader: PdfReader) -> list[Bookmark]:
    """Return the bookmarks that lead to a page, in reading order."""
    found = list(_flat(reader, reader.outline, 0))
    return sorted(found, key=lambda bookmark: bookmark.page)


def parts_of(pages: Sequence[Sequence[str]], bookmarks: Sequence[Bookmark]) -> list[Part]:
    """Cut the pages' lines at the bookmarks.

    A bookmark's own line is left out. One whose title is not on its page begins where the one
    before it does, or at the top.
    """
    parts = [Part(None, [])]
    for number, page in enumerate(pages):
        rest = list(page)
        for bookmark in bookmarks:
            if bookmark.page == number:
                before, rest = _cut(rest, bookmark.title)
                parts[-1].lines.extend(before)
                parts.append(Part(bookmark, []))
        parts[-1].lines.extend(rest)
    return parts


def same_heading(one: str, other: str) -> bool:
    """Whether both say the same, but for case, spaces and a number before it."""
    return _plain(one) == _plain(other) != ""


def _flat(reader: PdfReader, outline: Any, level: int) -> Iterator[Bookmark]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(reader, entry, level + 1)
            continue
        page = reader.get_destination_page_number(entry)
        title = " ".join(str(entry.title or "").split())
        if page is not None and page >= 0 and title:
            yield Bookmark(title, level, page)


def _cut(lines: list[str], title: str) -> tuple[list[str], list[str]]:
    for start in range(len(lines)):
        for end in range(start + 1, min(start + _MOST_LINES, len(lines)) + 1):
            if same_heading(" ".join(lines[start:end]), title):
                return lines[:start], lines[end:]
    return [], lines


def _plain(heading: str) -> str:
    letters = "".join(character for character in heading.casefold() if character.isalnum())
    return re.sub(r"^\d+(?=\D)", "", letters)
