"""How many messages a second one API process accepts, and how long each takes.

    python -m benchmarks.api.accept [--rate 100] [--seconds 20] [--postgresql URL]

Accepted means stored for good; nothing answers here. Messages are due at even intervals,
whether or not earlier ones are through, and a message's time counts from when it was due. The
load runs on the same machine and takes its share of it.
"""

import argparse
import http.client
import json
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.api.installation import Api, running_api

SHOPPERS = 50
LEAD_S = 2.0
MESSAGE = json.dumps(
    {
        "content": "where is my order #W1000871?",
        "sender_type": "customer",
        "sender_id": "shopper",
    }
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=100, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_api(folder, arguments.postgresql) as api:
            load = _Load(api, arguments.rate, arguments.seconds)
            load.run()
    load.report()


class _Load:
    """Each shopper's messages are due one after the other, the shoppers' in turn."""

    def __init__(self, api: Api, rate: float, seconds: float) -> None:
        self._address = urlsplit(api.url).netloc
        self._headers = {"X-API-Key": api.key, "Content-Type": "application/json"}
        self._rate = rate
        self._seconds = seconds
        self._taken: list[float] = []
        self._failures = 0
        self._finished = 0.0

    def run(self) -> None:
        self._begins = time.perf_counter() + LEAD_S
        shoppers = [threading.Thread(target=self._shop, args=(n,)) for n in range(SHOPPERS)]
        for shopper in shoppers:
            shopper.start()
        for shopper in shoppers:
            shopper.join()
        self._finished = time.perf_counter()

    def report(self) -> None:
        percentiles = [1000 * value for value in statistics.quantiles(self._taken, n=100)]
        print(
            f"asked for {self._rate:g}/s: accepted "
            f"{len(self._taken) / (self._finished - self._begins):.1f}/s, "
            f"failures {self._failures}, median {percentiles[49]:.1f} ms, "
            f"p95 {percentiles[94]:.1f} ms, p99 {percentiles[98]:.1f} ms"
        )

    def _shop(self, number: int) -> None:
        connection = http.client.HTTPConnection(self._address)
        opened = self._post(connection, "/conversations", '{"customer_id": null, "channel": "web"}')
        path = f"/conversations/{json.loads(opened)['id']}/messages"
        due = self._begins + number / self._rate
        while due < self._begins + self._seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            self._post(connection, path, MESSAGE)
            self._taken.append(time.perf_counter() - due)
            due += SHOPPERS / self._rate

    def _post(self, connection: http.client.HTTPConnection, path: str, body: str) -> bytes:
        connection.request("POST", path, body.encode(), self._headers)
        response = connection.getresponse()
        content = response.read()
        self._failures += response.status >= 400
        return content


if __name__ == "__main__":
    main()
