"""``aisle train`` and ``aisle test-conversations``: make the model, try it."""

import subprocess
import sys
import time
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from aisle.cli.checks import MODELS
from aisle.cli.console import out, plain
from aisle.cli.errors import CommandError
from aisle.cli.supervisor import LAST_LINES, child_environment
from aisle.settings import PROJECT_ROOT

MODEL = MODELS / "aisle.tar.gz"
TRAINING_LOG = PROJECT_ROOT / "var" / "train.log"


def train(
    force: Annotated[
        bool, typer.Option("--force", help="Train every part, also those that did not change.")
    ] = False,
) -> None:
    """Train the model from config.yml, domain.yml and data/."""
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", MODEL.name]
    started = time.monotonic()
    out.print("Training the model; this takes about a minute.")
    run_quietly([*command, "--force"] if force else command, TRAINING_LOG)
    if not MODEL.exists():
        raise CommandError(f"Rasa trained no model; see {TRAINING_LOG}")
    MODEL.touch()
    size, seconds = MODEL.stat().st_size / 1e6, time.monotonic() - started
    out.print(f"{MODEL.relative_to(PROJECT_ROOT)} is ready: {size:.0f} MB, {seconds:.0f} s.")


def run_quietly(command: list[str], log_file: Path) -> None:
    """Run ``command``, showing only its latest line; all lines go to ``log_file``.

    Raises:
        CommandError: it failed; the message has its last lines.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    with (
        log_file.open("w", encoding="utf-8") as log,
        out.status("Training") as status,
        subprocess.Popen(
            command,
            cwd=PROJECT_ROOT,
            env=child_environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            last_lines.append(plain(line.rstrip()))
            status.update(Text(last_lines[-1], overflow="ellipsis", no_wrap=True))
    if process.returncode != 0:
        shown = "\n".join(f"  {line}" for line in last_lines)
        raise CommandError(
            f"Training failed with exit code {process.returncode}. Its last lines:\n{shown}\n"
            f"All lines: {log_file}"
        )


def run_conversation_tests(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Conversation files to run; without any, those in tests/conversations.",
            exists=True,
            dir_okay=False,
            resolve_path=True,
        ),
    ] = None,
) -> None:
    """Run conversation tests against the trained model."""
    if find_spec("pytest") is None:
        raise CommandError("pytest is not installed: run `make test` once")
    chosen = [part for file in files or [] for part in ("--conversation-file", str(file))]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/conversations/test_conversations.py",
        "-v",
        *chosen,
    ]
    finished = subprocess.run(command, cwd=PROJECT_ROOT, env=child_environment({}), check=False)
    raise typer.Exit(finished.returncode)
