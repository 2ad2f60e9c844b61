import sys
from pathlib import Path

import pytest

from aisle.cli.errors import CommandError
from aisle.cli.model import run_quietly


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_all_output_is_kept_and_only_the_latest_line_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "var" / "train.log"
    run_quietly(python("print('epoch 1'); print('epoch 2')"), log)
    assert log.read_text() == "epoch 1\nepoch 2\n"
    assert "epoch 1" not in capsys.readouterr().out


def test_a_failure_shows_the_last_lines_and_names_the_log(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    with pytest.raises(CommandError, match=r"exit code 4(?s:.)*no such slot(?s:.)*train\.log"):
        run_quietly(python("print('no such slot'); raise SystemExit(4)"), log)


def test_rasa_is_told_not_to_send_telemetry(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    run_quietly(python("import os; print(os.environ['RASA_TELEMETRY_ENABLED'])"), log)
    assert log.read_text() == "false\n"
