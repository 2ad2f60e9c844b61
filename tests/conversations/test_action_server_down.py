"""What a customer sees when the action server cannot be reached."""

import uuid
from collections.abc import Iterator

import pytest

from tests.conversations.records import all_rows, events_after
from tests.conversations.servers import Servers, running_servers


@pytest.fixture(scope="module")
def rasa_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("rasa_alone")
    with running_servers(folder, names=["rasa"], commands=[("db", "upgrade")]) as running:
        yield running


@pytest.mark.parametrize(
    "text",
    ["where is my order #W1000234?", "what does the desk lamp cost?", "do you ship to Norway?"],
)
def test_a_question_that_needs_the_action_server_gets_an_apology_and_a_human(
    rasa_alone: Servers, text: str
) -> None:
    sender_id = str(uuid.uuid4())
    rasa_alone.say(sender_id, text)
    assert _responses(rasa_alone, sender_id) == ["utter_technical_problem"]
    with rasa_alone.database.reading() as session:
        (conversation,) = all_rows(session, sender_id, "conversations")
        (handoff,) = all_rows(session, sender_id, "handoffs")
    assert conversation.status == "escalated"
    assert handoff.reason == "technical_problem"
    assert handoff.status == "waiting"
    assert text in handoff.summary


def test_the_apology_is_said_once_and_then_a_human_has_the_conversation(
    rasa_alone: Servers,
) -> None:
    sender_id = str(uuid.uuid4())
    rasa_alone.say(sender_id, "where is my order #W1000234?")
    rasa_alone.say(sender_id, "hello?")
    rasa_alone.say(sender_id, "where is my order #W1000234?")
    assert _responses(rasa_alone, sender_id) == ["utter_technical_problem"]
    with rasa_alone.database.reading() as session:
        assert len(all_rows(session, sender_id, "handoffs")) == 1


def test_what_needs_no_action_server_is_still_answered(rasa_alone: Servers) -> None:
    sender_id = str(uuid.uuid4())
    rasa_alone.say(sender_id, "hello")
    assert _responses(rasa_alone, sender_id) == ["utter_greet"]


def _responses(servers: Servers, sender_id: str) -> list[str | None]:
    with servers.database.reading() as session:
        events = [event.data for event in events_after(session, sender_id, 0)]
    return [event["metadata"].get("utter_action") for event in events if event["event"] == "bot"]
