"""The Redis of the compose file: its own command and health check, run by the real server."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.deploy.compose import services

PASSWORD = "5f2c" * 16

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


class Container:
    """The service's command, with its folders and port moved to where they are free."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._service = services()["redis"]
        self._moved = {"/tmp/": f"{folder}/", "--dir /data": f"--dir {folder} --port {port}"}
        self.environment = {"PATH": os.environ["PATH"], "REDISCLI_AUTH": PASSWORD}
        self.process = subprocess.Popen(
            [self._here(word) for word in self._service["command"]],
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )

    def is_healthy(self, **environment: str) -> bool:
        kind, command = self._service["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        moved = self._here(command).replace("redis-cli", f"redis-cli -p {self.port}")
        result = subprocess.run(
            ["sh", "-c", moved], env={**self.environment, **environment}, stderr=subprocess.DEVNULL
        )
        return result.returncode == 0

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + 10
        while not self.is_healthy():
            assert time.monotonic() < deadline, "Redis does not get healthy"
            time.sleep(0.1)

    def _here(self, text: str) -> str:
        text = text.replace("$$", "$")
        for inside, outside in self._moved.items():
            text = text.replace(inside, outside)
        return text


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    container = Container(tmp_path, port)
    try:
        container.wait_until_healthy()
        yield container
    finally:
        container.process.kill()
        container.process.wait()


def test_it_asks_for_the_password(container: Container) -> None:
    assert not container.is_healthy(REDISCLI_AUTH="")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=container.port).ping()
    assert redis.Redis(port=container.port, password=PASSWORD).ping()


def test_its_password_is_on_no_command_line(container: Container) -> None:
    shown = Path(f"/proc/{container.process.pid}/cmdline").read_text(encoding="utf-8")
    assert "redis-server" in shown
    assert PASSWORD not in shown


def test_it_stops_when_it_is_told_to(container: Container) -> None:
    container.process.send_signal(signal.SIGTERM)
    assert container.process.wait(timeout=10) == 0


def test_what_it_holds_is_there_again_after_a_restart(tmp_path: Path, container: Container) -> None:
    redis.Redis(port=container.port, password=PASSWORD).set("kept", "yes")
    container.process.terminate()
    container.process.wait(timeout=10)
    again = Container(tmp_path, container.port)
    try:
        again.wait_until_healthy()
        assert redis.Redis(port=again.port, password=PASSWORD).get("kept") == b"yes"
    finally:
        again.process.kill()
        again.process.wait()
