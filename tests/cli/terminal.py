"""A command in a terminal that a test reads and types into."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PATIENCE_S = 20.0
LEAVE_S = 10.0
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Terminal:
    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._written = b""
        self._position = 0

    @property
    def text(self) -> str:
        """What the command has written, without what steers the terminal."""
        return _CONTROL.sub("", self._written.decode(errors="replace"))

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def see(self, expected: str) -> str:
        """Wait until the command writes this; return what came since the last time."""
        start, deadline = self._position, time.monotonic() + PATIENCE_S
        while (found := self.text.find(expected, start)) < 0:
            assert time.monotonic() < deadline, f"{expected!r} did not come:\n{self.text}"
            assert self._read(), f"{expected!r} did not come before the end:\n{self.text}"
        self._position = found + len(expected)
        return self.text[start : self._position]

    def end(self) -> str:
        """Read until the command has ended; return all it wrote."""
        while self._read():
            pass
        self.process.wait(LEAVE_S)
        return self.text

    def _read(self) -> bool:
        if not select.select([self._descriptor], [], [], 0.2)[0]:
            return self.process.poll() is None
        with suppress(OSError):  # how Linux says that the other side has gone
            chunk = os.read(self._descriptor, 4096)
            self._written += chunk
            return bool(chunk)
        return False


@contextmanager
def terminal(*arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run ``aisle ARGUMENTS`` in a terminal; it is killed at the end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "aisle.cli", *arguments],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
