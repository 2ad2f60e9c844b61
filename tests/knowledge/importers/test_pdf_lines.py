"""Running text of the lines on a PDF's pages."""

import pytest

from aisle.knowledge.importers.pdf_lines import lines_of, paragraphs, without_running_lines


def test_lines_have_plain_letters_and_single_spaces() -> None:
    assert lines_of("o\ufb03ce \t chair\n\n\ufb01ts") == ["office chair", "", "fits"]


def test_headers_and_footers_go_though_their_numbers_differ() -> None:
    texts = [["Oak is hard.", "Oil it."], ["Pine is soft.", "Wax it."], ["Ash", "Paint it."]]
    pages = [
        ["Juniper", *text, "", f"Page {number} of 3"] for number, text in enumerate(texts, start=1)
    ]
    assert without_running_lines(pages) == [[*text, ""] for text in texts]


def test_a_line_that_repeats_within_the_text_stays() -> None:
    pages = [["Head", f"{word} a", "Note:", f"{word} b", "Foot"] for word in ("x", "y", "z")]
    assert without_running_lines(pages)[1] == ["y a", "Note:", "y b"]


def test_two_pages_do_not_show_what_is_a_header() -> None:
    pages = [["Same", "a"], ["Same", "b"]]
    assert without_running_lines(pages) == pages


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["The deliv-", "ery takes two days."], ["The delivery takes two days."]),
        (["The deliv\u00ad", "ery takes two days."], ["The delivery takes two days."]),
        (["Sizes S-", "XL are in stock."], ["Sizes S- XL are in stock."]),
        (["One", "", "two"], ["One", "two"]),
        (
            ["A long line that goes on", "and ends.", "Next one"],
            ["A long line that goes on and ends.", "Next one"],
        ),
        (
            ["You need", "* a drill", "1. a screw", "2026. Then"],
            ["You need", "- a drill", "1. a screw 2026. Then"],
        ),
        (["", ""], []),
        ([], []),
    ],
)
def test_lines_become_paragraphs(lines: list[str], expected: list[str]) -> None:
    assert list(paragraphs(lines)) == expected
