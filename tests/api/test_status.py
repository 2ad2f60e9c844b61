"""What each status of a conversation allows."""

import httpx
import pytest

from tests.api.acts import change, contents, open_conversation, problem, say

WAYS = {
    "active": {"active", "escalated", "resolved", "closed"},
    "escalated": {"active", "escalated", "resolved", "closed"},
    "resolved": {"active", "escalated", "resolved", "closed"},
    "closed": {"closed"},
}
SENDERS = {
    "active": {"customer", "bot", "system"},
    "escalated": {"customer", "agent", "system"},
    "resolved": {"customer", "system"},
    "closed": set(),
}


def in_status(shop: httpx.Client, status: str) -> str:
    conversation = open_conversation(shop)
    assert change(shop, conversation, status=status).json()["status"] == status
    return conversation


def status_of(shop: httpx.Client, conversation: str) -> str:
    return str(shop.get(f"/conversations/{conversation}").json()["status"])


@pytest.mark.parametrize("status", WAYS)
def test_a_status_leads_to_these_others(shop: httpx.Client, status: str) -> None:
    for wanted in WAYS:
        conversation = in_status(shop, status)
        response = change(shop, conversation, status=wanted)
        if wanted in WAYS[status]:
            assert response.json()["status"] == wanted
        else:
            assert wanted in problem(response, 409)["detail"]
            assert status_of(shop, conversation) == status


@pytest.mark.parametrize("status", SENDERS)
def test_a_status_lets_these_senders_write(shop: httpx.Client, status: str) -> None:
    for sender in ("customer", "bot", "agent", "system"):
        conversation = in_status(shop, status)
        response = say(shop, conversation, "hello", sender_type=sender, sender_id="somebody")
        if sender in SENDERS[status]:
            assert response.status_code == 200, response.text
            assert contents(shop, conversation) == ["hello"]
        else:
            assert sender in problem(response, 409)["detail"]
            assert contents(shop, conversation) == []


def test_a_customers_message_reopens_a_resolved_conversation(shop: httpx.Client) -> None:
    conversation = in_status(shop, "resolved")
    say(shop, conversation, "one more thing")
    assert status_of(shop, conversation) == "active"


def test_a_systems_message_leaves_a_resolved_conversation_resolved(shop: httpx.Client) -> None:
    conversation = in_status(shop, "resolved")
    say(shop, conversation, "rated 5", sender_type="system", message_type="system")
    assert status_of(shop, conversation) == "resolved"


def test_a_closed_conversation_says_what_to_do_instead(shop: httpx.Client) -> None:
    detail = problem(say(shop, in_status(shop, "closed")), 409)["detail"]
    assert "closed" in detail
    assert "open a new one" in detail
