"""Every channel writes the same conversations, and what is said on one is seen on the others."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from aisle.conversations.service import ConversationService
from aisle.handoff.service import change_status
from tests.conftest import NewInstallation
from tests.conversations.servers import Servers, running_servers


@dataclass
class Visitor:
    """A visitor with a token, who writes over Rasa's REST channel and reads the API's stream."""

    servers: Servers
    conversation_id: uuid.UUID
    headers: dict[str, str]

    def say_to_rasa(self, text: str, sender: str = "somebody else") -> httpx.Response:
        return httpx.post(
            f"{self.servers.url}webhooks/rest/webhook",
            json={"sender": sender, "message": text},
            headers=self.headers,
            timeout=30,
            trust_env=False,
        )

    def say_to_api(self, text: str) -> list[str]:
        answer = httpx.post(
            f"{self.servers.api_url}/conversations/{self.conversation_id}/messages?wait=30",
            json={"content": text, "sender_type": "customer", "sender_id": "v"},
            headers=self.headers,
            timeout=40,
            trust_env=False,
        )
        return [reply["content"] for reply in answer.raise_for_status().json()["replies"]]

    def read_stream(self, count: int) -> list[tuple[str, str]]:
        """Return who said what, once so many messages are there."""
        url = f"{self.servers.api_url}/conversations/{self.conversation_id}/stream"
        said: list[tuple[str, str]] = []
        with httpx.stream("GET", url, headers=self.headers, timeout=30, trust_env=False) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: ") and "content" in line:
                    message = json.loads(line.removeprefix("data: "))
                    said.append((message["sender_type"], message["content"]))
                if len(said) == count:
                    return said
        raise AssertionError(f"The stream ended after {said}")

    def become(self, status: str) -> None:
        with self.servers.database.transaction() as session:
            found = ConversationService(session).lock_conversation(self.conversation_id)
            change_status(session, found, status)


@pytest.fixture(scope="module")
def servers(new_installation: NewInstallation) -> Iterator[Servers]:
    folder, names = new_installation("channels"), ("actions", "rasa", "api")
    with running_servers(folder, names=names, commands=[("seed",)]) as running:
        yield running


@pytest.fixture
def visitor(servers: Servers) -> Visitor:
    opened = httpx.post(f"{servers.api_url}/visitors", json={}, trust_env=False).json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    return Visitor(servers, uuid.UUID(opened["conversation_id"]), headers)


def test_what_is_said_over_rasas_rest_channel_is_on_the_stream(visitor: Visitor) -> None:
    (greeting,) = visitor.say_to_rasa("hello").json()
    again = visitor.say_to_api("i want to talk to a human")
    assert visitor.read_stream(4) == [
        ("customer", "hello"),
        ("bot", greeting["text"]),
        ("customer", "i want to talk to a human"),
        ("bot", again[0]),
    ]


def test_a_token_writes_into_its_own_conversation_whatever_sender_is_named(
    visitor: Visitor, servers: Servers
) -> None:
    other = httpx.post(f"{servers.api_url}/visitors", json={}, trust_env=False).json()
    visitor.say_to_rasa("hello", sender=other["conversation_id"])
    with servers.database.reading() as session:
        service = ConversationService(session)
        assert service.get_conversation(uuid.UUID(other["conversation_id"])).message_count == 0
        assert service.get_conversation(visitor.conversation_id).message_count == 2


def test_without_a_token_rasas_channel_takes_nothing(visitor: Visitor) -> None:
    visitor.headers = {}
    refused = visitor.say_to_rasa("hello", sender=str(visitor.conversation_id))
    assert refused.status_code == 401


def test_a_closed_conversation_takes_no_message_on_any_channel(visitor: Visitor) -> None:
    visitor.become("closed")
    assert visitor.say_to_rasa("hello?").status_code == 409


def test_a_resolved_conversation_is_opened_again_on_any_channel(visitor: Visitor) -> None:
    visitor.say_to_rasa("hello")
    visitor.become("resolved")
    assert visitor.say_to_rasa("hello again").json()
    with visitor.servers.database.reading() as session:
        found = ConversationService(session).get_conversation(visitor.conversation_id)
        assert found.status == "active"


def test_the_bot_is_silent_while_a_human_has_the_conversation_and_understands_all_the_same(
    visitor: Visitor,
) -> None:
    visitor.say_to_api("hello")
    visitor.become("escalated")
    assert visitor.say_to_api("where is my order #W1000871?") == []
    visitor.become("active")
    assert visitor.say_to_api("hello") != []
    messages = httpx.get(
        f"{visitor.servers.api_url}/conversations/{visitor.conversation_id}/messages",
        headers={"X-API-Key": visitor.servers.api_key},
        trust_env=False,
    ).json()["items"]
    understood = next(message for message in messages if "W1000871" in message["content"])
    assert understood["intent"] == "track_order"


def test_a_file_without_a_word_is_acknowledged(visitor: Visitor) -> None:
    url = f"{visitor.servers.api_url}/conversations/{visitor.conversation_id}"
    uploaded = httpx.post(
        f"{url}/attachments",
        files={"file": ("receipt.txt", b"1 desk lamp", "text/plain")},
        headers=visitor.headers,
        trust_env=False,
    ).json()
    answer = httpx.post(
        f"{url}/messages?wait=30",
        json={
            "content": uploaded["name"],
            "sender_type": "customer",
            "sender_id": "v",
            "message_type": "file",
            "attachment_id": uploaded["id"],
        },
        headers=visitor.headers,
        timeout=40,
        trust_env=False,
    ).json()
    (reply,) = answer["replies"]
    assert "got your file" in reply["content"]
