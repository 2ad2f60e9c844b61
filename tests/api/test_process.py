"""``python -m aisle.api`` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from aisle.database.engine import database_at
from aisle.database.migrate import upgrade
from aisle.settings import PROJECT_ROOT
from tests.api.acts import contents, open_conversation, say
from tests.api.serving import API_KEY, SECRETS
from tests.api.streaming import next_messages, next_of, stream


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    database = database_at(f"sqlite:///{tmp_path / 'test.db'}")
    upgrade(database)
    database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if "AISLE" not in name}
    return {
        **inherited,
        **SECRETS,
        "AISLE_SQLITE_PATH": str(tmp_path / "test.db"),
        "AISLE_ATTACHMENTS": str(tmp_path / "attachments"),
        "AISLE_API_PORT": str(port),
    }


@pytest.fixture
def process(environment: dict[str, str], tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "aisle.api"],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        yield process
        process.kill()
        process.wait()


@pytest.fixture
def shop(process: "subprocess.Popen[bytes]", environment: dict[str, str]) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{environment['AISLE_API_PORT']}"
    with httpx.Client(base_url=url, headers={"X-API-Key": API_KEY}, timeout=30) as client:
        _wait_for(client, process)
        yield client


def _wait_for(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "the server has stopped"
        try:
            client.get("/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def test_the_server_starts_serves_and_stops_in_the_middle_of_a_stream(
    process: "subprocess.Popen[bytes]", shop: httpx.Client, tmp_path: Path
) -> None:
    conversation = open_conversation(shop, initial_message="the code word is marigold")
    with stream(shop, conversation) as events:
        next_of("status", events)
        say(shop, conversation, "two")
        assert next_messages(events, 1) == ["two"]
        process.send_signal(signal.SIGTERM)
        assert [event.kind for event in events if event.kind != "comment"] == []
    assert process.wait(30) in (0, -signal.SIGTERM)
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert not any(secret in log for secret in ("marigold", API_KEY))


def test_what_was_acknowledged_survives_a_kill(
    process: "subprocess.Popen[bytes]", shop: httpx.Client, environment: dict[str, str]
) -> None:
    conversation = open_conversation(shop)
    assert say(shop, conversation, "kept").status_code == 200
    process.kill()
    process.wait()
    again = subprocess.Popen([sys.executable, "-m", "aisle.api"], cwd=PROJECT_ROOT, env=environment)
    try:
        _wait_for(shop, again)
        assert contents(shop, conversation) == ["kept"]
    finally:
        again.terminate()
        again.wait()
