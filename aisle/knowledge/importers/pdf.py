"""Reads a PDF, which becomes one article; its bookmarks become the headings."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pypdf import PageObject, PdfReader

from aisle.knowledge.importers.bookmarks import Bookmark, bookmarks_of, parts_of, same_heading
from aisle.knowledge.importers.drafts import BrokenRecord, Drafts, Options, new_draft
from aisle.knowledge.importers.markdown import not_headings
from aisle.knowledge.importers.pdf_lines import lines_of, paragraphs, without_running_lines
from aisle.language.cleaning import clean

_LONGEST_FIRST_LINE = 120
"""Characters: a longer line is no title."""

_DEEPEST_HEADING = 6
_NO_TITLE = re.compile(
    r"untitled.*|microsoft (word|powerpoint|excel).*|.*\.(docx?|pptx?|odt|indd|tex|pdf)", re.I
)


@dataclass(frozen=True)
class _Opened:
    reader: PdfReader
    pages: list[PageObject]
    title: str


def read_pdf(path: Path, options: Options) -> Drafts:
    """Read a PDF that has text; a page that cannot be read is reported and left out.

    Raises:
        FileNotFoundError: there is no such file.
    """
    drafts = Drafts()
    with path.open("rb") as file:
        try:
            _Pdf(path, _open(file), options, drafts).keep()
        except BrokenRecord as error:
            drafts.report(str(path), error)
    return drafts


def _open(file: BinaryIO) -> _Opened:
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BrokenRecord("is protected by a password; save it without one and import that")
        named = reader.metadata.title if reader.metadata else None
        return _Opened(reader, list(reader.pages), clean(str(named or "")).strip())
    except BrokenRecord:
        raise
    except Exception as error:  # a damaged PDF fails in any way
        problem = f"is damaged or no PDF ({type(error).__name__}); print it to a new PDF"
        raise BrokenRecord(problem) from error


class _Pdf:
    def __init__(self, path: Path, opened: _Opened, options: Options, drafts: Drafts) -> None:
        self._path = path
        self._opened = opened
        self._options = options
        self._drafts = drafts
        self._pictures: list[int] = []

    def keep(self) -> None:
        pages = without_running_lines(self._pages())
        title = self._title(pages)
        draft = new_draft(self._options, title=title, content=self._content(pages, title))
        self._drafts.keep(draft, str(self._path))

    def _pages(self) -> list[list[str]]:
        texts = [self._text(page, number) for number, page in enumerate(self._opened.pages, 1)]
        if not any(texts):
            raise BrokenRecord(
                "has no text: its pages are pictures; run text recognition (OCR) over it first"
            )
        for number in self._pictures:
            self._report(number, "has no text but a picture; run text recognition (OCR) over it")
        return [lines_of(text) for text in texts]

    def _text(self, page: PageObject, number: int) -> str:
        try:
            text = clean(page.extract_text()).strip()
            if not text and len(page.images) > 0:
                self._pictures.append(number)
        except Exception as error:  # noqa: BLE001  # the other pages may be good
            self._report(number, f"cannot be read ({type(error).__name__}) and is left out")
            return ""
        return text

    def _report(self, page: int, problem: str) -> None:
        self._drafts.report(f"{self._path}: page {page}", problem)

    def _title(self, pages: list[list[str]]) -> str:
        if self._opened.title and not _NO_TITLE.fullmatch(self._opened.title):
            return self._opened.title
        first = next((line for page in pages for line in page if line), "")
        return first if 0 < len(first) <= _LONGEST_FIRST_LINE else self._path.stem

    def _content(self, pages: list[list[str]], title: str) -> str:
        bookmarks = [mark for mark in self._bookmarks() if not same_heading(mark.title, title)]
        outermost = min((mark.level for mark in bookmarks), default=0)
        blocks: list[str] = []
        for part in parts_of(_without_title(pages, title), bookmarks):
            if part.bookmark:
                level = min(part.bookmark.level - outermost + 2, _DEEPEST_HEADING)
                blocks.append(f"{'#' * level} {part.bookmark.title}")
            blocks.extend(map(not_headings, paragraphs(part.lines)))
        return "\n\n".join(blocks)

    def _bookmarks(self) -> list[Bookmark]:
        try:
            return bookmarks_of(self._opened.reader)
        except Exception as error:  # noqa: BLE001  # without them the text is still good
            problem = f"the bookmarks cannot be read ({type(error).__name__}); no headings"
            self._drafts.report(str(self._path), problem)
            return []


def _without_title(pages: list[list[str]], title: str) -> list[list[str]]:
    for number, page in enumerate(pages):
        for at, line in enumerate(page):
            if line:
                kept = page[:at] + page[at + 1 :] if same_heading(line, title) else page
                return [*pages[:number], kept, *pages[number + 1 :]]
    return pages
