"""Many shoppers who write at the same time, and do not give up when a server is away."""

import random
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from tests.conversations.servers import Servers

PATIENCE_S = 120.0


@dataclass
class Shopper:
    """One conversation: what was said and acknowledged, in order."""

    conversation_id: uuid.UUID
    said: list[tuple[uuid.UUID, str]] = field(default_factory=list)


class Crowd:
    """Shoppers that each say the same lines, a few of them at a time."""

    def __init__(self, servers: Servers, size: int, lines: Sequence[str], parallel: int) -> None:
        self._client = httpx.Client(
            base_url=servers.api_url,
            headers={"X-API-Key": servers.api_key},
            timeout=30,
            trust_env=False,
        )
        self._lines = lines
        self._pool = ThreadPoolExecutor(max_workers=parallel)
        self._shoppers = [self._pool.submit(self._shop) for _ in range(size)]

    def wait(self) -> list[Shopper]:
        return [shopper.result() for shopper in self._shoppers]

    def _shop(self) -> Shopper:
        opened = self._post("/conversations", {"customer_id": None, "channel": "web"})
        shopper = Shopper(uuid.UUID(opened["id"]))
        path = f"/conversations/{shopper.conversation_id}/messages"
        for text in self._lines:
            message = {"content": text, "sender_type": "customer", "sender_id": "shopper"}
            answer = self._post(path, message)
            shopper.said.append((uuid.UUID(answer["message_id"]), text))
            time.sleep(random.uniform(0, 0.2))
        return shopper

    def _post(self, path: str, content: dict[str, object]) -> dict[str, str]:
        """Send until it is acknowledged, always with the same key."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = self._client.post(path, json=content, headers=headers)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                assert answer.headers["Retry-After"]
                time.sleep(0.2)
                continue
            assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
            acknowledged: dict[str, str] = answer.json()
            return acknowledged
        raise AssertionError(f"{path} was not acknowledged within {PATIENCE_S:.0f} s")
