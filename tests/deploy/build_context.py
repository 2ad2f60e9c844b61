"""The build context: what ``docker build`` would send, in a folder of its own."""

import re
import shutil
import subprocess
from pathlib import Path


def write_context(project: Path, folder: Path) -> None:
    """Copy to ``folder`` what git does not ignore and .dockerignore lets pass.

    A file that only this machine has is not there, so a COPY of it fails.
    """
    patterns = read_patterns(project / ".dockerignore")
    for name in _not_ignored_by_git(project):
        if not is_ignored(name, patterns) and (project / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, target)


def read_patterns(file: Path) -> list[str]:
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_ignored(name: str, patterns: list[str]) -> bool:
    """Say whether .dockerignore keeps a file out: the last pattern that matches decides."""
    ignored = False
    for pattern in patterns:
        if _matches(name, pattern.removeprefix("!").strip("/")):
            ignored = not pattern.startswith("!")
    return ignored


def _matches(name: str, pattern: str) -> bool:
    """Match the file or one of the folders it is in."""
    parts = name.split("/")
    expression = re.compile(_expression(pattern))
    return any(expression.fullmatch("/".join(parts[: end + 1])) for end in range(len(parts)))


def _expression(pattern: str) -> str:
    wildcards = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(wildcards.get(piece) or re.escape(piece) for piece in pieces)


def _not_ignored_by_git(project: Path) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]
