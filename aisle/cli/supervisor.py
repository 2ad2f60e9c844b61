"""Runs several processes as one group: they start, work and stop together."""

import os
import queue
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from aisle.cli.errors import CommandError
from aisle.settings import PROJECT_ROOT

START_TIMEOUT_S = 180.0
GRACE_S = 10.0
HEALTH_INTERVAL_S = 0.25
DRAIN_S = 2.0
LAST_LINES = 15

WriteLine = Callable[[str, str], None]
"""Takes the name of the process and one line of its output."""


@dataclass(frozen=True)
class Service:
    """A process to run. It is ready when ``health_url`` answers 200."""

    name: str
    command: Sequence[str]
    health_url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    fatal_output: Sequence[str] = ()
    """Text in a line of output that means: it answers, but cannot do its work."""


class _Child:
    def __init__(self, service: Service) -> None:
        self.service = service
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self.healthy = False
        self.process = subprocess.Popen(
            service.command,
            cwd=PROJECT_ROOT,
            env=child_environment(service.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.output: IO[str] = self.process.stdout

    def signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def last_lines_text(self) -> str:
        if not self.last_lines:
            return "It wrote nothing."
        return "Its last lines:\n" + "\n".join(f"  {line}" for line in self.last_lines)


class _StopRequested(Exception):
    pass


class Supervisor:
    """Starts services, waits until all are healthy and stops all when one ends."""

    def __init__(
        self,
        services: Sequence[Service],
        write_line: WriteLine,
        start_timeout: float = START_TIMEOUT_S,
        grace: float = GRACE_S,
    ) -> None:
        """``start_timeout`` and ``grace`` (between SIGTERM and SIGKILL) are in seconds."""
        self._services = services
        self._write_line = write_line
        self._start_timeout = start_timeout
        self._grace = grace
        self._children: list[_Child] = []
        self._lines: queue.SimpleQueue[tuple[_Child, str]] = queue.SimpleQueue()
        self._stop_signals = 0

    def run(self, on_ready: Callable[[float], None]) -> None:
        """Run until Ctrl-C, SIGTERM or SIGHUP; ``on_ready`` gets the seconds it took.

        Raises:
            CommandError: a port is taken, or a service ended, did not become
                healthy in time or cannot do its work. All are stopped by then.
        """
        for service in self._services:
            _refuse_taken_port(service)
        with self._stop_signals_noted():
            try:
                started = time.monotonic()
                for service in self._services:
                    self._start(service)
                self._wait_until_healthy(started)
                on_ready(time.monotonic() - started)
                while True:
                    self._watch()
            except _StopRequested:
                pass
            finally:
                # Whoever read our output may be gone; the children must stop all the same.
                self._write_line = _forgiving(self._write_line)
                self._stop_all()

    def _start(self, service: Service) -> None:
        try:
            child = _Child(service)
        except OSError as error:
            raise CommandError(f"{service.name} cannot be started: {error}") from error
        self._children.append(child)
        threading.Thread(target=self._read, args=(child,), daemon=True).start()
        self._write_line("aisle", f"{service.name} starts (pid {child.process.pid})")

    def _read(self, child: _Child) -> None:
        for line in child.output:
            stripped = line.rstrip("\n")
            child.last_lines.append(stripped)
            self._lines.put((child, stripped))

    def _wait_until_healthy(self, started: float) -> None:
        next_look = started
        while waiting := [child for child in self._children if not child.healthy]:
            self._watch()
            now = time.monotonic()
            if now < next_look:
                continue
            next_look = now + HEALTH_INTERVAL_S
            for child in waiting:
                child.healthy = _answers(child.service.health_url)
                if child.healthy:
                    self._write_line("aisle", f"{child.service.name} is ready")
            late = next((child for child in waiting if not child.healthy), None)
            if late is not None and now - started > self._start_timeout:
                raise CommandError(
                    f"{late.service.name} did not answer at {late.service.health_url} within "
                    f"{self._start_timeout:.0f} s. {late.last_lines_text()}"
                )

    def _watch(self) -> None:
        """Pass output on for a moment; raise when the group has to stop."""
        line = self._pass_on_line()
        if self._stop_signals:
            raise _StopRequested
        if line is not None:
            _refuse_fatal_line(*line)
        for child in self._children:
            if child.process.poll() is not None:
                self._drain()
                raise CommandError(
                    f"{child.service.name} stopped {_how(child.process.returncode)}. "
                    f"{child.last_lines_text()}"
                )

    def _pass_on_line(self, timeout: float = 0.1) -> tuple[_Child, str] | None:
        try:
            child, line = self._lines.get(timeout=timeout)
        except queue.Empty:
            return None
        self._write_line(child.service.name, line)
        return child, line

    def _drain(self) -> None:
        """Pass on what was written until now; a living process may write on and on."""
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline and self._pass_on_line(timeout=0.2) is not None:
            pass

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            self._stop(child)
        self._drain()

    def _stop(self, child: _Child) -> None:
        if child.process.poll() is None:
            self._write_line("aisle", f"{child.service.name} stops")
            child.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        while child.process.poll() is None:
            self._pass_on_line()
            if time.monotonic() > deadline or self._stop_signals > 1:
                self._write_line("aisle", f"{child.service.name} does not stop and is killed")
                break
        # Also ends what the process may have left behind in its group.
        child.signal_group(signal.SIGKILL)
        child.process.wait()

    @contextmanager
    def _stop_signals_noted(self) -> Iterator[None]:
        def note(_number: int, _frame: object) -> None:
            self._stop_signals += 1

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        previous = {number: signal.signal(number, note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _forgiving(write_line: WriteLine) -> WriteLine:
    def write(name: str, line: str) -> None:
        with suppress(OSError):
            write_line(name, line)

    return write


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment as the processes it starts should see it."""
    quieter = {
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    fixed = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1"}
    return {**quieter, **os.environ, **fixed, **extra}


def _refuse_taken_port(service: Service) -> None:
    import httpx

    url = httpx.URL(service.health_url)
    family = socket.AF_INET6 if ":" in url.host else socket.AF_INET
    try:
        socket.create_server((url.host, url.port or 80), family=family).close()
    except OSError as error:
        raise CommandError(
            f"{service.name} cannot listen on {url.host}:{url.port} ({error.strerror}). "
            "Stop what listens there, perhaps another Aisle, or set another port."
        ) from error


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _refuse_fatal_line(child: _Child, line: str) -> None:
    if any(mark in line for mark in child.service.fatal_output):
        raise CommandError(f"{child.service.name} cannot do its work: {line}")


def _how(return_code: int) -> str:
    if return_code == -signal.SIGKILL:
        return "by SIGKILL (is the machine out of memory?)"
    if return_code < 0:
        return f"by {signal.Signals(-return_code).name}"
    return f"with exit code {return_code}"
