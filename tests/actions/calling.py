"""Calls a running action server as Rasa does."""

import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.conversations.servers import Servers


@dataclass(frozen=True)
class Result:
    """What an action gave back."""

    responses: list[dict[str, Any]]
    events: list[dict[str, Any]]

    def said(self) -> list[str]:
        """Return the names of the responses."""
        return [response["response"] for response in self.responses]

    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    def next_action(self) -> str | None:
        return next((each["name"] for each in self.events if each["event"] == "followup"), None)


def heard(text: str, intent: str = "ask_question") -> dict[str, Any]:
    """Return the event of a customer's message."""
    parsed = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    return {"event": "user", "text": text, "timestamp": time.time(), "parse_data": parsed}


def done(action: str) -> dict[str, Any]:
    return {"event": "action", "name": action, "timestamp": time.time()}


def run_action(
    servers: Servers,
    action: str,
    *events: dict[str, Any],
    sender_id: str,
    slots: dict[str, Any] | None = None,
) -> Result:
    """Let the server run an action after these events, the latest message among them."""
    latest = [event for event in events if event["event"] == "user"][-1]
    tracker = {
        "sender_id": sender_id,
        "slots": slots or {},
        "latest_message": latest["parse_data"],
        "events": list(events),
        "active_loop": {},
    }
    answer = httpx.post(
        f"{servers.settings.servers.actions.base_url}/webhook",
        json={"next_action": action, "sender_id": sender_id, "tracker": tracker, "domain": {}},
        headers={"Authorization": f"Bearer {servers.secrets.service_token}"},
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Result(body["responses"], body["events"])
