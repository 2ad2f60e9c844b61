"""A Redis of a test's own, which it can stop, kill and start again."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import redis

from aisle.settings import RedisSettings

INSTALLED = shutil.which("redis-server") is not None
PASSWORD = "p@ss:w/o#rd? 100%"


class RedisServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = RedisSettings(host="127.0.0.1", port=_free_port(), password=PASSWORD, db=3)
        self.client = redis.Redis(port=self.settings.port, password=PASSWORD, db=3)

    def start(self) -> None:
        options = ["--port", str(self.settings.port), "--dir", str(self._folder)]
        options += ["--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
        command = ["redis-server", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.client.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        """End it without giving it time to write anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Leave it hanging: connections stay open, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.client.close()
        self.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
