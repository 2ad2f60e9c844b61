"""Where commands write: results on stdout, problems on stderr."""

import os
import re
import shutil
import sys
from pathlib import Path

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")


def plain(text: str) -> str:
    """Return ``text`` without what could steer a terminal; line breaks stay."""
    text = _ESCAPE_SEQUENCE.sub("", text).expandtabs(4)
    return "".join(character for character in text if character == "\n" or character.isprintable())


def aisle(arguments: str) -> str:
    """Return how the reader types this ``aisle`` command from where they are."""
    installed = os.path.relpath(Path(sys.executable).with_name("aisle"))
    program = "aisle" if shutil.which("aisle") else installed
    return f"{program} {arguments}"
