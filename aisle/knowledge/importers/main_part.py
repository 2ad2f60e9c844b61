"""Finds the part of a page that holds its text."""

from collections.abc import Iterator

import trafilatura
from lxml.html import HtmlElement, tostring

from aisle.knowledge.importers.markdown import text_of

_SHORTEST_EVIDENCE = 25
"""Characters: shorter lines may stand in the text and around it."""

_PARTIAL = frozenset(("ul", "ol", "dl", "table", "thead", "tbody", "tr"))


def main_part(body: HtmlElement) -> HtmlElement:
    """Return the part that the page declares to be the main one, else where its text is."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        declared = body.xpath(path)
        if len(declared) == 1 and text_of(declared[0]):
            return declared[0]
    return _part_around(body, set(_lines_of_text(body)))


def _lines_of_text(body: HtmlElement) -> Iterator[str]:
    html = f"<html>{tostring(body, encoding='unicode')}</html>"
    text = trafilatura.extract(html, include_comments=False, favor_recall=True)
    for line in (text or "").splitlines():
        yield " ".join(line.removeprefix("- ").split())


def _part_around(body: HtmlElement, lines: set[str]) -> HtmlElement:
    """The smallest part of the page that has all these lines in it."""
    around: list[HtmlElement] = []
    for element in body.iter("p", "li", "td", "dd"):
        text = text_of(element)
        if len(text) >= _SHORTEST_EVIDENCE and text in lines:
            above = set(element.iterancestors())
            around = [part for part in around if part in above] or list(element.iterancestors())
    return next((part for part in around if part.tag not in _PARTIAL), body)
