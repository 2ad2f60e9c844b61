"""Mails of the embedded set-up: kept as files, and shown in the log on purpose."""

import logging
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aisle.mail.messages import Mail, MailError, compose

_logger = logging.getLogger("aisle.mail")


class FolderMailer:
    """Writes each mail to a file that only the user of the server may read."""

    def __init__(self, path: Path, sender: str, sender_name: str) -> None:
        self._path = path
        self._sender = sender
        self._sender_name = sender_name

    def send(self, mail: Mail) -> None:
        """Keep the mail and show it in the log.

        Raises:
            MailError: an address is not one, or the folder cannot be used.
        """
        content = compose(mail, self._sender, self._sender_name).as_bytes()
        name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}.eml"
        with _errors_told(self._path):
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path, prefix=".", delete=False) as file:
                file.write(content)
            Path(file.name).replace(self._path / name)  # so that nobody reads half a mail
        _logger.info("Mail to %s: %s\n%s", mail.to, mail.subject, mail.text)


@dataclass(frozen=True)
class KeptMail:
    sent_at: datetime
    mail: Mail


def latest_mails(folder: Path, count: int) -> list[KeptMail]:
    """Return the last ``count`` mails of an embedded folder, the newest last.

    Raises:
        MailError: the folder cannot be read.
    """
    with _errors_told(folder):
        files = sorted(folder.glob("[!.]*.eml"))
        return [_read(file) for file in files[-count:]]


def _read(file: Path) -> KeptMail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # by the policy
    text = message.get_content().replace("\r\n", "\n")
    mail = Mail(message["To"].addresses[0].addr_spec, str(message["Subject"]), text)
    return KeptMail(message["Date"].datetime, mail)


@contextmanager
def _errors_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MailError(f"The mail folder {folder} cannot be used: {error.strerror}") from error
