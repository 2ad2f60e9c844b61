"""An installation of its own for tests: real servers, a real database, free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from aisle.cli.supervisor import START_TIMEOUT_S, Service, child_environment
from aisle.cli.up import VAR, rasa_url, services
from aisle.database.engine import Database, open_database
from aisle.settings import PROJECT_ROOT, load_settings

PRODUCTION = PROJECT_ROOT / "config" / "production.yaml"
ANSWER_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Servers:
    """Running servers, their database and the folder of their logs."""

    url: str
    database: Database
    logs: Path

    def say(self, sender_id: str, text: str) -> None:
        """Send a customer's message over REST; what the bot says is in the database."""
        # As ASCII, so that a text may hold what UTF-8 cannot: half of an emoji.
        answer = httpx.post(
            f"{self.url}webhooks/rest/webhook",
            content=json.dumps({"sender": sender_id, "message": text}),
            headers={"Content-Type": "application/json"},
            timeout=ANSWER_TIMEOUT_S,
            trust_env=False,
        )
        answer.raise_for_status()


@contextmanager
def running_servers(
    folder: Path,
    *,
    names: Sequence[str] = ("actions", "rasa"),
    commands: Sequence[Sequence[str]] = (("db", "upgrade"), ("seed",), ("index",)),
    postgresql: Mapping[str, str] | None = None,
) -> Iterator[Servers]:
    """Prepare a database with ``aisle`` commands, start the servers and stop them at the end.

    Args:
        folder: for the database file, the index and the logs.
        names: which of the installation's servers to start.
        commands: arguments of ``aisle`` to run before.
        postgresql: the ``POSTGRES_…`` variables of a database to use instead of a file.
    """
    environment = {
        "AISLE_SQLITE_PATH": str(folder / "aisle.db"),
        "AISLE_KNOWLEDGE_INDEX": str(folder / "knowledge.db"),
        "AISLE_RASA_PORT": str(_free_port()),
        "AISLE_ACTIONS_PORT": str(_free_port()),
        "AISLE_CONFIG": str(PRODUCTION) if postgresql else "",
        **(postgresql or {}),
    }
    settings = load_settings(PRODUCTION if postgresql else None, {**os.environ, **environment})
    for command in commands:
        _run_aisle(command, environment)
    with ExitStack() as stack:
        started = [
            stack.enter_context(_Server(service, environment, folder / f"{service.name}.log"))
            for service in services(settings)
            if service.name in names
        ]
        for server in started:
            server.wait_until_ready()
        stack.callback((VAR / f"endpoints-{settings.servers.actions.port}.yml").unlink, True)
        database = open_database(settings.database)
        stack.callback(database.dispose)
        yield Servers(rasa_url(settings), database, folder)


def _run_aisle(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "aisle.cli", *arguments],
        cwd=PROJECT_ROOT,
        env=child_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, f"aisle {' '.join(arguments)}: {finished.stderr}"


class _Server:
    def __init__(self, service: Service, environment: Mapping[str, str], log: Path) -> None:
        self._service = service
        self._log = log
        with log.open("w", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                service.command,
                cwd=PROJECT_ROOT,
                env=child_environment({**environment, **service.environment}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *_: object) -> None:
        # Each server leads a process group of its own, so this reaches nobody else's.
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_S)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"{self._service.name} stopped at once:\n{self._last_lines()}")
            with suppress(httpx.TransportError):
                answer = httpx.get(self._service.health_url, timeout=2, trust_env=False)
                if answer.status_code == httpx.codes.OK:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self._service.name} did not start:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
