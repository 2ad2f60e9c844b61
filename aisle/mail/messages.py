"""A mail, and its form on the way."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid

_ONE_ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]+"
)


class MailError(Exception):
    """A mail could not be sent. The message names no address and nothing of its content."""


@dataclass(frozen=True)
class Mail:
    """A plain text to one address. Its ``repr`` tells nothing of it."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


def compose(mail: Mail, sender: str, sender_name: str) -> EmailMessage:
    """Return the mail as it is sent, with every header it needs.

    Raises:
        MailError: an address is not one plain address, or a header has a line break.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(sender, sender_name)
        message["To"] = _address(mail.to)
        message["Subject"] = mail.subject
    except ValueError:
        raise MailError("A mail's sender or subject has a line break in it") from None
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's absence note answers it
    # Servers that take 7 bits only are still about.
    message.set_content(mail.text, cte=None if mail.text.isascii() else "quoted-printable")
    return message


def _address(address: str, name: str = "") -> Address:
    if not _ONE_ADDRESS.fullmatch(address):
        raise MailError("A mail can only go to, and come from, one plain e-mail address")
    username, _, domain = address.partition("@")
    return Address(name, username, domain)
