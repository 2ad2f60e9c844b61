"""PDF files as articles."""

import random
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from aisle.knowledge.importers.drafts import Drafts, Options
from aisle.knowledge.importers.pdf import read_pdf
from tests.knowledge.importers.pdf_files import add_picture, pdf_of, saved

GUIDE = (
    ["Juniper help", "The guide to your desk", "Read this before you screw it toge-", "ther.", "1"],
    ["Juniper help", "1 Assembly", "Two people need 45 minutes.", "Take your time.", "2"],
    ["Juniper help", "Begin with the legs.", "2 Care of", "the wood", "Oil it.", "3"],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk-guide.pdf"


def _read(writer: PdfWriter, path: Path) -> Drafts:
    return read_pdf(saved(writer, path), Options(category="help", tags=("guide",)))


def test_bookmarks_become_headings_and_headers_and_page_numbers_go(path: Path) -> None:
    writer = pdf_of(*GUIDE)
    writer.add_metadata({"/Title": "The guide to your desk"})
    root = writer.add_outline_item(title="The guide to your desk", page_number=0)
    assembly = writer.add_outline_item(title="Assembly", page_number=1, parent=root)
    writer.add_outline_item(title="Legs", page_number=2, parent=assembly)
    writer.add_outline_item(title="Care of the Wood", page_number=2, parent=root)
    drafts = _read(writer, path)
    assert drafts.errors == []
    [draft] = drafts.found
    assert (draft.id, draft.title) == ("the-guide-to-your-desk", "The guide to your desk")
    assert (draft.category, draft.tags, draft.link) == ("help", ("guide",), None)
    assert draft.content == (
        "Read this before you screw it together.\n\n"
        "## Assembly\n\nTwo people need 45 minutes. Take your time.\n\n"
        "### Legs\n\nBegin with the legs.\n\n"
        "## Care of the Wood\n\nOil it."
    )


def test_without_bookmarks_the_pages_are_one_running_text(path: Path) -> None:
    first = ["Our oak desk is delivered in two parcels, which", "may come on two days."]
    second = [
        "It needs:",
        "\u2022 a screwdriver and, for the long screws that go",
        "into the top, a drill",
    ]
    drafts = _read(pdf_of(["Desk", *first, *second], ["\u2022 time"]), path)
    assert drafts.errors == []
    assert drafts.found[0].content == (
        "Our oak desk is delivered in two parcels, which may come on two days.\n\nIt needs:\n\n"
        "- a screwdriver and, for the long screws that go into the top, a drill\n\n- time"
    )


def test_a_line_of_text_is_not_taken_for_a_heading(path: Path) -> None:
    assert _read(pdf_of(["Title", "# of legs: four."]), path).found[0].content == (
        "\\# of legs: four."
    )


@pytest.mark.parametrize(
    ("named", "first_line", "title"),
    [
        ("Desk guide", "Welcome", "Desk guide"),
        (None, "Welcome", "Welcome"),
        ("Microsoft Word - guide v7.docx", "Welcome", "Welcome"),
        ("untitled", "Welcome", "Welcome"),
        (None, "word " * 30, "desk-guide"),
    ],
)
def test_the_title_is_the_document_s_or_its_first_line_or_the_file_s_name(
    path: Path, named: str | None, first_line: str, title: str
) -> None:
    writer = pdf_of([first_line, "Some text."])
    if named:
        writer.add_metadata({"/Title": named})
    assert _read(writer, path).found[0].title == title


def test_a_protected_pdf_is_refused_with_what_to_do(path: Path) -> None:
    writer = pdf_of(["Secret"])
    writer.encrypt("password", algorithm="AES-256")
    drafts = _read(writer, path)
    assert drafts.found == []
    assert drafts.errors == [
        f"{path}: is protected by a password; save it without one and import that"
    ]


def test_a_pdf_that_is_only_protected_against_changes_is_read(path: Path) -> None:
    writer = pdf_of(["Title", "Text."])
    writer.encrypt("", owner_password="owner", algorithm="AES-256")
    assert _read(writer, path).found[0].content == "Text."


def test_a_scanned_pdf_is_refused_with_what_to_do(path: Path) -> None:
    writer = pdf_of([], [])
    add_picture(writer, writer.pages[0])
    drafts = _read(writer, path)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}: has no text")
    assert "OCR" in drafts.errors[0]


def test_a_scanned_page_among_others_is_named_and_a_blank_one_is_not(path: Path) -> None:
    writer = pdf_of(["Title", "Text."], [], [])
    add_picture(writer, writer.pages[2])
    drafts = _read(writer, path)
    assert drafts.found[0].content == "Text."
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}: page 3: has no text but a picture")


def test_a_damaged_page_is_named_and_the_others_are_read(path: Path) -> None:
    writer = pdf_of(["Title", "One."], ["Two."])
    content = writer.pages[1]["/Contents"].get_object()
    content[NameObject("/Filter")] = NameObject("/NoSuchFilter")
    drafts = _read(writer, path)
    assert drafts.found[0].content == "One."
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}: page 2: cannot be read")


@pytest.mark.parametrize("raw", [b"", b"no PDF at all", b"%PDF-1.7\n%%EOF", b"\x00" * 5000])
def test_a_file_that_is_no_pdf_is_an_error(path: Path, options: Options, raw: bytes) -> None:
    path.write_bytes(raw)
    drafts = read_pdf(path, options)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}: ")


def test_a_pdf_damaged_anywhere_is_read_or_reported(path: Path, options: Options) -> None:
    writer = pdf_of(*GUIDE)
    writer.add_outline_item(title="Assembly", page_number=1)
    whole = saved(writer, path).read_bytes()
    chance = random.Random(7)
    for _ in range(150):
        damaged = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(5):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        drafts = read_pdf(path, options)
        assert drafts.found or drafts.errors


def test_the_files_of_these_tests_are_real_pdfs(path: Path) -> None:
    reader = PdfReader(saved(pdf_of(["(One) \\ \u201cü\u201d"]), path), strict=True)
    assert reader.pages[0].extract_text().strip() == "(One) \\ \u201cü\u201d"
