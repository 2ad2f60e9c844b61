"""Web pages, sitemaps and indexes of sitemaps, from a server and from files."""

import dataclasses
import gzip
import time
from pathlib import Path

import pytest

from aisle.knowledge.importers.drafts import Drafts, Options
from aisle.knowledge.importers.web import read_address, read_page_file, read_sitemap_file
from tests.knowledge.importers.conftest import Answer, Site, sitemap


def _titles(drafts: Drafts) -> list[str]:
    return [draft.title for draft in drafts.found]


def test_a_page_becomes_an_article_that_links_to_it(site: Site, options: Options) -> None:
    address = site.put("/delivery", "<main><h1>Delivery</h1><h2>When?</h2><p>Soon.</p></main>")
    drafts = read_address(address, dataclasses.replace(options, tags=("web",), language="de"))
    assert drafts.errors == []
    [draft] = drafts.found
    assert (draft.id, draft.title, draft.link) == ("delivery", "Delivery", address)
    assert (draft.category, draft.tags, draft.language) == ("help", ("web",), "de")
    assert draft.content == "## When?\n\nSoon."


def test_a_page_without_a_title_is_named_by_its_address(site: Site, options: Options) -> None:
    address = site.put("/help/gr%C3%B6%C3%9Fen/", "<p>Take yours.</p>")
    assert _titles(read_address(address, options)) == ["größen"]


def test_the_server_says_what_a_page_is_encoded_in(site: Site, options: Options) -> None:
    page = "<h1>Größe</h1><p>Süß.</p>".encode("iso-8859-1")
    address = site.put("/size", page, "text/html; charset=ISO-8859-1")
    assert _titles(read_address(address, options)) == ["Größe"]


def test_the_pages_of_a_sitemap_are_read_one_after_another(site: Site, options: Options) -> None:
    for path in ("/a", "/b", "/c"):
        site.put_page(path, f"Page {path[1:]}")
    site.put_sitemap("/sitemap.xml", "/a", "/b", "/a", "/c")
    steps: list[tuple[int, int]] = []
    options = dataclasses.replace(options, progress=lambda done, of: steps.append((done, of)))
    drafts = read_address(f"{site.address}/sitemap.xml", options)
    assert drafts.errors == []
    assert _titles(drafts) == ["Page a", "Page b", "Page c"]
    assert site.asked == ["/sitemap.xml", "/a", "/b", "/c"]
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_what_is_broken_on_a_site_is_reported_and_the_rest_is_read(
    site: Site, options: Options
) -> None:
    site.put_page("/good", "Good")
    site.put_page("/double", "Good", "Another text.")
    site.put("/guide.pdf", b"%PDF-1.7", "application/pdf")
    site.put("/empty", "")
    site.answers["/broken"] = Answer(b"<h1>Oops</h1>", status=500)
    paths = ["/gone", "/guide.pdf", "/empty", "/broken", "/good", "/double"]
    drafts = read_address(site.put_sitemap("/sitemap.xml", *paths), options)
    assert _titles(drafts) == ["Good"]
    assert drafts.errors == [
        f"{site.address}/gone: the server answered 404",
        f"{site.address}/guide.pdf: is not HTML but application/pdf: skipped",
        f"{site.address}/empty: the page is empty",
        f"{site.address}/broken: the server answered 500",
        f"{site.address}/double: the id 'good' is that of {site.address}/good;"
        " give one another id or title",
    ]


def test_an_index_of_sitemaps_is_followed_one_level_deep(site: Site, options: Options) -> None:
    for path in ("/a", "/b"):
        site.put_page(path, f"Page {path[1:]}")
    plain = site.put_sitemap("/plain.xml", "/a")
    packed = site.put("/packed.xml.gz", gzip.compress(sitemap(site.address + "/b").encode()))
    deeper = site.put("/deeper.xml", sitemap(plain, index=True), "application/xml")
    listed = [plain, f"{site.address}/gone.xml", packed, deeper]
    address = site.put("/index.xml", sitemap(*listed, index=True), "text/xml")
    drafts = read_address(address, options)
    assert _titles(drafts) == ["Page a", "Page b"]
    assert [error.split(": ")[0] for error in drafts.errors] == [listed[1], deeper]
    assert "is no sitemap of pages" in drafts.errors[1]


def test_no_more_pages_are_read_than_allowed(site: Site, options: Options) -> None:
    paths = [f"/{number}" for number in range(5)]
    for path in paths:
        site.put_page(path, f"Page {path[1:]}")
    address = site.put_sitemap("/sitemap.xml", *paths)
    drafts = read_address(address, dataclasses.replace(options, most_pages=3))
    assert len(drafts.found) == 3
    assert site.asked == ["/sitemap.xml", "/0", "/1", "/2"]
    assert drafts.errors == [f"{address}: lists more than 3 pages; the others are not read"]


def test_a_redirect_is_followed_and_its_end_is_the_link(site: Site, options: Options) -> None:
    new = site.put_page("/new", "New")
    [draft] = read_address(site.redirect("/old", "/new"), options).found
    assert draft.link == new


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "/round"]
)
def test_a_redirect_that_leads_nowhere_on_the_web_is_an_error(
    site: Site, options: Options, location: str
) -> None:
    address = site.redirect("/round", location)
    drafts = read_address(address, options)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{address}: cannot be fetched: ")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://[broken/", "http://", "http://a b"]
)
def test_an_address_that_does_not_answer_is_an_error(address: str, options: Options) -> None:
    drafts = read_address(address, options)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{address}: ")


def test_a_page_that_is_too_large_is_given_up(site: Site, options: Options) -> None:
    address = site.put("/huge", b"<p>" + b"word " * 2_000_000)
    assert read_address(address, options).errors == [f"{address}: is larger than 5 MB"]


@pytest.mark.parametrize("seconds_between_bytes", [0.02, 2.0])
def test_a_page_that_is_too_slow_is_given_up(
    site: Site, options: Options, seconds_between_bytes: float
) -> None:
    site.answers["/slow"] = Answer(b"<p>word " * 20, seconds_between_bytes=seconds_between_bytes)
    started = time.monotonic()
    drafts = read_address(f"{site.address}/slow", dataclasses.replace(options, seconds_a_page=0.2))
    assert time.monotonic() - started < 1.5
    assert drafts.errors == [f"{site.address}/slow: the server took longer than 0.2 seconds"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<urlset><url><loc>http://a</url>", "is not XML"),
        (gzip.compress(b"<urlset>" + b" " * 6_000_000, mtime=0), "larger than 5 MB once unpacked"),
        (b"\x1f\x8b\x08damaged", "damaged gzip"),
        (gzip.compress(b"<p>A page</p>", mtime=0), "is not HTML but application/xml"),
        (b"<feed/>", "is not HTML but application/xml"),
    ],
)
def test_a_broken_sitemap_is_one_error(
    site: Site, options: Options, body: bytes, problem: str
) -> None:
    address = site.put("/sitemap.xml", body, "application/xml")
    drafts = read_address(address, options)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert problem in drafts.errors[0]


def test_a_sitemap_s_entities_are_not_resolved(
    site: Site, options: Options, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{site.address}/secret")
    path = tmp_path / "sitemap.xml"
    path.write_text(
        f'<!DOCTYPE urlset [<!ENTITY secret SYSTEM "{secret.as_uri()}">]>'
        "<urlset><url><loc>&secret;</loc></url></urlset>"
    )
    assert read_sitemap_file(path, options) == Drafts()
    assert site.asked == []


def test_a_sitemap_leads_to_web_pages_only(options: Options, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("<p>Secret</p>")
    path = tmp_path / "sitemap.xml"
    path.write_text(sitemap(secret.as_uri()))
    drafts = read_sitemap_file(path, options)
    assert drafts.found == []
    assert drafts.errors[0].startswith(f"{secret.as_uri()}: cannot be fetched: ")


@pytest.mark.parametrize("packed", [False, True])
def test_the_pages_of_a_sitemap_file_are_read(
    site: Site, options: Options, tmp_path: Path, packed: bool
) -> None:
    content = sitemap(site.put_page("/a", "Page a")).encode()
    path = tmp_path / "sitemap.xml.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert _titles(read_sitemap_file(path, options)) == ["Page a"]


def test_a_file_that_is_no_sitemap_is_an_error(options: Options, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text("<feed/>")
    assert read_sitemap_file(path, options).errors[0].startswith(f"{path}: is no sitemap")


def test_a_page_file_becomes_an_article(options: Options, tmp_path: Path) -> None:
    path = tmp_path / "sizes.html"
    path.write_text("<p>Take yours.</p>")
    [draft] = read_page_file(path, options).found
    assert (draft.id, draft.title, draft.link) == ("sizes", "sizes", None)


@pytest.mark.parametrize(
    ("part", "problem"), [(b"", "empty"), (b"<p>word</p>", "larger than 5 MB")]
)
def test_a_page_file_without_text_or_too_large_is_an_error(
    options: Options, tmp_path: Path, part: bytes, problem: str
) -> None:
    path = tmp_path / "sizes.html"
    path.write_bytes(part * 1_000_000)
    drafts = read_page_file(path, options)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}:1: ")
    assert problem in drafts.errors[0]
