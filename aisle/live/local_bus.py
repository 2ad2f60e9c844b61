"""The bus between the processes of one user on one machine, without a server.

Each subscriber reads a named pipe in a private folder, and publishing writes to all pipes
that are there. A pipe holds 64 KiB, some hundreds of events (a Unix datagram socket: ten).
"""

import asyncio
import errno
import logging
import os
import select
import stat
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aisle.live.events import Event, News, decode, encode
from aisle.live.outage import Outage

PIPE = ".pipe"
MISSED = ".missed"
KEEP_SECONDS = 60.0
_CHUNK = 65_536

_log = logging.getLogger(__name__)


class BusError(Exception):
    """Events cannot be received; the message says what to change."""


class LocalBus:
    """The embedded bus. The first subscriber makes ``folder``."""

    def __init__(self, folder: Path, keep_seconds: float = KEEP_SECONDS) -> None:
        self._folder = folder
        self._keep_seconds = keep_seconds
        self._outage = Outage(
            _log,
            "Live updates cannot be sent: news comes by polling",
            "Live updates are sent again",
        )

    @property
    def healthy(self) -> bool:
        return not self._outage.active

    def publish(self, event: Event) -> None:
        try:
            self._send_to_all(_line(event))
        except (OSError, BusError) as error:
            self._outage.begin(error)
        else:
            self._outage.end()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[News]]:
        """Yield the events.

        Raises:
            BusError: the folder is not this user's alone.
        """
        pipe = _Pipe(self._folder, self._keep_seconds)
        events = pipe.events()
        try:
            yield events
        finally:
            await events.aclose()
            pipe.close()

    def _send_to_all(self, line: bytes) -> None:
        if not self._folder.exists():
            return  # nobody has ever subscribed
        _check_private(self._folder)
        for entry in os.scandir(self._folder):
            if entry.name.endswith(PIPE):
                _send(Path(entry.path), line)


class _Pipe:
    def __init__(self, folder: Path, keep_seconds: float) -> None:
        self._folder = folder
        self._keep_seconds = keep_seconds
        self._open()

    async def events(self) -> AsyncGenerator[News, None]:
        while True:
            await self._readable()
            for news in self._read():
                yield news
            # After reading, see _send.
            if self._missed() or not self._kept():
                yield None

    def close(self) -> None:
        os.close(self._descriptor)
        self._path.unlink(missing_ok=True)
        self._missed()

    def _open(self) -> None:
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)
        _check_private(self._folder)
        self._path = self._folder / f"{uuid.uuid4().hex}{PIPE}"
        self._rest = b""
        new = self._path.with_suffix(".new")
        os.mkfifo(new, mode=0o600)
        # Writing too, or the pipe would be at its end whenever the last sender closes it.
        self._descriptor = os.open(new, os.O_RDWR | os.O_NONBLOCK)
        # Under its name only now: a sender removes a pipe that nobody reads.
        new.rename(self._path)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        loop.add_reader(self._descriptor, wake)
        timer = loop.call_later(self._keep_seconds, wake)
        try:
            await ready
        finally:
            timer.cancel()
            loop.remove_reader(self._descriptor)

    def _read(self) -> Iterator[News]:
        with suppress(BlockingIOError):
            chunk = os.read(self._descriptor, _CHUNK)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                try:
                    yield decode(line)
                except ValueError as error:
                    _log.warning("An event that cannot be understood is left out: %s", error)

    def _missed(self) -> bool:
        try:
            self._path.with_suffix(MISSED).unlink()
        except FileNotFoundError:
            return False
        return True

    def _kept(self) -> bool:
        """Touch the pipe, or what cleans the temporary folder takes it; if it did, open another."""
        try:
            os.utime(self._path)
        except FileNotFoundError:
            gone = self._descriptor
            self._open()
            os.close(gone)
            return False
        return True


def _check_private(folder: Path) -> None:
    found = folder.lstat()
    alone = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not alone or found.st_uid != os.getuid():
        raise BusError(
            f"{folder} must be a folder that only this user can enter: "
            "remove it, or set TMPDIR to another folder for all parts of Aisle"
        )


def _line(news: News) -> bytes:
    line = encode(news) + b"\n"
    # Longer ones might be torn apart by those of other senders.
    return line if len(line) <= select.PIPE_BUF else encode(None) + b"\n"


def _send(path: Path, line: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno not in (errno.ENXIO, errno.ENOENT):
            raise
        _remove(path)
        return
    try:
        _write(descriptor, path, line)
    finally:
        os.close(descriptor)


def _write(descriptor: int, path: Path, line: bytes) -> None:
    with suppress(BrokenPipeError):
        try:
            os.write(descriptor, line)
        except BlockingIOError:
            # The reader looks for this mark after each read. If the pipe is still full now,
            # a read is yet to come; if it is not, this line wakes the reader.
            path.with_suffix(MISSED).touch(mode=0o600)
            with suppress(BlockingIOError):
                os.write(descriptor, line)


def _remove(path: Path) -> None:
    """Take away the pipe of a subscriber that died."""
    path.unlink(missing_ok=True)
    path.with_suffix(MISSED).unlink(missing_ok=True)
