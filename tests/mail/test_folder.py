"""Mails that stay on the machine."""

import logging
import stat
from pathlib import Path

import pytest

from aisle.mail.folder import FolderMailer, latest_mails
from aisle.mail.mailer import open_mailer
from aisle.mail.messages import Mail, MailError
from aisle.mail.smtp import SmtpMailer
from aisle.settings import load_settings
from tests.test_settings import PRODUCTION, PRODUCTION_VARIABLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def mailer(folder: Path) -> FolderMailer:
    return FolderMailer(folder, "service@shop.example", "Juniper & Co")


def test_mails_are_kept_in_order(mailer: FolderMailer, folder: Path) -> None:
    mails = [Mail(f"n{number}@example.com", "Blåbær", f"hej {number} å\n") for number in range(12)]
    for mail in mails:
        mailer.send(mail)
    assert [kept.mail for kept in latest_mails(folder, 100)] == mails
    assert [kept.mail for kept in latest_mails(folder, 2)] == mails[-2:]


def test_only_the_servers_user_may_read_them(mailer: FolderMailer, folder: Path) -> None:
    mailer.send(Mail("nora@example.com", "Hello", "Hello"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_they_are_shown_in_the_log(mailer: FolderMailer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="aisle.mail")
    mailer.send(Mail("nora@example.com", "Your code", "It is 402117."))
    (record,) = caplog.records
    assert record.getMessage() == "Mail to nora@example.com: Your code\nIt is 402117."


def test_before_the_first_mail_there_is_none(folder: Path) -> None:
    assert latest_mails(folder, 5) == []


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(MailError, match=r"mail folder .*/mail cannot be used"):
        FolderMailer(tmp_path / "mail", "service@shop.example", "Juniper & Co").send(
            Mail("nora@example.com", "Hello", "Hello")
        )


def test_the_settings_choose_between_folder_and_server(folder: Path) -> None:
    embedded = open_mailer(load_settings(None, {"AISLE_MAIL": str(folder)}))
    embedded.send(Mail("nora@example.com", "Hello", "Hello"))
    assert len(latest_mails(folder, 5)) == 1
    assert isinstance(open_mailer(load_settings(PRODUCTION, PRODUCTION_VARIABLES)), SmtpMailer)
