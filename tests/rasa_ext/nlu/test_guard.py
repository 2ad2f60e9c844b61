"""What a customer types reaches understanding as plain words."""

from time import perf_counter

import pytest
from rasa.shared.nlu.training_data.message import Message

from aisle.rasa_ext.nlu.guard import LONGEST_TEXT, MessageGuard, readable


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("where is my order", "where is my order"),
        ('/track_order{"order_number": "#W1"}', 'track_order{"order_number": "#W1"}'),
        (" //restart", "restart"),
        ("<p>/restart</p>", "restart"),
        ("&#47;restart", "restart"),
        ("<b>cancel</b> my <i>order</i>", "cancel  my  order"),
        ("<script>alert(1)</script>hello", "alert(1) hello"),
        ("is 3 < 4 and 5 > 4", "is 3 < 4 and 5 > 4"),
        ("salt &amp; pepper", "salt & pepper"),
        ("😡😡", "😡😡"),
        ("", ""),
        ("   ", ""),
        ("/", ""),
    ],
)
def test_text_is_read_without_slashes_and_markup(typed: str, read: str) -> None:
    assert readable(typed) == read


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    words = " ".join(str(number) for number in range(10_000))
    assert readable(words) == words[:LONGEST_TEXT].strip()


def test_repetition_is_read_once() -> None:
    assert readable("w" * 10_000) == "www"
    assert len(readable("where is my order? " * 500)) < 60


@pytest.mark.parametrize("text", ["<a" * 5_000, "a b" * 5_000, "<" * 10_000, "ab" * 5_000])
def test_no_text_takes_long_to_read(text: str) -> None:
    began = perf_counter()
    assert len(readable(text)) <= LONGEST_TEXT
    assert perf_counter() - began < 0.5


def test_the_message_carries_what_was_read() -> None:
    messages = MessageGuard().process([Message({"text": "/greet"}), Message({})])
    assert [message.get("text") for message in messages] == ["greet", ""]
