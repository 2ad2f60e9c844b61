"""Rasa's doors on the real server: who may write, and who may read."""

import uuid

import httpx
import pytest

from aisle.access.tokens import issue_visitor_token
from tests.conversations.records import all_rows
from tests.conversations.servers import Servers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "webhooks/rest/webhook"),
        ("POST", "webhooks/rest/webhook?stream=true"),
        ("GET", "conversations/default/tracker"),
        ("POST", "conversations/default/tracker/events"),
        ("POST", "conversations/default/messages"),
        ("POST", "model/parse"),
        ("POST", "model/train"),
        ("PUT", "model"),
        ("DELETE", "model"),
        ("GET", "domain"),
    ],
)
def test_strangers_are_refused(servers: Servers, method: str, path: str) -> None:
    body = {"sender": "default", "message": "hello", "text": "hello"} if method == "POST" else None
    answer = httpx.request(method, servers.url + path, json=body, trust_env=False)
    assert answer.status_code == 401


def test_the_service_token_opens_rasas_own_api(servers: Servers) -> None:
    token = {"token": servers.secrets.service_token}
    answer = httpx.get(f"{servers.url}status", params=token, trust_env=False)
    assert answer.json()["model_file"]


def test_a_visitor_is_answered_in_the_tokens_conversation(servers: Servers) -> None:
    conversation_id, other = uuid.uuid4(), str(uuid.uuid4())
    token = issue_visitor_token(servers.secrets, conversation_id, 60)
    answer = httpx.post(
        f"{servers.url}webhooks/rest/webhook",
        json={"sender": other, "message": "where is my order #W1000234?"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )
    assert answer.json()[0]["recipient_id"] == str(conversation_id)
    with servers.database.reading() as session:
        assert len(all_rows(session, str(conversation_id), "messages")) > 1
        assert all_rows(session, other, "messages") == []


def test_other_web_pages_are_not_let_in(servers: Servers) -> None:
    headers = {"Origin": "https://evil.example"}
    answer = httpx.get(f"{servers.url}webhooks/rest/", headers=headers, trust_env=False)
    assert "Access-Control-Allow-Origin" not in answer.headers
