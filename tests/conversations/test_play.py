"""The report of a conversation that went another way."""

from tests.conversations.cases import Case, Expected, Turn
from tests.conversations.play import play
from tests.conversations.servers import Servers


def test_a_conversation_that_went_as_expected_has_no_report(servers: Servers) -> None:
    assert (
        play(Case("hello", [Turn("hello", said=[Expected(utter="utter_greet")])]), servers) is None
    )


def test_the_report_shows_what_was_missing_and_what_came_instead(servers: Servers) -> None:
    turn = Turn(
        "hello",
        said=[Expected(utter="utter_goodbye", text="*see you*")],
        not_said=["*"],
        slots={"order_number": "#W1000234"},
        rows=[("conversations", {"status": "escalated"}), ("messages", None)],
    )
    report = play(Case("hello", [turn]), servers)
    assert report is not None
    lines = report.splitlines()
    assert lines[0] == "  user: hello"
    assert "- bot:  utter_goodbye: *see you*" in lines
    assert any(line.startswith("+ bot:  utter_greet: ") for line in lines)
    assert "- bot says nothing like: *" in lines
    assert "- slot order_number: '#W1000234'" in lines
    assert "+ slot order_number: None" in lines
    assert "- database conversations: {'status': 'escalated'}" in lines
    assert "+ database conversations: {'status': 'active'}" in lines
    assert "- database messages: none" in lines


def test_something_said_beyond_what_was_expected_is_a_difference(servers: Servers) -> None:
    report = play(Case("hello", [Turn("hello")]), servers)
    assert report is not None
    assert "+ bot:  utter_greet: " in report


def test_more_may_follow_when_the_case_says_so(servers: Servers) -> None:
    assert play(Case("hello", [Turn("hello", more_may_follow=True)]), servers) is None
