"""The way of sending mails that the settings choose."""

from functools import lru_cache
from typing import Protocol

from aisle.mail.folder import FolderMailer
from aisle.mail.messages import Mail
from aisle.mail.smtp import SmtpMailer
from aisle.settings import Settings, get_settings


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Send a mail, or raise MailError."""


@lru_cache(maxsize=1)
def get_mailer() -> Mailer:
    """Return the process's mailer as the settings describe it. Nothing is connected yet."""
    return open_mailer(get_settings())


def open_mailer(settings: Settings) -> Mailer:
    mail, name = settings.mail, settings.shop.name
    if mail.smtp is not None:
        return SmtpMailer(mail.smtp, mail.sender, name)
    assert mail.folder is not None  # one of the two, by the settings' validation
    return FolderMailer(mail.folder, mail.sender, name)


def send_mail(mail: Mail) -> None:
    """Send a mail as the settings say.

    Raises:
        MailError: it could not be sent; the message is for the operator and names nobody.
    """
    get_mailer().send(mail)
