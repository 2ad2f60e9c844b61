"""``aisle mail``: what the embedded set-up would have sent."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from aisle.mail.folder import FolderMailer
from aisle.mail.messages import Mail

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def test_the_latest_mails_are_shown_the_newest_last(run_aisle: RunAisle, folder: Path) -> None:
    mailer = FolderMailer(folder, "service@shop.example", "Juniper & Co")
    for number in range(3):
        text = f"your code is 40211{number}\n\n\x1b[2J[bold]"
        mailer.send(Mail(f"n{number}@example.com", "Your code", text))
    shown = run_aisle("mail", "--count", "2", AISLE_MAIL=str(folder)).stdout
    assert "402110" not in shown
    assert "to n1@example.com: Your code" in shown
    assert shown.index("402111") < shown.index("402112")
    assert "[bold]" in shown
    assert "\x1b" not in shown


def test_before_the_first_mail_it_says_where_they_will_be(
    run_aisle: RunAisle, folder: Path
) -> None:
    finished = run_aisle("mail", AISLE_MAIL=str(folder))
    assert finished.returncode == 0
    assert "No mail was sent yet" in finished.stdout
    assert str(folder) in finished.stdout


def test_with_a_mail_server_there_is_nothing_to_show(run_aisle: RunAisle, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("mail:\n  folder: null\n  smtp: {host: smtp.internal}\n")
    finished = run_aisle("mail", AISLE_CONFIG=str(overlay))
    assert finished.returncode == 1
    assert "Mails are sent by SMTP" in finished.stderr
