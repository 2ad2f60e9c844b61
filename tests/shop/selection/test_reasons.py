"""Why somebody cancels."""

import pytest

from aisle.shop.policies.changes import CancelReason
from aisle.shop.selection.reasons import read_reason


@pytest.mark.parametrize(
    "text",
    [
        "I don't need it any more",
        "i dont really need it",
        "changed my mind",
        "found it cheaper elsewhere",
        "no longer neded",
        "it wasn't a mistake, I just don't want it",
        "the first",
    ],
)
def test_no_longer_needed(text: str) -> None:
    assert read_reason(text) is CancelReason.NO_LONGER_NEEDED


@pytest.mark.parametrize(
    "text",
    [
        "by mistake",
        "mistke",
        "I accidentaly ordered it",
        "ordered twice",
        "it's the wrong one",
        "I didn't mean to order that",
        "the second",
    ],
)
def test_ordered_by_mistake(text: str) -> None:
    assert read_reason(text) is CancelReason.ORDERED_BY_MISTAKE


@pytest.mark.parametrize(
    "text", ["cancel my order", "yes", "why do you ask?", "the second lamp", ""]
)
def test_no_reason(text: str) -> None:
    assert read_reason(text) is None
