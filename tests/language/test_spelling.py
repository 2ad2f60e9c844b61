"""Misspelt words and the known words that they may stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.language.spelling import Corrections, ordinary_words

KNOWN = ["refund", "return", "returns", "delivery", "deliver", "payment", "shoe", "größe"]
LETTERS = "abcdeinrtuvy"


@pytest.fixture(scope="module")
def corrections() -> Corrections:
    return Corrections(KNOWN)


@pytest.mark.parametrize(
    ("misspelt", "expected"),
    [
        ("refudn", (("refund", 1),)),
        ("refnd", (("refund", 1),)),
        ("reefund", (("refund", 1),)),
        ("relund", (("refund", 1),)),
        ("refund", (("refund", 0),)),
        ("delivry", (("delivery", 1),)),
        ("delievry", (("delivery", 1), ("deliver", 2))),
        ("dleivrey", (("delivery", 2),)),
        ("retrun", (("return", 1),)),
        ("grösse", ()),
        ("größee", (("größe", 1),)),
    ],
)
def test_wrong_missing_added_and_swapped_letters_are_seen_through(
    corrections: Corrections, misspelt: str, expected: tuple[tuple[str, int], ...]
) -> None:
    assert corrections.of(misspelt) == expected


def test_the_closest_word_comes_first(corrections: Corrections) -> None:
    assert corrections.of("returnss") == (("returns", 1), ("return", 2))


@pytest.mark.parametrize(
    "other",
    [
        "defund",  # the first letter is hardly ever wrong
        "shoo",  # too short to tell
        "rxfxnd",  # too many letters are wrong
        "dxlxvxry",
        "",
        "1234567",
        "refund" * 100,
    ],
)
def test_other_words_stay_what_they_are(corrections: Corrections, other: str) -> None:
    assert corrections.of(other) == ()


def test_words_with_digits_and_short_ones_are_never_suggested() -> None:
    corrections = Corrections(["w1000234", "abcd", "a-series"])
    assert corrections.of("w1000235") == corrections.of("abcde") == corrections.of("aseries") == ()


def test_at_most_three_words_are_suggested() -> None:
    corrections = Corrections(["hatting", "halting", "hasting", "hafting"])
    found = corrections.of("hating")
    assert found == (("hafting", 1), ("halting", 1), ("hasting", 1))


@given(st.sets(st.text(LETTERS, min_size=5, max_size=7), max_size=30), st.text(LETTERS, max_size=9))
def test_what_is_suggested_is_known_begins_alike_and_is_close(known: set[str], word: str) -> None:
    for suggested, edits in Corrections(known).of(word):
        assert suggested in known
        assert suggested[0] == word[0]
        assert edits <= 2
        assert (edits == 0) == (suggested == word)


@given(st.text(LETTERS, min_size=6, max_size=12), st.data())
def test_every_word_with_one_letter_left_out_is_found(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    misspelt = word[:place] + word[place + 1 :]
    assert word in dict(Corrections([word]).of(misspelt))


def test_ordinary_words_are_many_and_in_lower_case() -> None:
    assert {"green", "anna", "where"} <= ordinary_words()
    assert all(word == word.lower().strip() for word in ordinary_words())
