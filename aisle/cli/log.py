"""One log for several processes."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.text import Text

from aisle.cli.console import plain

MAX_BYTES = 10_000_000
KEPT_FILES = 2
_DEPRECATION = re.compile(r":\d+: \w*DeprecationWarning: ")
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue")


class MergedLog:
    """Shows lines with the name of their process, coloured; keeps them plain in a file.

    Deprecation warnings are left out: they are about pinned packages, and sanic
    switches them on whatever the interpreter was told.
    """

    def __init__(self, path: Path, console: Console, names: list[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
        self._console = console
        self._warned: set[str] = set()
        self._width = max(map(len, names))
        self._colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(names)}

    def write(self, name: str, line: str) -> None:
        prefix, text = f"{name:<{self._width}} | ", plain(line)
        if self._is_deprecation(name, text):
            return
        self._file.emit(logging.makeLogRecord({"msg": prefix + text}))
        shown = Text.assemble((prefix, self._colours.get(name, "bold")), text)
        self._console.print(shown, soft_wrap=True)

    def _is_deprecation(self, name: str, text: str) -> bool:
        """Tell whether this is such a warning, or the source line that follows one."""
        if _DEPRECATION.search(text):
            self._warned.add(name)
            return True
        follows = name in self._warned
        self._warned.discard(name)
        return follows and text.startswith("  ")

    def close(self) -> None:
        self._file.close()
