from collections.abc import Iterator

import pytest

from tests.mail.smtp_server import SmtpServer


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server without encryption."""
    with SmtpServer() as server:
        yield server
