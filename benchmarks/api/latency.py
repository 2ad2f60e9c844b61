"""What the whole path costs (API, inbox, Rasa, stream) beyond calling Rasa alone.

    python -m benchmarks.api.latency [--messages 200]

Needs a running installation (`make run`) on the settings of this environment. Both ways get
the same texts, turn by turn; the clock of the whole path runs from the request until the
first message of the bot arrives on the conversation's stream.
"""

import argparse
import json
import statistics
import threading
import time
import uuid
from queue import SimpleQueue

import httpx

from aisle.access.secrets import get_secrets
from aisle.settings import get_settings

TEXTS = ("hello", "how long does delivery take?", "thank you", "where is my order #W1000871?")
PER_CONVERSATION = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=200, help="of each way")
    arguments = parser.parse_args()
    rasa: list[float] = []
    whole: list[float] = []
    with httpx.Client(timeout=60, trust_env=False) as client:
        for start in range(0, arguments.messages, PER_CONVERSATION):
            visit = _Visit(client)
            sender = uuid.uuid4().hex
            for number in range(start, min(start + PER_CONVERSATION, arguments.messages)):
                text = TEXTS[number % len(TEXTS)]
                rasa.append(_ask_rasa(client, sender, text))
                whole.append(visit.ask(text))
    print(f"Rasa alone:     median {_median(rasa):.1f} ms, p95 {_p95(rasa):.1f} ms")
    print(f"the whole path: median {_median(whole):.1f} ms, p95 {_p95(whole):.1f} ms")
    added = [path - alone for path, alone in zip(whole, rasa, strict=True)]
    print(f"added, pair by pair: median {_median(added):.1f} ms")


def _ask_rasa(client: httpx.Client, sender: str, text: str) -> float:
    started = time.perf_counter()
    client.post(
        f"{get_settings().servers.rasa.base_url}/webhooks/rest/webhook",
        json={"sender": sender, "message": text},
        headers={"Authorization": f"Bearer {get_secrets().service_token}"},
    ).raise_for_status()
    return time.perf_counter() - started


class _Visit:
    """One conversation whose stream is open."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._api = get_settings().servers.api.base_url
        visitor = client.post(f"{self._api}/visitors", json={}).raise_for_status().json()
        self._headers = {"Authorization": f"Bearer {visitor['token']}"}
        self._url = f"{self._api}/conversations/{visitor['conversation_id']}"
        self._replies: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self._is_open = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        self._is_open.wait()

    def ask(self, text: str) -> float:
        new = {"content": text, "sender_type": "customer", "sender_id": "bench"}
        started = time.perf_counter()
        answer = self._client.post(f"{self._url}/messages", json=new, headers=self._headers)
        message_id = answer.raise_for_status().json()["message_id"]
        while True:
            answered, arrived = self._replies.get(timeout=30)
            if answered == message_id:
                return arrived - started

    def _read(self) -> None:
        with httpx.stream(
            "GET", f"{self._url}/stream", headers=self._headers, timeout=60, trust_env=False
        ) as stream:
            for line in stream.iter_lines():
                self._is_open.set()
                if line.startswith("data: ") and '"sender_type": "bot", "sender_id"' in line:
                    message = json.loads(line.removeprefix("data: "))
                    self._replies.put((message["in_reply_to"], time.perf_counter()))


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18] * 1000


if __name__ == "__main__":
    main()
