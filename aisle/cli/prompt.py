"""A prompt beside which other threads may print."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.cells import cell_len
from rich.console import Console


class Prompt:
    def __init__(self, console: Console, text: str) -> None:
        self._console = console
        self._text = text
        self._reading = False

    def read(self) -> str | None:
        """Return a line that was typed; None at the end (Ctrl-D or Ctrl-C)."""
        with suppress(ImportError):
            import readline  # noqa: F401  # gives input() its history and line editing
        self._reading = True
        try:
            return input(self._text)
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return None
        finally:
            self._reading = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take away what is being typed while the block prints, then put it back below."""
        if not (self._reading and sys.stdin.isatty() and self._console.is_terminal):
            yield
            return
        typed = self._text + _being_typed()
        rows_above = (cell_len(typed) - 1) // self._console.width
        up = f"\x1b[{rows_above}A" if rows_above else ""
        self._console.file.write(f"\r{up}\x1b[J")
        yield
        self._console.file.write(typed)
        self._console.file.flush()


def _being_typed() -> str:
    try:
        import readline
    except ImportError:
        return ""
    return readline.get_line_buffer()
