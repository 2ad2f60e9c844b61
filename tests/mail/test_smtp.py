"""Mails that a real server takes, or does not."""

import logging
import socket
from pathlib import Path
from typing import Any

import pytest

from aisle.mail.messages import Mail, MailError
from aisle.mail.smtp import SmtpMailer
from aisle.settings import SmtpSettings
from tests.mail.smtp_server import HOST, LOGIN, SmtpServer, free_port, make_certificate

MAIL = Mail("nora@example.com", "Your code for Juniper & Co", "your code is 402117")


def mailer(port: int, **settings: Any) -> SmtpMailer:
    given = {"security": "none", "timeout": 5, **settings}
    return SmtpMailer(
        SmtpSettings(host=HOST, port=port, **given), "service@shop.example", "Juniper & Co"
    )


def logged_in(port: int, password: str = LOGIN.password.decode()) -> SmtpMailer:
    return mailer(port, security="starttls", username=LOGIN.login.decode(), password=password)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path / "server.pem")


def test_a_mail_arrives(server: SmtpServer) -> None:
    mailer(server.port).send(MAIL)
    received = server.mails[0]
    assert (received.sender, received.recipients) == ("service@shop.example", ["nora@example.com"])
    assert received.message["To"] == "nora@example.com"
    assert received.message["Subject"] == "Your code for Juniper & Co"
    assert received.text == "your code is 402117\n"


def test_a_mail_with_other_letters_than_english_ones_arrives(server: SmtpServer) -> None:
    text = "Grüße aus Malmö\n\n" + "ü" * 2000 + "\n.\n"
    mailer(server.port).send(Mail("nora@example.com", "Ihr Code für Blåbær", text))
    assert server.mails[0].message["Subject"] == "Ihr Code für Blåbær"
    assert server.mails[0].text == text


def test_with_starttls_it_logs_in_where_the_certificate_is_good(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpServer(certificate) as server:
        logged_in(server.port).send(MAIL)
        assert len(server.mails) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with SmtpServer(certificate) as server:
        with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"):
            logged_in(server.port).send(MAIL)
        assert server.mails == []


def test_nothing_is_sent_to_a_server_without_the_encryption_that_is_set(
    server: SmtpServer,
) -> None:
    for security in ("starttls", "tls"):
        with pytest.raises(MailError):
            mailer(server.port, security=security).send(MAIL)
    assert server.mails == []


def test_a_wrong_password_is_an_error_that_tells_no_password(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        SmtpServer(certificate) as server,
        pytest.raises(MailError, match="SMTPAuthenticationError, answer 535") as raised,
    ):
        logged_in(server.port, "wr0ng-tr0ub4dor").send(MAIL)
    assert "tr0ub4dor" not in str(raised.value)


def test_a_refused_mail_is_an_error_that_names_nobody(
    server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.mailbox.refusal = "550 <nora@example.com> is unknown here"
    with pytest.raises(MailError, match=r"SMTPRecipientsRefused, answer 550; see mail\.smtp") as it:
        mailer(server.port).send(MAIL)
    assert "nora" not in str(it.value)
    assert it.value.__cause__ is None
    assert it.value.__suppress_context__


def test_nothing_of_a_mail_is_logged(server: SmtpServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="aisle")
    mailer(server.port).send(MAIL)
    assert len(server.mails) == 1
    assert caplog.text == ""


def test_a_server_that_is_away_is_named() -> None:
    port = free_port()
    with pytest.raises(MailError, match=f"{HOST}:{port} took no mail: ConnectionRefusedError"):
        mailer(port).send(MAIL)


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with (
        socket.create_server((HOST, 0)) as silent,
        pytest.raises(MailError, match="took no mail: SMTPServerDisconnected"),
    ):
        mailer(silent.getsockname()[1], timeout=0.2).send(MAIL)
