"""What the command-line tests share: free ports, and commands as a person runs them."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port: int = server.getsockname()[1]
            return port

    return find


@pytest.fixture
def run_aisle(tmp_path: Path) -> RunAisle:
    """Run ``aisle ARGUMENTS`` in a process of its own, on a database of its own."""

    def run(
        *arguments: str, typed: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        inherited = {key: value for key, value in os.environ.items() if key != "AISLE_CONFIG"}
        own = {"AISLE_SQLITE_PATH": str(tmp_path / "aisle.db"), "COLUMNS": "120"}
        return subprocess.run(
            [sys.executable, "-m", "aisle.cli", *arguments],
            env={**inherited, **own, **environment},
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
