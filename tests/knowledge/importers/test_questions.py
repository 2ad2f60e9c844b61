"""Questions and answers from CSV and JSON files."""

import json
from pathlib import Path
from typing import Any

import pytest

from aisle.knowledge.importers.drafts import Draft, Drafts, Options
from aisle.knowledge.importers.questions import read_questions


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "faq.csv"


def _read(path: Path, text: str | bytes) -> Drafts:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_questions(path, Options(category="help"))


def _read_json(folder: Path, content: Any) -> Drafts:
    return _read(folder / "faq.json", json.dumps(content))


def test_a_row_becomes_an_article(csv_file: Path) -> None:
    drafts = _read(
        csv_file,
        "id,question,answer,category,tags,language,link\n"
        "sizes,Which size?,Take yours.,products,fit; size|shoes,en,https://shop.example/sizes\n",
    )
    assert drafts.errors == []
    assert drafts.found == [
        Draft(
            id="sizes",
            title="Which size?",
            content="## Which size?\nTake yours.",
            category="products",
            tags=("fit", "size", "shoes"),
            language="en",
            link="https://shop.example/sizes",
        )
    ]


def test_what_a_row_leaves_out_is_what_the_import_says(csv_file: Path) -> None:
    csv_file.write_text("question,answer,category,language\nWho?,We.,,\n")
    options = Options(category="help", language="de", tags=("faq",))
    [draft] = read_questions(csv_file, options).found
    assert (draft.id, draft.category, draft.language) == ("who", "help", "de")
    assert (draft.tags, draft.link) == (("faq",), None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_parted_by_comma_semicolon_or_tab(csv_file: Path, delimiter: str) -> None:
    rows = [["Answer", " QUESTION "], ['"Yes, ""now""; here\tand there"', "Now?"]]
    drafts = _read(csv_file, "\r\n".join(delimiter.join(row) for row in rows))
    assert drafts.errors == []
    assert drafts.found[0].content == '## Now?\nYes, "now"; here\tand there'


def test_a_byte_order_mark_is_no_part_of_the_first_column(csv_file: Path) -> None:
    drafts = _read(csv_file, "question,answer\nWo?,Überall.\n".encode("utf-8-sig"))
    assert drafts.found[0].content == "## Wo?\nÜberall."


def test_lines_within_quotes_stay_and_errors_name_the_line_a_row_begins_on(csv_file: Path) -> None:
    drafts = _read(
        csv_file,
        'question,answer\n"Two\nlines?","One.\n\n- Two."\n\n,No question.\n\nNo answer?,\n',
    )
    assert [draft.content for draft in drafts.found] == ["## Two lines?\nOne.\n\n- Two."]
    assert drafts.found[0].title == "Two lines?"
    assert drafts.errors == [
        f"{csv_file}:7: question: is missing",
        f"{csv_file}:9: answer: is missing",
    ]


def test_a_row_with_too_many_values_or_wrong_quotes_is_skipped(csv_file: Path) -> None:
    drafts = _read(
        csv_file,
        'question,answer\nA?,Yes, no.\nB?,"Yes" no.\nC?,Yes.\nD?,"never\nclosed.\n',
    )
    assert [draft.title for draft in drafts.found] == ["C?"]
    assert [error.split(": ")[0] for error in drafts.errors] == [
        f"{csv_file}:{line}" for line in (2, 3, 5)
    ]
    assert "3 values for 2 columns" in drafts.errors[0]
    assert "quotes" in drafts.errors[1]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "empty"),
        (" \n\n", 1, "empty"),
        ("Where?,Here.\nWhy?,Because.\n", 1, "question and answer missing"),
        ("question\nWhy?\n", 1, "answer missing"),
        ("question,answer,author\nWhy?,So.,Me\n", 1, "unknown column 'author'; known are question"),
        ("question,answer,answer\nWhy?,So.,So\n", 1, "'answer' is there twice"),
        ('"question,answer\nWhy?,So.\n', 1, "quotes in the first line"),
        ("question,answer\nWhy?,Weil süß.\n".encode("windows-1252"), 2, "not UTF-8"),
        ("question,answer\nWhy?,So.\n".encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error(
    csv_file: Path, text: str | bytes, line: int, problem: str
) -> None:
    drafts = _read(csv_file, text)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{csv_file}:{line}: ")
    assert problem in drafts.errors[0]


def test_two_rows_of_one_id_are_an_error_that_names_both_lines(csv_file: Path) -> None:
    drafts = _read(csv_file, "question,answer\nWhy?,First.\nWho?,We.\nWHY,Second.\n")
    assert [draft.content for draft in drafts.found] == ["## Why?\nFirst.", "## Who?\nWe."]
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{csv_file}:4: the id 'why' is that of {csv_file}:2")


def test_characters_that_no_database_stores_are_left_out(csv_file: Path) -> None:
    drafts = _read(csv_file, "question,answer\nWh\x00y?,So\x00.\n")
    assert drafts.found[0].content == "## Why?\nSo."


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_questions_become_articles(tmp_path: Path, wrapped: bool) -> None:
    item = {"question": "Which size?", "answer": "Yours.", "tags": ["fit", "size"], "id": None}
    drafts = _read_json(tmp_path, {"questions": [item]} if wrapped else [item])
    assert drafts.errors == []
    [draft] = drafts.found
    assert (draft.id, draft.tags) == ("which-size", ("fit", "size"))
    assert draft.content == "## Which size?\nYours."


def test_a_broken_json_item_is_named_by_its_position(tmp_path: Path) -> None:
    items = [
        "Why?",
        {"question": "Why?"},
        {"question": "Why?", "answer": 5},
        {"question": "Why?", "answer": " "},
        {"question": "Why?", "answer": "So.", "tags": "a;b"},
        {"question": "Why?", "answer": "So.", "author": "Me"},
        {"question": "Why?", "answer": "So.", "link": "file:///etc/passwd"},
        {"question": "Wh\x00y\ud83d?", "answer": "So."},
    ]
    drafts = _read_json(tmp_path, items)
    assert [draft.title for draft in drafts.found] == ["Why??"]
    problems = [error.removeprefix(f"{tmp_path / 'faq.json'}: ") for error in drafts.errors]
    assert [problem.split(": ")[0] for problem in problems] == [f"item {n}" for n in range(1, 8)]
    assert problems[1] == "item 2: answer: is missing"
    assert problems[3] == "item 4: answer: is empty"
    assert "unknown name 'author'; known are question" in problems[5]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('[\n {"question": "Why?",\n  "answer" "So."}\n]', 3, "not JSON"),
        ('{"articles": []}', 1, "list of questions"),
        ('"Why?"', 1, "list of questions"),
        ("[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_broken_json_is_an_error_that_names_the_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    path = tmp_path / "faq.json"
    drafts = _read(path, text)
    assert drafts.found == []
    assert len(drafts.errors) == 1
    assert drafts.errors[0].startswith(f"{path}:{line}: ")
    assert problem in drafts.errors[0]


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path, options: Options) -> None:
    with pytest.raises(FileNotFoundError):
        read_questions(tmp_path / "nowhere.csv", options)
