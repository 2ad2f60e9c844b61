"""Drafts: their ids, what the database can hold, and two of one id."""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.importers.drafts import (
    BrokenRecord,
    Draft,
    Drafts,
    Options,
    article_id,
    new_draft,
)


def _draft(options: Options, **values: object) -> Draft:
    return new_draft(options, **{"title": "Where?", "content": "Here.", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("When will it come?", "when-will-it-come"),
        ("  What's   new -- in 2026?! ", "whats-new-in-2026"),
        ("Größe, Farbe & Stück", "grosse-farbe-stuck"),
        ("Smørrebrød i Łódź", "smorrebrod-i-lodz"),
        ("Pay 5 € more", "pay-5-more"),
    ],
)
def test_an_id_is_the_title_in_plain_letters(title: str, expected: str) -> None:
    assert article_id(title) == expected


def test_titles_in_other_scripts_get_stable_ids_of_their_own() -> None:
    delivery, returns = article_id("配送"), article_id("退货")
    assert delivery.startswith("article-")
    assert delivery == article_id("配送")
    assert delivery != returns
    assert article_id("配送 FAQ") != article_id("退货 FAQ")
    assert article_id("?!").startswith("article-")


def test_a_long_id_ends_with_a_whole_word() -> None:
    assert article_id("delivery " * 20) == "-".join(["delivery"] * 11)
    assert article_id("x" * 150) == "x" * 100


@given(st.text())
def test_any_title_makes_an_id_that_the_database_takes(title: str) -> None:
    made = article_id(title.encode("utf-8", "replace").decode())
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made)
    assert len(made) <= 100


def test_a_draft_has_no_character_that_postgresql_refuses(options: Options) -> None:
    draft = _draft(options, title="Wh\x00ere?", content="He\x00re \ud83d.", tags=("a\x00b",))
    assert dataclasses.astuple(draft)[:3] == ("where", "Where?", "Here ?.")
    assert draft.tags == ("ab",)


def test_a_long_title_is_cut(options: Options) -> None:
    title = _draft(options, title="why " * 100).title
    assert len(title) == 300
    assert title.endswith("…")


def test_tags_are_added_to_those_of_the_import_once_each() -> None:
    options = Options(category="help", tags=("faq", "new"))
    assert _draft(options, tags=("size", "faq", " ")).tags == ("faq", "new", "size")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "Not An Id"),
        ("id", "a" * 101),
        ("id", "where\n"),
        ("category", "c" * 101),
        ("language", "English, please"),
        ("link", "javascript:alert(1)"),
        ("link", "https://shop.example/" + "a" * 2000),
    ],
)
def test_what_the_database_cannot_hold_is_refused_by_name(
    name: str, value: str, options: Options
) -> None:
    with pytest.raises(BrokenRecord, match=f"^{name}: "):
        _draft(options, **{name: value})


def test_an_article_without_content_is_refused(options: Options) -> None:
    with pytest.raises(BrokenRecord, match="no content"):
        _draft(options, content=" \x00\n")


def test_the_first_of_two_with_one_id_is_kept_and_both_places_are_named(options: Options) -> None:
    drafts = Drafts()
    drafts.keep(_draft(options, content="First."), "a.csv:2")
    drafts.keep(_draft(options, content="Second."), "a.csv:9")
    assert [draft.content for draft in drafts.found] == ["First."]
    assert drafts.errors == [
        "a.csv:9: the id 'where' is that of a.csv:2; give one another id or title"
    ]
