"""What callers of the API do in many tests."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jwt

from tests.api.serving import JWT_SECRET, Api


def open_conversation(shop: httpx.Client, channel: str = "web", **fields: Any) -> str:
    """Return the id of a new conversation."""
    response = shop.post("/conversations", json={"channel": channel, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def say(
    client: httpx.Client,
    conversation_id: str,
    content: str = "hello",
    *,
    params: dict[str, Any] | None = None,
    key: str | None = None,
    **fields: Any,
) -> httpx.Response:
    """Post a message; it is a customer's unless ``fields`` say otherwise."""
    message = {"content": content, "sender_type": "customer", "sender_id": "mia", **fields}
    headers = {"Idempotency-Key": key} if key else {}
    url = f"/conversations/{conversation_id}/messages"
    return client.post(url, json=message, params=params, headers=headers)


def messages(client: httpx.Client, conversation_id: str, **params: Any) -> list[dict[str, Any]]:
    response = client.get(f"/conversations/{conversation_id}/messages", params=params)
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


def contents(client: httpx.Client, conversation_id: str) -> list[str]:
    return [message["content"] for message in messages(client, conversation_id)]


def change(shop: httpx.Client, conversation_id: str, **wanted: str) -> httpx.Response:
    return shop.patch(f"/conversations/{conversation_id}", json=wanted)


def new_visitor(api: Api) -> tuple[httpx.Client, str]:
    """Return a visitor's client and the id of the visitor's conversation."""
    with api.client() as anybody:
        created = anybody.post("/visitors", json={}).json()
    return api.client(Authorization=f"Bearer {created['token']}"), created["conversation_id"]


def signed(secret: str = JWT_SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Return a token as the shop's server signs it: by default a server's, for a minute."""
    usual = {"iss": "shop", "aud": "aisle", "scope": "server", "exp": int(time.time()) + 60}
    kept = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:12]}"


def at_once(request: Any, times: int = 5) -> list[httpx.Response]:
    """Return the answers to the same request, sent several times at the same moment."""
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(request) for _ in range(times)]]


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem document (RFC 9457) that the answer has to be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert all(isinstance(document[name], str) and document[name] for name in ("title", "detail"))
    return document


def fields_in(document: dict[str, Any]) -> set[str]:
    """Return the fields that a problem document finds fault with."""
    return {error["field"] for error in document["errors"]}
