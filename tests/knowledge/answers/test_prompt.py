"""What leaves the house."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.answers.prompt import RULES, messages, without_personal_data
from aisle.knowledge.answers.sources import Source

SOURCE = Source(1, "Returns", "How long?", "30 days. Call +31 10 555 0142.", "https://x.example/1")


def test_rules_and_data_are_apart(returns: Sequence[Source]) -> None:
    system, user = messages("how long?", returns)
    assert system == {"role": "system", "content": RULES}
    assert user["role"] == "user"
    data = json.loads(user["content"])
    assert data["question"] == "how long?"
    assert [passage["number"] for passage in data["passages"]] == [1, 2, 3]
    assert data["passages"][0]["text"] == returns[0].text
    assert data["passages"][0].keys() == {"number", "title", "heading", "text"}


@given(st.text(max_size=300))
def test_no_question_or_passage_breaks_out_of_its_place(text: str) -> None:
    source = Source(1, text, text, text, "")
    system, user = messages(text, [source])
    data = json.loads(user["content"])
    assert data.keys() == {"passages", "question"}
    assert data["passages"] == [{"number": 1, "title": text, "heading": text, "text": text}]
    assert system["content"] == RULES
    assert "<" not in user["content"]
    assert "\n" not in user["content"]


def test_half_an_emoji_can_be_sent() -> None:
    messages("\ud83d how long?\x00", [SOURCE])[1]["content"].encode()


@pytest.mark.parametrize(
    "personal",
    [
        "anna.smith+shop@mail.example.org", "#W1234567", "w1234567", "1234567", "order:1234567",
        "no.1234567", "(020)1234567", "+31 6 1234 5678", "+31 (0)10 555 0142", "06/12345678",
        "4111 1111 1111 1111", "4111-1111-1111-1111", "NL91ABNA0417164300",
    ],
)  # fmt: skip
def test_addresses_and_long_numbers_stay_at_home(personal: str) -> None:
    sent = messages(f"hi, my order {personal} has not come", [SOURCE])[1]["content"]
    question = json.loads(sent)["question"]
    assert question.startswith("hi, my order ")
    assert question.endswith(" has not come")
    assert personal not in question
    assert sum(character.isdigit() for character in question) < 7


def test_short_numbers_and_the_shops_own_telephone_are_kept() -> None:
    text = "is it free from 60 euros in 14 days at 14:00?"
    assert without_personal_data(text) == text
    assert "+31 10 555 0142" in messages(text, [SOURCE])[1]["content"]


def test_a_very_long_question_is_cut_after_its_personal_data_is_out() -> None:
    sent = without_personal_data("x " * 496 + "a@mail.example " * 50)
    assert len(sent) == 1_000
    assert "@" not in sent
