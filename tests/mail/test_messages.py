"""A mail's form, which nothing in it can change."""

import pytest

from aisle.mail.messages import Mail, MailError, compose

SENDER = "service@shop.example"
NORA = "nora@example.com"


def test_a_mail_says_who_sent_it_to_whom_and_that_nobody_need_answer() -> None:
    message = compose(Mail(NORA, "Your code", "It is 402117."), SENDER, "Juniper & Co")
    assert message["From"] == "Juniper & Co <service@shop.example>"
    assert message["To"] == NORA
    assert message["Subject"] == "Your code"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@shop.example>")
    assert message["Date"].datetime.tzinfo is not None
    assert message.get_content().strip() == "It is 402117."


@pytest.mark.parametrize(
    "address",
    [
        "nora@example.com\nBcc: eve@example.com",
        "nora@example.com\r\nBcc: eve@example.com",
        "nora@example.com, eve@example.com",
        "nora@example.com;eve@example.com",
        "Eve <eve@example.com>",
        "<nora@example.com>",
        "nora@example.com ",
        "nora@example.com\x00",
        "nora",
        "@example.com",
        "a@b@example.com",
        "",
    ],
)
def test_what_is_not_one_plain_address_is_refused_without_being_quoted(address: str) -> None:
    for to, sender in ((address, SENDER), (NORA, address)):
        with pytest.raises(MailError) as raised:
            compose(Mail(to, "Hello", "Hello"), sender, "Juniper & Co")
        assert not address or address not in str(raised.value)


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
def test_headers_cannot_be_added_in_the_subject_or_the_shops_name(line_break: str) -> None:
    text = f"Hello{line_break}Bcc: eve@example.com"
    with pytest.raises(MailError):
        compose(Mail(NORA, text, "Hello"), SENDER, "Juniper & Co")
    with pytest.raises(MailError):
        compose(Mail(NORA, "Hello", "Hello"), SENDER, text)


def test_what_looks_like_a_header_in_the_text_stays_text() -> None:
    message = compose(Mail(NORA, "Hello", "Bcc: eve@example.com\n\nHi"), SENDER, "Juniper & Co")
    assert message["Bcc"] is None
    assert "Bcc: eve" in message.get_content()


def test_a_mail_that_is_shown_tells_nothing_of_itself() -> None:
    assert repr(Mail(NORA, "Your code", "402117")) == "Mail()"
