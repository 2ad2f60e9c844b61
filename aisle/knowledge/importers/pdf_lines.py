"""Makes running text of the lines on a PDF's pages."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

_EDGE = 2
"""Lines at the top and at the bottom of a page that may be its header and footer."""

_FEWEST_PAGES = 3
"""Fewer pages do not show whether a line repeats."""

_NUMBER = re.compile(r"\d+")
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_BULLET = re.compile(r"[•◦▪‣●○■*-]\s+(?=\S)")
_ITEM_NUMBER = re.compile(r"\d{1,2}[.)]\s+\S")
_SENTENCE_END = re.compile(r"[.!?:][\"')\u201d\u2019]?$")
_SPLIT_WORD = re.compile(r"[^\W\d_](-|\u00ad)$")


def lines_of(text: str) -> list[str]:
    """Return the text's lines; ligatures become letters, blank lines are empty."""
    plain = _LIGATURE.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), text)
    return [" ".join(line.split()) for line in plain.splitlines()]


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Drop headers and footers: what stands at the edge of most pages, but for its numbers."""
    seen = Counter(key for page in pages for key in {_key(page[at]) for at in _edge(page)})
    fewest = max(_FEWEST_PAGES, len(pages) // 2 + 1)
    running = {key for key, count in seen.items() if count >= fewest}
    return [_without(page, running) for page in pages]


def paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to paragraphs; words split over two lines are mended.

    A paragraph ends at a blank line, before a list item and after a short line that ends a
    sentence.
    """
    lines = list(lines)
    full = 0.75 * max(map(len, lines), default=0)
    paragraph = ""
    for line in lines:
        if not line or _BULLET.match(line) or _ITEM_NUMBER.match(line):
            yield from filter(None, [paragraph])
            paragraph = _BULLET.sub("- ", line, count=1)
            continue
        paragraph = _joined(paragraph, line)
        if len(line) < full and _SENTENCE_END.search(line):
            yield paragraph
            paragraph = ""
    yield from filter(None, [paragraph])


def _joined(text: str, line: str) -> str:
    if _SPLIT_WORD.search(text) and line[0].islower():
        return text[:-1] + line
    return f"{text} {line}" if text else line


def _edge(page: Sequence[str]) -> set[int]:
    written = [at for at, line in enumerate(page) if line]
    return {*written[:_EDGE], *written[-_EDGE:]}


def _key(line: str) -> str:
    return _NUMBER.sub("#", line.casefold())


def _without(page: Sequence[str], running: set[str]) -> list[str]:
    edge = _edge(page)
    return [line for at, line in enumerate(page) if at not in edge or _key(line) not in running]
