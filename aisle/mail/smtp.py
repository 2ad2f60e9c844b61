"""Mails by SMTP. Nothing of a mail reaches a log or an error's message."""

import smtplib
import ssl
from contextlib import AbstractContextManager

from aisle.mail.messages import Mail, MailError, compose
from aisle.settings import SmtpSecurity, SmtpSettings


class SmtpMailer:
    """Opens a connection for each mail; the server's certificate is verified."""

    def __init__(self, settings: SmtpSettings, sender: str, sender_name: str) -> None:
        self._settings = settings
        self._sender = sender
        self._sender_name = sender_name

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server.

        Raises:
            MailError: an address is not one, or the server did not take the mail.
        """
        message = compose(mail, self._sender, self._sender_name)
        try:
            with self._connect() as server:
                self._introduce(server)
                server.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Not chained: what servers answer quotes addresses.
            raise MailError(self._what_happened(error)) from None

    def _connect(self) -> AbstractContextManager[smtplib.SMTP]:
        host, port, timeout = self._settings.host, self._settings.port, self._settings.timeout
        if self._settings.security is SmtpSecurity.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        return smtplib.SMTP(host, port, timeout=timeout)

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self._settings.security is SmtpSecurity.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if self._settings.username:
            server.login(self._settings.username, self._settings.password.get_secret_value())

    def _what_happened(self, error: Exception) -> str:
        server = f"{self._settings.host}:{self._settings.port}"
        return f"The mail server {server} took no mail: {_reason(error)}; see mail.smtp"


def _reason(error: Exception) -> str:
    kind = type(error).__name__
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{kind}, answer {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"{kind}, answer {', '.join(map(str, codes))}"
    if isinstance(error, ssl.SSLError):
        return f"{kind}, {error.reason}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return f"{kind}, {error.strerror}" if error.strerror else kind
    return kind
