"""Sentences of a model and what they cite, in whatever pieces they come."""

from collections.abc import Iterator
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.answers.sentences import Sentence, sentences


def read(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.citations) for sentence in sentences([text])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is free [1]. It is quick [2].", [("It is free.", (1,)), ("It is quick.", (2,))]),
        ("It is free. [1] It is quick. [2]", [("It is free.", (1,)), ("It is quick.", (2,))]),
        ("It is free.[1][3] Hurry!", [("It is free.", (1, 3)), ("Hurry!", ())]),
        ("It is free [1, 3]. Hurry! [ 2 ]", [("It is free.", (1, 3)), ("Hurry!", (2,))]),
        ("It is free [1] It is quick [2].", [("It is free", (1,)), ("It is quick.", (2,))]),
        ("Why? [1]\nBecause…\n[2]", [("Why?", (1,)), ("Because…", (2,))]),
        ('He said "no." [1] I left.', [('He said "no."', (1,)), ("I left.", ())]),
        ("Twice [1], in one [1].", [("Twice, in one.", (1,))]),
    ],
)
def test_citations_belong_to_the_sentence_before_them(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It costs €5.95 from 1.000 pieces.",
        "Pay with e.g. PayPal or i.e. Klarna, approx. 5 days.",
        "See no. 5 of the list.",
        "Write to help@juniper.example or juniper.example, please.",
        "Come at 9 a.m. Monday to Friday.",
        "Ask Dr. Smith, Mr. Jones and Juniper & Co. Rotterdam.",
        "It is v2.0.1 etc. and more.",
    ],
)
def test_not_every_full_stop_ends_a_sentence(text: str) -> None:
    assert read(text) == [(text, ())]


def test_what_was_cut_off_is_known_to_be() -> None:
    whole, cut = sentences(["It is free [1]. You can return it within 30 days [1] unl"])
    assert whole.complete
    assert not cut.complete
    assert [sentence.complete for sentence in sentences(["It is free [1"])] == [False]
    assert list(sentences([" ", "\n"])) == []


def test_list_marks_and_emphasis_are_taken_off() -> None:
    text = "- **Belgium**: `€4.90` [1]\n- __Norway__: *€12.90* [1]\n# The end [2].\n"
    assert read(text) == [
        ("Belgium: €4.90", (1,)),
        ("Norway: €12.90", (1,)),
        ("The end.", (2,)),
    ]


def test_a_sentence_comes_when_the_next_one_begins() -> None:
    taken = []

    def pieces() -> Iterator[str]:
        for piece in ("It is fr", "ee. ", "[1", "] ", "It", " is quick."):
            taken.append(piece)
            yield piece

    assert next(sentences(pieces())) == Sentence("It is free.", (1,))
    assert taken[-1] == "It"


def test_what_is_too_long_is_not_complete() -> None:
    long, short = sentences(["word " * 120 + "[1]. ", "Yes [1]."])
    assert not long.complete
    assert short == Sentence("Yes.", (1,))


@pytest.mark.parametrize("part", ["a", "a.", "a ", "[1]", "\n", " ", "*", '."', "e.g. A"])
def test_a_text_without_an_end_takes_no_time(part: str) -> None:
    started = perf_counter()
    for sentence in sentences(part for _ in range(10_000)):
        assert len(sentence.text) < 1_100
    assert perf_counter() - started < 2


@given(st.data())
def test_it_does_not_matter_where_the_pieces_are_cut(data: st.DataObject) -> None:
    text = "Free from €60.00 [1]. Ask e.g. us!\nReally? [2, 3] Yes.\n- One [1]\n- Two [2]. "
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    assert list(sentences(text[a:b] for a, b in pairwise(cuts))) == list(sentences([text]))


@given(st.lists(st.text(alphabet="aB.[]1,? \n*", max_size=20), max_size=8))
def test_no_text_breaks_it(pieces: list[str]) -> None:
    for sentence in sentences(pieces):
        assert sentence.text == sentence.text.strip() != ""
