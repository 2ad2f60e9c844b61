"""Numbers, units, addresses, codes and names that a sentence states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.answers.facts import bare_numbers, facts, names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It costs €5.00.", "It costs five euros."),
        ("It costs 5,90 €.", "It costs EUR 5.9 or 5.90 euro."),
        ("from 1,000 g", "from 1000 g"),
        ("10 % off", "ten percent off"),
        ("5\u20137 business days", "5 to 7 days"),
        ("the 2-year guarantee", "a guarantee of two years"),
        ("one working day", "1 day"),
        ("30kg", "30 kg"),
        ("+31 10 555 0142", "+31 10 5550142"),
        ("free of charge", "at no cost"),
    ],
)
def test_the_same_is_written_in_many_ways(one: str, other: str) -> None:
    found = facts(one)
    assert found
    assert found <= facts(other) | {"5.9"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 days", "5 weeks"),
        ("€5", "5 %"),
        ("5\u20137 days", "5 days"),
        ("€4.90", "€49"),
        ("14:00", "14 days"),
        ("help@juniper.example", "help@juniper.example.evil.com"),
        ("juniper.example/help", "juniper.example"),
        ("WELCOME10", "WELCOME20"),
        ("1 000 555 0142", "1 000 555 0143"),
        ("\u0665 days", "5 days"),
    ],
)
def test_what_is_not_the_same_is_told_apart(one: str, other: str) -> None:
    assert not facts(one) <= facts(other)


def test_times_and_amounts_with_to_between_them_are_two() -> None:
    assert facts("from 8:00 to 20:00") == {"8:00", "20:00"}
    assert facts("from €10 to €250") == {"10 €", "250 €"}


@pytest.mark.parametrize(
    "text", ["Choose this one or another one.", "Feel free to ask us.", "We ask e.g. you."]
)
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert facts(text) == frozenset()


def test_a_number_is_also_known_without_its_unit() -> None:
    assert bare_numbers(facts("30 days and €4.90")) == {"30", "4.9"}


def test_names_are_what_has_a_capital_within_a_sentence() -> None:
    text = "Pay with Klarna or iDEAL. Ask in Belgium: There we know. WELCOME is a code."
    assert names(text) == {"Klarna", "Belgium", "WELCOME"}


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert facts(text) <= facts(f"{text} ")
