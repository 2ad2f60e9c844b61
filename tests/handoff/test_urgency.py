"""Danger and threats of legal action go to a human."""

import pytest

from aisle.handoff.urgency import needs_human_now


@pytest.mark.parametrize(
    "text",
    [
        "the power bank caught fire on my desk",
        "there is smoke coming out of the kettle",
        "I got an electric shock from the lamp",
        "my lawyer will contact you",
        "I'll take you to court over this",
        "he was injured by the chair",
    ],
)
def test_danger_and_legal_threats_are_noticed(text: str) -> None:
    assert needs_human_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "do you sell smoke alarms",
        "is the stove suitable for an open fire pit",
        "i want to issue a return",
        "the candle burns well",
        "where is my parcel",
    ],
)
def test_ordinary_questions_are_not(text: str) -> None:
    assert not needs_human_now(text)
