"""Picking the importer by what the source is."""

from pathlib import Path

import pytest

from aisle.knowledge.errors import KnowledgeError
from aisle.knowledge.importers.drafts import UnknownSource
from aisle.knowledge.importers.reading import read_source
from tests.knowledge.importers.conftest import Site, sitemap
from tests.knowledge.importers.pdf_files import pdf_of, saved


def test_each_kind_of_file_is_read_by_its_importer(tmp_path: Path, site: Site) -> None:
    texts = {
        "a.csv": "question,answer\nWhere?,Here.\n",
        "b.JSON": '[{"question": "Where?", "answer": "Here."}]',
        "c.html": "<h1>Where?</h1><p>Here.</p>",
        "d.htm": "<h1>Where?</h1><p>Here.</p>",
        "e.xml": sitemap(site.put_page("/where", "Where?", "Here.")),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    saved(pdf_of(["Where?", "Here."]), tmp_path / "f.pdf")
    for path in tmp_path.iterdir():
        drafts = read_source(str(path), category="help", language="en-GB", tags=["faq"])
        assert drafts.errors == []
        [draft] = drafts.found
        assert (draft.id, draft.category, draft.tags) == ("where", "help", ("faq",))
        assert draft.language == "en-GB"
        assert draft.content.endswith("Here.")


def test_an_address_is_read_from_the_web_however_it_ends(site: Site) -> None:
    address = site.put_page("/help.csv", "Where?")
    assert [draft.link for draft in read_source(address, category="help").found] == [address]


def test_page_limit_and_progress_reach_the_importer(site: Site) -> None:
    paths = ["/a", "/b"]
    for path in paths:
        site.put_page(path, path)
    steps: list[tuple[int, int]] = []
    drafts = read_source(
        site.put_sitemap("/sitemap.xml", *paths),
        category="help",
        most_pages=1,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert len(drafts.found) == 1
    assert steps == [(1, 1)]


@pytest.mark.parametrize("source", ["faq.docx", "faq", "", "ftp://shop.example/faq", "-"])
def test_an_unknown_kind_of_source_is_refused_with_what_is_understood(source: str) -> None:
    with pytest.raises(
        UnknownSource, match=r"http://.*\.csv.*\.json.*\.html.*\.xml.*\.pdf"
    ) as info:
        read_source(source, category="help")
    assert isinstance(info.value, KnowledgeError)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.html", "a.xml", "a.pdf"])
def test_a_missing_file_is_told_apart_from_a_broken_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_source(str(tmp_path / name), category="help")
