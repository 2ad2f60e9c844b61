"""An API process of its own, on a database of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.engine import make_url

from aisle.access.secrets import load_secrets
from aisle.settings import PROJECT_ROOT, load_settings

OVERLAY = """
database:
  sqlite: null
  postgresql:
    host: "{host}"
    port: {port}
    database: "{database}"
    username: "{user}"
    password: "{password}"
"""


@dataclass(frozen=True)
class Api:
    url: str
    key: str
    pid: int


@contextmanager
def running_api(folder: Path, postgresql: str | None) -> Iterator[Api]:
    """Migrate a new database, start the API on it and stop it at the end."""
    variables = {
        "AISLE_CONFIG": str(_overlay(folder, postgresql)) if postgresql else "",
        "AISLE_SQLITE_PATH": str(folder / "aisle.db"),
        "AISLE_SECRETS_FILE": str(folder / "secrets.json"),
        "AISLE_ATTACHMENTS": str(folder / "attachments"),
        "AISLE_API_PORT": str(_free_port()),
        "AISLE_SHOP_RATE_LIMIT": "1000000/second",
    }
    environment = {**os.environ, **variables}
    overlay = Path(variables["AISLE_CONFIG"]) if postgresql else None
    settings = load_settings(overlay, environment)
    subprocess.run(
        [sys.executable, "-m", "aisle.cli", "db", "upgrade"],
        env=environment,
        cwd=PROJECT_ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "aisle.api"],
        env=environment,
        cwd=PROJECT_ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(settings.servers.api.base_url)
        key = load_secrets(settings.security).api_keys[0]
        yield Api(settings.servers.api.base_url, key, server.pid)
    finally:
        server.terminate()
        server.wait()


def _overlay(folder: Path, postgresql: str) -> Path:
    url = make_url(postgresql)
    path = folder / "postgresql.yaml"
    path.write_text(
        OVERLAY.format(
            host=url.host,
            port=url.port,
            database=url.database,
            user=url.username,
            password=url.password or "none",
        )
    )
    return path


def _wait_until_ready(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("The API did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
