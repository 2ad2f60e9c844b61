"""Writes an HTML element's visible text as Markdown."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_DEEPEST_HEADING = 6
_HEADING_MARK = re.compile(r"^#{1,6}(?=\s)", re.MULTILINE)
_WHITE_SPACE = re.compile(r"\s+")
# fmt: off
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "button", "cite", "code", "data",
    "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))
# fmt: on
_EMPHASIS = {"b": "**", "strong": "**", "em": "*", "i": "*", "code": "`", "kbd": "`"}


def markdown_of(element: HtmlElement, address: str | None) -> str:
    """Return the element as Markdown whose highest heading is "##".

    Links are made absolute with the page's address; those that lead to no web page are text.
    """
    levels = [HEADINGS.index(heading.tag) + 1 for heading in element.iter(*HEADINGS)]
    writer = _Writer(address, deeper=2 - min(levels, default=2))
    return "\n\n".join(writer.blocks(element))


def text_of(element: HtmlElement) -> str:
    """Return the element's text on one line."""
    return " ".join(element.text_content().split())


def not_headings(text: str) -> str:
    """Return plain text so that no line of it is taken for a heading."""
    return _HEADING_MARK.sub(r"\\\g<0>", text)


class _Writer:
    def __init__(self, address: str | None, deeper: int) -> None:
        self._address = address
        self._deeper = deeper

    def blocks(self, element: HtmlElement) -> Iterator[str]:
        """Yield the element's paragraphs, headings, lists and so on, each without blank ends."""
        line = _flowing(element.text)
        for child in element:
            if _is_inline(child):
                line += self._inline(child)
            else:
                yield from _paragraph(line)
                yield from self._block(child)
                line = ""
            line += _flowing(child.tail)
        yield from _paragraph(line)

    def _block(self, element: HtmlElement) -> Iterator[str]:
        if element.tag in HEADINGS:
            yield from self._heading(element)
        elif element.tag in ("ul", "ol"):
            yield from filter(None, ["\n".join(self._items(element))])
        elif element.tag == "table" and _is_data(element):
            yield from filter(None, ["\n".join(self._rows(element))])
        elif element.tag == "pre":
            yield f"```\n{element.text_content().strip()}\n```"
        elif element.tag == "blockquote":
            quoted = "\n\n".join(self.blocks(element))
            yield "\n".join(f"> {line}".rstrip() for line in quoted.splitlines())
        else:
            yield from self.blocks(element)

    def _heading(self, element: HtmlElement) -> Iterator[str]:
        text = text_of(element)
        level = min(HEADINGS.index(element.tag) + 1 + self._deeper, _DEEPEST_HEADING)
        if text:
            yield f"{'#' * level} {text}"

    def _items(self, element: HtmlElement) -> Iterator[str]:
        items = [child for child in element if child.tag == "li"]
        for number, item in enumerate(items, start=1):
            mark = f"{number}. " if element.tag == "ol" else "- "
            text = "\n".join(self.blocks(item))
            if text:
                yield mark + text.replace("\n", "\n" + " " * len(mark))

    def _rows(self, table: HtmlElement) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in row.iter("td", "th")] for row in table.iter("tr")]
        rows = [row for row in rows if any(row)]
        for number, row in enumerate(rows):
            yield f"| {' | '.join(row)} |"
            if number == 0:
                yield f"|{' --- |' * len(row)}"

    def _cell(self, cell: HtmlElement) -> str:
        return " ".join(" ".join(self.blocks(cell)).split()).replace("|", "\\|")

    def _inline(self, element: HtmlElement) -> str:
        if element.tag == "br":
            return "\n"
        inner = (self._inline(child) + _flowing(child.tail) for child in element)
        return self._marked(element, _flowing(element.text) + "".join(inner))

    def _marked(self, element: HtmlElement, text: str) -> str:
        inner = text.strip()
        link = self._link(element) if element.tag == "a" else None
        mark = _EMPHASIS.get(element.tag)
        if not inner or not (link or mark):
            return text
        marked = f"[{inner}]({link})" if link else f"{mark}{inner}{mark}"
        before, after = text[: text.index(inner)], text[text.index(inner) + len(inner) :]
        return f"{before}{marked}{after}"

    def _link(self, element: HtmlElement) -> str | None:
        try:
            link = urljoin(self._address or "", (element.get("href") or "").strip())
        except ValueError:
            return None
        return link if re.fullmatch(r"https?://[^\s()<>]+", link) and element.get("href") else None


def _is_inline(element: HtmlElement) -> bool:
    """Whether the element is part of a line of text, as a link around a paragraph is not."""
    return element.tag in _INLINE and all(_is_inline(child) for child in element)


def _is_data(table: HtmlElement) -> bool:
    """Whether it is a table of data; old pages lay out their columns with tables."""
    return all(found is table for found in table.iter("table", *HEADINGS))


def _flowing(text: str | None) -> str:
    return _WHITE_SPACE.sub(" ", text or "")


def _paragraph(text: str) -> Iterator[str]:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    yield from filter(None, [not_headings("\n".join(filter(None, lines)))])
