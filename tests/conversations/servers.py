"""An installation of its own for tests: real servers, a real database, free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from aisle.access.secrets import Secrets, load_secrets
from aisle.cli.supervisor import START_TIMEOUT_S, Service, child_environment
from aisle.cli.up import services
from aisle.database.engine import Database, open_database
from aisle.settings import PROJECT_ROOT, Settings, load_settings
from tests.conversations.shop_rows import ShopRows

ANSWER_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Servers:
    """Running servers, their database and the folder of their logs."""

    running: "Mapping[str, _Server]"
    settings: Settings
    secrets: Secrets
    database: Database
    shop: ShopRows
    """The shop as it was prepared."""
    logs: Path

    @property
    def mails(self) -> Path:
        """The folder of the mails that were sent."""
        return self.logs / "mail"

    @property
    def url(self) -> str:
        """Address of the Rasa server, with a slash at its end."""
        return f"{self.settings.servers.rasa.base_url}/"

    @property
    def api_url(self) -> str:
        """Address of the API, without a slash at its end."""
        return self.settings.servers.api.base_url

    @property
    def api_key(self) -> str:
        return self.secrets.api_keys[0]

    def say(self, sender_id: str, text: str) -> None:
        """Send a customer's message over REST; what the bot says is in the database."""
        # As ASCII, so that a text may hold what UTF-8 cannot: half of an emoji.
        answer = httpx.post(
            f"{self.url}webhooks/rest/webhook",
            content=json.dumps({"sender": sender_id, "message": text}),
            headers={
                "Authorization": f"Bearer {self.secrets.service_token}",
                "Content-Type": "application/json",
            },
            timeout=ANSWER_TIMEOUT_S,
            trust_env=False,
        )
        answer.raise_for_status()

    def kill(self, name: str) -> None:
        """End a server without giving it time for anything (kill -9)."""
        self.running[name].kill()

    def start(self, name: str) -> None:
        """Start a server again, with the address it had, and wait until it is ready."""
        self.running[name].start()
        self.running[name].wait_until_ready()


@contextmanager
def running_servers(
    folder: Path,
    *,
    names: Sequence[str] = ("actions", "rasa"),
    commands: Sequence[Sequence[str]] = (("db", "upgrade"), ("seed",), ("index",)),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Servers]:
    """Prepare a database with ``aisle`` commands, start the servers and stop them at the end.

    Args:
        folder: for the database file, the index, attachments, mails, secrets and the logs.
        names: which servers to start: actions, rasa, api. A name that comes again is a
            further server on a port of its own, "rasa-2".
        commands: arguments of ``aisle`` to run before.
        environment: variables that differ, such as ``AISLE_CONFIG`` and what it needs.
    """
    variables = {**_own(folder), **(environment or {})}
    settings = _settings(variables)
    _prepare(commands, variables)
    with ExitStack() as stack:
        running = {
            server.name: stack.enter_context(server)
            for server in _servers(names, variables, folder)
        }
        for server in running.values():
            server.wait_until_ready()
        database = open_database(settings.database)
        stack.callback(database.dispose)
        known = load_secrets(settings.security)
        yield Servers(running, settings, known, database, ShopRows(database), folder)
        for server in running.values():  # all at once, because some take seconds
            server.ask_to_stop()


def prepare(folder: Path, commands: Sequence[Sequence[str]]) -> None:
    """Run ``aisle`` commands; a copy of the folder can be the beginning of an installation."""
    _prepare(commands, _own(folder))


def _prepare(commands: Sequence[Sequence[str]], variables: Mapping[str, str]) -> None:
    for command in commands:
        _run_aisle(command, variables)


def _own(folder: Path) -> dict[str, str]:
    return {
        "AISLE_CONFIG": "",
        "AISLE_SQLITE_PATH": str(folder / "aisle.db"),
        "AISLE_KNOWLEDGE_INDEX": str(folder / "knowledge.db"),
        "AISLE_SECRETS_FILE": str(folder / "secrets.json"),
        "AISLE_ATTACHMENTS": str(folder / "attachments"),
        "AISLE_MAIL": str(folder / "mail"),
        "AISLE_API_PORT": str(_free_port()),
        "AISLE_RASA_PORT": str(_free_port()),
        "AISLE_ACTIONS_PORT": str(_free_port()),
    }


def _settings(variables: Mapping[str, str]) -> Settings:
    chosen = variables["AISLE_CONFIG"]
    overlay = PROJECT_ROOT / chosen if chosen else None
    return load_settings(overlay, {**os.environ, **variables})


def _servers(
    names: Sequence[str], variables: Mapping[str, str], folder: Path
) -> "Iterator[_Server]":
    started: Counter[str] = Counter()
    for kind in sorted(names, key=("actions", "rasa", "api").index):
        started[kind] += 1
        name, own = kind, dict(variables)
        if started[kind] > 1:
            name = f"{kind}-{started[kind]}"
            own[f"AISLE_{kind.upper()}_PORT"] = str(_free_port())
        service = next(found for found in services(_settings(own)) if found.name == kind)
        yield _Server(name, service, own, folder / f"{name}.log")


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
    def __init__(
        self, name: str, service: Service, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self._service = service
        self._environment = child_environment({**environment, **service.environment})
        self._log = log

    def start(self) -> None:
        with self._log.open("a", encoding="utf-8") as output:
            self._process = subprocess.Popen(
                self._service.command,
                cwd=PROJECT_ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait(STOP_TIMEOUT_S)

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM)

    def __enter__(self) -> "_Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_S)

    def _signal(self, number: signal.Signals) -> None:
        # Each server leads a process group of its own, so this reaches nobody else's.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"{self.name} stopped at once:\n{self._last_lines()}")
            with suppress(httpx.TransportError):
                answer = httpx.get(self._service.health_url, timeout=2, trust_env=False)
                if answer.status_code == httpx.codes.OK:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not start:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
