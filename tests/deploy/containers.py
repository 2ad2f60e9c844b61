"""Starts the images as the compose file says: its order, variables, commands and health checks."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.deploy.compose import environment_of, services
from tests.deploy.replay import Image

START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 40
LOOK_AGAIN_S = 0.5


class Containers:
    """Services of the compose file, run from replayed images on this machine.

    Args:
        images: by their target in the Dockerfile.
        variables: what .env holds.
        moved: variables that cannot be as in a container, such as addresses and ports.
        logs: a folder for the services' logs.
    """

    def __init__(
        self,
        images: Mapping[str, Image],
        variables: Mapping[str, str],
        moved: Mapping[str, str],
        logs: Path,
    ) -> None:
        self._images = images
        self.variables = variables
        self._moved = moved
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._done: set[str] = set()

    def up(self, name: str) -> None:
        """Start a service after those it depends on; return when it is healthy or finished."""
        service = services()[name]
        for needed in service.get("depends_on", {}):
            if needed not in self._done:
                self.up(needed)
        if "build" in service:
            self._start(name, service)
        self._done.add(name)

    def address(self, name: str) -> str:
        return self._moved[f"AISLE_{name.upper()}_URL"]

    def log(self) -> str:
        files = sorted(self._logs.glob("*.log"))
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)

    def stop(self, name: str) -> int:
        """Ask a service to stop, as Compose does; return its exit code."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGTERM)
        try:
            return process.wait(STOP_TIMEOUT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def down(self) -> None:
        for name in reversed(list(self._running)):
            with suppress(subprocess.TimeoutExpired):
                self.stop(name)

    def _start(self, name: str, service: Mapping[str, Any]) -> None:
        image, log = self._images[service["build"]["target"]], self._logs / f"{name}.log"
        variables = {**environment_of(service, self.variables), **self._moved}
        if "command" in service:
            code = image.run(service["command"], variables, log)
            assert code == 0, f"{name} ended with {code}:\n{self.log()}"
            return
        process = self._running[name] = image.popen(image.command, variables, log)
        deadline = time.monotonic() + START_TIMEOUT_S
        health = self._logs / f"{name}-health.log"
        while image.run(image.health_check, variables, health) != 0:
            assert process.poll() is None, f"{name} has stopped:\n{self.log()}"
            assert time.monotonic() < deadline, f"{name} does not get healthy:\n{self.log()}"
            time.sleep(LOOK_AGAIN_S)
