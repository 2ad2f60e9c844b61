"""Reads the addresses in a sitemap or in an index of sitemaps, packed with gzip or not."""

import re
import zlib

from lxml.etree import XMLParser, XMLSyntaxError, fromstring

from aisle.knowledge.importers.drafts import BrokenRecord
from aisle.knowledge.importers.fetching import LARGEST_PAGE

_GZIP = b"\x1f\x8b"
_ROOT = re.compile(rb"<(?:[\w-]+:)?(urlset|sitemapindex)[\s>]")


def unpacked(body: bytes) -> bytes:
    """Return the body, unpacked if it is in gzip form.

    Raises:
        BrokenRecord: it is damaged, or too large once unpacked.
    """
    if not body.startswith(_GZIP):
        return body
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unzip.decompress(body, LARGEST_PAGE + 1)
    except zlib.error as error:
        raise BrokenRecord(f"is damaged gzip: {error}") from error
    if len(content) > LARGEST_PAGE:
        raise BrokenRecord(f"is larger than {LARGEST_PAGE / 1e6:g} MB once unpacked")
    return content


def is_sitemap(body: bytes) -> bool:
    return _ROOT.search(body[:4096]) is not None


def is_index(body: bytes) -> bool:
    """Whether it lists sitemaps, not pages."""
    root = _ROOT.search(body[:4096])
    return root is not None and root[1] == b"sitemapindex"


def addresses_in(sitemap: bytes) -> list[str]:
    """Return the addresses of the pages or sitemaps that it lists, each once.

    Raises:
        BrokenRecord: it is not XML.
    """
    # A foreign file: no entities, nothing from elsewhere.
    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = fromstring(sitemap, parser)
    except XMLSyntaxError as error:
        raise BrokenRecord(f"is not XML: {error.msg}") from error
    places = root.xpath("/*/*[local-name()='url' or local-name()='sitemap']/*[local-name()='loc']")
    return list(dict.fromkeys(place.text.strip() for place in places if place.text))
