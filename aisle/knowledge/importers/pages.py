"""Finds the title, the text and the address of an HTML page."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from aisle.knowledge.importers.boilerplate import drop_boilerplate
from aisle.knowledge.importers.drafts import BrokenRecord
from aisle.knowledge.importers.main_part import main_part
from aisle.knowledge.importers.markdown import HEADINGS, markdown_of, text_of
from aisle.language.cleaning import clean

_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_BEFORE_SITE_NAME = re.compile(r"\s+[|·»:\u2013\u2014-]\s+")


@dataclass(frozen=True)
class Page:
    """``title`` is empty if the page has none; ``link`` is None unless it has an address."""

    title: str
    content: str
    link: str | None


def read_page(raw: bytes, address: str | None, charset: str | None = None) -> Page:
    """Read an HTML page that came from the address (None for a file), in its ``charset``.

    Raises:
        BrokenRecord: the page has no text.
    """
    root = _parse(_decoded(raw, charset))
    base = _joined(address, _first(root, ".//base/@href"))
    canonical = _joined(address, _first(root, ".//link[@rel='canonical']/@href"))
    title, body = _document_title(root), root.find("body")
    drop_boilerplate(body)
    _keep_lines_apart(body)
    _name_questions(body)
    content = main_part(body)
    heading = _title_heading(content, body)
    if heading is not None:
        title = text_of(heading)
        heading.drop_tree()
    text = markdown_of(content, base)
    if not text:
        raise BrokenRecord("the page has no text, unless a browser fills it in with JavaScript")
    return Page(title, text, canonical or address)


def _decoded(raw: bytes, charset: str | None) -> str:
    declared = _CHARSET.search(raw[:4096])
    for name in (charset, declared and declared[1].decode(), "utf-8-sig"):
        try:
            return raw.decode(name or "utf-8-sig")
        except (LookupError, UnicodeDecodeError):
            continue  # browsers, too, try the next one
    return raw.decode("windows-1252", "replace")


def _parse(text: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(clean(text).encode(), parser=parser, ensure_head_body=True)
    except ParserError as error:
        raise BrokenRecord("the page is empty") from error


def _first(root: HtmlElement, path: str) -> str:
    return next((" ".join(value.split()) for value in root.xpath(path)), "")


def _joined(address: str | None, reference: str) -> str | None:
    try:
        joined = urljoin(address or "", reference)
    except ValueError:
        return address
    return joined if re.match(r"https?://", joined, re.I) else address


def _document_title(root: HtmlElement) -> str:
    """The title without the site's name behind it."""
    title = _first(root, ".//meta[@property='og:title']/@content")
    title = title or _first(root, ".//title/text()")
    site = _first(root, ".//meta[@property='og:site_name']/@content")
    *parts, last = _BEFORE_SITE_NAME.split(title)
    if parts and last.casefold() == site.casefold():
        return _BEFORE_SITE_NAME.sub("", title[: -len(last)] + " ")
    return title


def _keep_lines_apart(body: HtmlElement) -> None:
    for line_break in body.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")


def _name_questions(body: HtmlElement) -> None:
    """Make headings of what opens a collapsed part and of the questions in lists."""
    level = 1
    for element in list(body.iter(*HEADINGS, "summary", "dt")):
        if element.tag in HEADINGS:
            level = HEADINGS.index(element.tag) + 1
        elif next(element.iter(*HEADINGS), None) is not None:
            continue
        elif element.tag == "summary" or text_of(element).endswith("?"):
            element.tag = HEADINGS[min(level, 5)]


def _title_heading(content: HtmlElement, body: HtmlElement) -> HtmlElement | None:
    inside = [heading for heading in content.iter("h1") if text_of(heading)]
    if inside:
        return inside[0]
    anywhere = [heading for heading in body.iter("h1") if text_of(heading)]
    return anywhere[0] if len(anywhere) == 1 else None
