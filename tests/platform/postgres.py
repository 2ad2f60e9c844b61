"""A PostgreSQL of a test's own, which it can bring down under load and start again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")
INSTALLED = (BINARIES / "initdb").exists()
USER = "postgres"
"""PostgreSQL refuses to run as root."""


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        """``folder`` must be reachable for the user postgres; pytest's own are not."""
        folder.chmod(0o711)
        self._data = folder / "data"
        self._data.mkdir()
        self._log = folder / "postgresql.log"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: dict[str, int] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam(USER)
            self._identity = {"user": account.pw_uid, "group": account.pw_gid}
            shutil.chown(self._data, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", "aisle", "-E", "UTF8", "-A", "trust")

    @property
    def variables(self) -> dict[str, str]:
        return {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.port),
            "POSTGRES_DB": "postgres",
            "POSTGRES_USER": "aisle",
            "POSTGRES_PASSWORD": "trusted",
        }

    def start(self) -> None:
        command = [str(BINARIES / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        command += ["-h", "127.0.0.1", "-k", ""]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._identity)
        for _ in range(600):
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def crash(self) -> None:
        """End it without finishing anything; it recovers when it is started again."""
        self._stop(signal.SIGQUIT)

    def close(self) -> None:
        self._stop(signal.SIGINT)

    def _stop(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        ready = [
            str(BINARIES / "pg_isready"),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "aisle",
        ]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._identity)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
