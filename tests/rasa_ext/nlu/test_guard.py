"""What a customer types reaches understanding as plain words."""

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
    assert readable("w" * 10_000) == "w" * LONGEST_TEXT


def test_ten_thousand_open_brackets_are_no_trouble() -> None:
    assert len(readable("<a" * 5_000)) == LONGEST_TEXT


def test_the_message_carries_what_was_read() -> None:
    messages = MessageGuard().process([Message({"text": "/greet"}), Message({})])
    assert [message.get("text") for message in messages] == ["greet", ""]
