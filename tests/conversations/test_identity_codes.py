"""One-time codes: sent by a real mail server, tried by friend and foe."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.access.secrets import get_secrets
from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import Conversation, IdentityCode
from aisle.conversations.verification import (
    CodeCheck,
    CodeSent,
    NotIdentified,
    check_code,
    check_identity,
    has_level,
    send_code,
    tries_left,
)
from aisle.customers.identity import Credentials, VerificationLevel
from aisle.customers.models import Customer
from aisle.customers.service import CustomerData, save_customer
from aisle.database.engine import Database
from aisle.mail.mailer import get_mailer
from aisle.settings import get_settings
from tests.conftest import BACKENDS, empty_database
from tests.mail.smtp_server import HOST, SmtpServer

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
Open = Callable[..., Conversation]


@pytest.fixture(scope="module", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One for the module; a test's own session takes back what it wrote."""
    with empty_database(request.param, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(autouse=True)
def server(
    mail_server: SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SmtpServer]:
    """The mail server that the settings name, with nothing in it yet."""
    smtp = {"host": HOST, "port": mail_server.port, "security": "none", "timeout": 5}
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump({"mail": {"smtp": smtp, "folder": None}}))
    monkeypatch.setenv("AISLE_CONFIG", str(overlay))
    monkeypatch.setenv("AISLE_SECRETS_FILE", str(tmp_path / "secrets.json"))
    read_once = (get_settings, get_secrets, get_mailer)
    for read in read_once:
        read.cache_clear()
    mail_server.mails.clear()
    mail_server.mailbox.refusal = None
    yield mail_server
    for read in read_once:
        read.cache_clear()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        _add_customers(session, "Mia", "Tom")
        yield session
        session.rollback()


@pytest.fixture
def open_for(session: Session) -> Open:
    """Open a conversation of a customer who is known by contact data."""

    def open_one(sender_id: str = "visitor-1", name: str = "mia") -> Conversation:
        return _known(session, sender_id, name)

    return open_one


@pytest.fixture
def mia(open_for: Open) -> Conversation:
    return open_for()


def test_the_code_in_the_mail_gives_the_second_level(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    assert send_code(session, mia) is CodeSent.SENT
    assert not has_level(mia, VerificationLevel.CODE)
    assert check_code(session, mia, f"the code is {sent(server)}") is CodeCheck.CONFIRMED
    assert has_level(mia, VerificationLevel.CODE)
    assert mia.verified_by == "code"


def test_the_mail_says_what_the_code_is_for_and_that_nobody_asks_for_it(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia, purpose="cancelling your order #W1002046")
    (mail,) = server.mails
    assert mail.recipients == ["mia@example.com"]
    assert mail.message["Subject"] == "Your code for Juniper & Co"
    for part in (
        "Hello Mia,",
        "valid for 10 minutes",
        "cancelling your order #W1002046",
        "nobody from our shop will ask you for it",
    ):
        assert part in mail.text
    assert sent(server) not in mail.message["Subject"]


def test_what_is_stored_tells_no_code(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    (code,) = session.execute(select(IdentityCode)).scalars()
    assert sent(server) not in code.code_hash


def test_a_code_is_good_for_ten_minutes(
    session: Session, open_for: Open, server: SmtpServer
) -> None:
    late, in_time = open_for("late"), open_for("in-time")
    for conversation, after, outcome in (
        (late, 10 * MINUTE, CodeCheck.EXPIRED),
        (in_time, 9 * MINUTE, CodeCheck.CONFIRMED),
    ):
        send_code(session, conversation, now=NOON)
        assert check_code(session, conversation, sent(server), now=NOON + after) is outcome
    assert not has_level(late, VerificationLevel.CODE)


def test_before_any_code_is_sent_there_is_none_to_try(session: Session, mia: Conversation) -> None:
    assert check_code(session, mia, "402117") is CodeCheck.EXPIRED
    assert tries_left(session, customer_of(mia).id) == 5


def test_a_newer_code_takes_the_place_of_the_earlier_one(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    earlier = sent(server)
    send_code(session, mia)
    newer = sent(server)
    if earlier != newer:  # one in a million
        assert check_code(session, mia, earlier) is CodeCheck.WRONG
    assert check_code(session, mia, newer) is CodeCheck.CONFIRMED


def test_a_code_of_one_conversation_is_worth_nothing_in_another(
    session: Session, open_for: Open, server: SmtpServer
) -> None:
    mias, mias_other, toms = open_for("one"), open_for("two"), open_for("three", "tom")
    send_code(session, mias)
    code = sent(server)
    for other in (mias_other, toms):
        assert check_code(session, other, code) is CodeCheck.EXPIRED
        send_code(session, other)
        if sent(server) != code:
            assert check_code(session, other, code) is CodeCheck.WRONG
        assert not has_level(other, VerificationLevel.CODE)
    assert check_code(session, mias, code) is CodeCheck.CONFIRMED


def test_a_used_code_is_never_good_again(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    check_code(session, mia, sent(server))
    mia.verification_level = int(VerificationLevel.CONTACT)
    assert check_code(session, mia, sent(server)) is CodeCheck.EXPIRED


def test_a_message_without_a_code_costs_no_try(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    for text in ("I have no mail", "order #W1002046", "my zip is 01099"):
        assert check_code(session, mia, text) is CodeCheck.NO_CODE_IN_TEXT
    assert tries_left(session, customer_of(mia).id) == 5


def test_the_fifth_wrong_code_locks_even_the_right_one(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    outcomes = [check_code(session, mia, wrong(server)) for _ in range(5)]
    assert outcomes == [CodeCheck.WRONG] * 4 + [CodeCheck.LOCKED]
    assert check_code(session, mia, sent(server)) is CodeCheck.LOCKED
    assert send_code(session, mia) is CodeSent.LOCKED
    assert len(server.mails) == 1
    assert not has_level(mia, VerificationLevel.CODE)


def test_tries_add_up_over_conversations_and_codes_of_one_customer(
    session: Session, open_for: Open, server: SmtpServer
) -> None:
    for number in range(5):
        conversation = open_for(f"visitor-{number}")
        send_code(session, conversation)
        assert tries_left(session, customer_of(conversation).id) == 5 - number
        outcome = check_code(session, conversation, wrong(server))
    assert outcome is CodeCheck.LOCKED
    assert send_code(session, open_for("visitor-9")) is CodeSent.LOCKED
    assert send_code(session, open_for("toms", "tom")) is CodeSent.SENT


def test_the_lock_lasts_for_an_hour_at_least(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia, now=NOON)
    last_try = NOON + 9 * MINUTE
    for _ in range(5):
        check_code(session, mia, wrong(server), now=last_try)
    assert send_code(session, mia, now=last_try + 60 * MINUTE) is CodeSent.LOCKED
    assert send_code(session, mia, now=last_try + 62 * MINUTE) is CodeSent.SENT


def test_five_codes_an_hour_are_sent_to_a_customer_in_whatever_conversation(
    session: Session, open_for: Open, server: SmtpServer
) -> None:
    first, second = open_for("first"), open_for("second")
    for conversation in (first, first, first, second, second):
        assert send_code(session, conversation, now=NOON) is CodeSent.SENT
    for conversation in (first, second):
        assert send_code(session, conversation, now=NOON + 59 * MINUTE) is CodeSent.TOO_MANY
    assert len(server.mails) == 5
    assert send_code(session, open_for("toms", "tom"), now=NOON) is CodeSent.SENT
    assert send_code(session, first, now=NOON + 60 * MINUTE) is CodeSent.SENT


def test_a_code_that_was_not_sent_is_none_and_the_log_names_nobody(
    session: Session, mia: Conversation, server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="aisle")
    send_code(session, mia)
    server.mailbox.refusal = "550 <mia@example.com> is unknown here"
    assert send_code(session, mia) is CodeSent.FAILED
    assert "could not be sent" in caplog.text
    assert "mia" not in caplog.text.lower()
    assert sent(server) not in caplog.text
    assert check_code(session, mia, sent(server)) is CodeCheck.CONFIRMED, "the earlier one"


def test_without_an_address_on_file_no_code_is_sent(session: Session, mia: Conversation) -> None:
    customer_of(mia).email = None
    assert send_code(session, mia) is CodeSent.FAILED


def test_nobody_unknown_is_sent_a_code(session: Session) -> None:
    stranger = open_conversation(session, "stranger")
    with pytest.raises(NotIdentified):
        send_code(session, stranger)
    with pytest.raises(NotIdentified):
        check_code(session, stranger, "402117")


def test_who_has_the_second_level_keeps_it_whatever_is_typed(
    session: Session, mia: Conversation
) -> None:
    mia.verification_level, mia.verified_by = int(VerificationLevel.CODE), "shop"
    assert check_code(session, mia, "000000") is CodeCheck.CONFIRMED
    assert mia.verified_by == "shop"


def test_a_customer_whom_the_shop_merges_with_another_keeps_code_and_tries(
    session: Session, mia: Conversation, server: SmtpServer
) -> None:
    send_code(session, mia)
    check_code(session, mia, wrong(server))
    account, _ = save_customer(session, CustomerData(external_id="C9"))
    save_customer(session, CustomerData(external_id="C9", email="mia@example.com"))
    assert mia.customer_id == account.id
    assert tries_left(session, account.id) == 4
    assert check_code(session, mia, sent(server)) is CodeCheck.CONFIRMED


def test_wrong_codes_that_are_tried_at_once_all_count(
    database: Database, server: SmtpServer
) -> None:
    senders = [f"adas-{number}" for number in range(4)]
    with database.transaction() as session:
        _add_customers(session, "Ada")
        for sender in senders:
            send_code(session, _known(session, sender, "ada"))
    everybody_ready = threading.Barrier(8)
    outcomes: list[CodeCheck] = []

    def guess(sender: str) -> None:
        everybody_ready.wait(10)
        with database.transaction() as session:
            # Not locked, as if nothing else made them wait for each other.
            row = session.execute(select(Conversation).filter_by(sender_id=sender)).scalar_one()
            outcomes.append(check_code(session, row, wrong(server)))

    threads = [threading.Thread(target=guess, args=(sender,)) for sender in senders * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.name for outcome in outcomes) == ["LOCKED"] * 4 + ["WRONG"] * 4
    with database.reading() as session:
        counted = session.execute(select(IdentityCode.failed_attempts)).scalars()
        assert sum(counted) == 5


def test_codes_that_are_asked_for_at_once_are_not_more_than_five(
    database: Database, server: SmtpServer
) -> None:
    senders = [f"evas-{number}" for number in range(8)]
    with database.transaction() as session:
        _add_customers(session, "Eva")
        for sender in senders:
            _known(session, sender, "eva")
    everybody_ready = threading.Barrier(len(senders))
    outcomes: list[CodeSent] = []

    def ask(sender: str) -> None:
        everybody_ready.wait(10)
        with database.transaction() as session:
            row = session.execute(select(Conversation).filter_by(sender_id=sender)).scalar_one()
            outcomes.append(send_code(session, row))

    threads = [threading.Thread(target=ask, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.name for outcome in outcomes) == ["SENT"] * 5 + ["TOO_MANY"] * 3
    assert len(server.mails) == 5


def sent(server: SmtpServer) -> str:
    """Return the code in the latest mail."""
    (code,) = re.findall(r"\b\d{6}\b", server.mails[-1].text)
    return str(code)


def wrong(server: SmtpServer) -> str:
    """Return a code that was sent to nobody."""
    mailed = {re.findall(r"\b\d{6}\b", mail.text)[0] for mail in server.mails}
    return next(
        code for code in ("000000", *map(str, range(100_000, 100_100))) if code not in mailed
    )


def customer_of(conversation: Conversation) -> Customer:
    assert conversation.customer is not None
    return conversation.customer


def _add_customers(session: Session, *names: str) -> None:
    for name in names:
        session.add(Customer(email=f"{name.lower()}@example.com", first_name=name))
    session.flush()


def _known(session: Session, sender_id: str, name: str) -> Conversation:
    conversation = open_conversation(session, sender_id)
    check_identity(session, conversation, Credentials(email=f"{name}@example.com"))
    return conversation
