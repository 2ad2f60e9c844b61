"""Finding the one-time code that a conversation's customer was sent."""

from pathlib import Path

from aisle.mail.folder import FolderMailer
from aisle.mail.messages import Mail
from tests.conversations.mails import codes_sent, delete_mails


def send(folder: Path, to: str, text: str) -> None:
    FolderMailer(folder, "service@shop.example", "Shop").send(Mail(to, "Your code 999999", text))


def test_codes_are_those_sent_to_the_address_the_latest_last(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    send(folder, "mia@example.com", "Your code is 402117. Not 123456789.")
    send(folder, "mia@example.com", "Grüße! Your code is 000042.")
    send(folder, "tom@example.com", "Your code is 555555.")
    assert codes_sent(folder, "mia@example.com") == ["402117", "000042"]


def test_without_a_mail_there_is_no_code(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert codes_sent(folder, "mia@example.com") == []
    send(folder, "mia@example.com", "Hello!")
    assert codes_sent(folder, "mia@example.com") == []


def test_deleted_mails_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    delete_mails(folder)
    send(folder, "mia@example.com", "Your code is 402117.")
    delete_mails(folder)
    assert codes_sent(folder, "mia@example.com") == []
