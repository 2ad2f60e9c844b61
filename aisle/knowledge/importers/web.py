"""Reads web pages: one by its address or file, or those that a sitemap lists."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from aisle.knowledge.importers.drafts import BrokenRecord, Drafts, Options, new_draft
from aisle.knowledge.importers.fetching import LARGEST_PAGE, Fetched, fetch, web_client
from aisle.knowledge.importers.pages import read_page
from aisle.knowledge.importers.sitemaps import addresses_in, is_index, is_sitemap, unpacked

_HTML = ("text/html", "application/xhtml+xml")


def is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def read_address(address: str, options: Options) -> Drafts:
    """Read the page at an http(s) address, or the pages of the sitemap that is there."""
    with web_client(options.seconds_a_page) as client:
        reader = _WebReader(client, options)
        try:
            fetched = fetch(client, address, options.seconds_a_page)
            reader.read(fetched)
        except BrokenRecord as error:
            reader.drafts.report(address, error)
    return reader.drafts


def read_page_file(path: Path, options: Options) -> Drafts:
    """Read an HTML file.

    Raises:
        FileNotFoundError: there is no such file.
    """
    drafts = Drafts()
    try:
        page = read_page(_content(path), None)
        title = page.title or path.stem
        draft = new_draft(options, title=title, content=page.content, link=page.link)
    except BrokenRecord as error:
        drafts.report(f"{path}:1", error)
    else:
        drafts.keep(draft, str(path))
    return drafts


def read_sitemap_file(path: Path, options: Options) -> Drafts:
    """Read the pages that a sitemap file (``.xml`` or ``.xml.gz``) lists.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with web_client(options.seconds_a_page) as client:
        reader = _WebReader(client, options)
        try:
            reader.read_sitemap(str(path), unpacked(_content(path)))
        except BrokenRecord as error:
            reader.drafts.report(str(path), error)
    return reader.drafts


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_PAGE:
        raise BrokenRecord(f"is larger than {LARGEST_PAGE / 1e6:g} MB")
    return path.read_bytes()


class _WebReader:
    def __init__(self, client: httpx.Client, options: Options) -> None:
        self.drafts = Drafts()
        self._client = client
        self._options = options

    def read(self, fetched: Fetched) -> None:
        body = unpacked(fetched.body)
        if is_sitemap(body):
            self.read_sitemap(fetched.address, body)
        else:
            self._keep_page(fetched)

    def read_sitemap(self, place: str, body: bytes) -> None:
        if not is_sitemap(body):
            raise BrokenRecord("is no sitemap: it has neither <urlset> nor <sitemapindex>")
        addresses = self._pages_of_index(body) if is_index(body) else addresses_in(body)
        most = self._options.most_pages
        if len(addresses) > most:
            self.drafts.report(place, f"lists more than {most} pages; the others are not read")
        self._read_pages(addresses[:most])

    def _pages_of_index(self, index: bytes) -> list[str]:
        pages: dict[str, None] = {}
        for address in addresses_in(index):
            try:
                pages.update(dict.fromkeys(self._pages_of(address)))
            except BrokenRecord as error:
                self.drafts.report(address, error)
            if len(pages) > self._options.most_pages:
                break
        return list(pages)

    def _pages_of(self, address: str) -> list[str]:
        body = unpacked(self._fetch(address).body)
        if not is_sitemap(body) or is_index(body):
            raise BrokenRecord("is no sitemap of pages, as an index may list; give its address")
        return addresses_in(body)

    def _read_pages(self, addresses: list[str]) -> None:
        for number, address in enumerate(addresses, start=1):
            try:
                self._keep_page(self._fetch(address))
            except BrokenRecord as error:
                self.drafts.report(address, error)
            if self._options.progress:
                self._options.progress(number, len(addresses))

    def _fetch(self, address: str) -> Fetched:
        return fetch(self._client, address, self._options.seconds_a_page)

    def _keep_page(self, fetched: Fetched) -> None:
        if fetched.kind not in _HTML:
            raise BrokenRecord(f"is not HTML but {fetched.kind or 'of no stated kind'}: skipped")
        page = read_page(fetched.body, fetched.address, fetched.charset)
        title = page.title or _name_of(fetched.address)
        draft = new_draft(self._options, title=title, content=page.content, link=page.link)
        self.drafts.keep(draft, fetched.address)


def _name_of(address: str) -> str:
    parts = urlsplit(address)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc
