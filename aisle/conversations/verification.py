"""Binds a customer's identity to a conversation, on the server, at two levels.

Contact data gives the first one, a one-time code sent to the e-mail address on file the
second. Nothing else raises a level, and nothing lowers it or changes the customer.
"""

import uuid
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.conversations.identity_codes import (
    CODE_LIFETIME,
    codes_sent,
    failed_tries,
    fits,
    mail_code,
    open_code,
    replace_code,
)
from aisle.conversations.models import Conversation
from aisle.conversations.news import announce
from aisle.customers.codes import find_code, make_code
from aisle.customers.identity import (
    MAX_ATTEMPTS,
    Credentials,
    Proof,
    VerificationLevel,
    find_customer,
)
from aisle.customers.models import Customer
from aisle.database.types import utc_now

MAX_CODE_TRIES = 5
"""Wrong codes for one customer, in all conversations together, that lock the check."""

MAX_CODES = 5
"""Codes that are sent to one customer within WINDOW."""

WINDOW = timedelta(hours=1)


class IdentityCheck(Enum):
    """How a check of credentials ended."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    LOCKED = "locked"
    """Too many wrong answers: a human decides."""
    OTHER_CUSTOMER = "other_customer"
    """The conversation belongs to somebody else already."""


class CodeSent(Enum):
    """Whether a one-time code is on its way."""

    SENT = "sent"
    TOO_MANY = "too_many"
    """Enough codes were sent to this customer within the hour: a human decides."""
    LOCKED = "locked"
    """Too many wrong codes were tried for this customer: a human decides."""
    FAILED = "failed"
    """The mail could not be sent, or the customer has no e-mail address on file."""


class CodeCheck(Enum):
    """How a check of a one-time code ended."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    """``tries_left`` says how often it may be tried again."""
    EXPIRED = "expired"
    """No code of this conversation is good any more: send a new one."""
    LOCKED = "locked"
    """Too many wrong codes were tried for this customer: a human decides."""
    NO_CODE_IN_TEXT = "no_code_in_text"


class NotIdentified(Exception):
    """Codes are for conversations whose customer is known already."""


def has_level(conversation: Conversation, level: VerificationLevel) -> bool:
    """Whether the conversation's customer is known at least so well."""
    if level is VerificationLevel.NONE:
        return True
    return conversation.customer_id is not None and conversation.verification_level >= level


def is_verified(conversation: Conversation) -> bool:
    return has_level(conversation, VerificationLevel.CONTACT)


def is_locked(conversation: Conversation) -> bool:
    return not is_verified(conversation) and conversation.failed_identity_checks >= MAX_ATTEMPTS


def check_identity(
    session: Session, conversation: Conversation, credentials: Credentials
) -> IdentityCheck:
    """Compare complete credentials with the shop's customers and note the outcome."""
    customer = find_customer(session, credentials)
    if is_verified(conversation):
        same = customer is not None and customer.id == conversation.customer_id
        return IdentityCheck.CONFIRMED if same else IdentityCheck.OTHER_CUSTOMER
    if is_locked(conversation):
        return IdentityCheck.LOCKED
    if customer is None:
        conversation.failed_identity_checks += 1
        return IdentityCheck.LOCKED if is_locked(conversation) else IdentityCheck.REJECTED
    conversation.customer = customer
    _raise_level(session, conversation, VerificationLevel.CONTACT, Proof.CONTACT)
    return IdentityCheck.CONFIRMED


def send_code(
    session: Session,
    conversation: Conversation,
    *,
    purpose: str = "a request about your orders or your account",
    now: datetime | None = None,
) -> CodeSent:
    """Send the conversation's customer a new code; earlier ones of it are good no more.

    Args:
        purpose: what the mail says that the code is for, after "for". Never what somebody
            typed: who chats may be a stranger, who must not write mails to the customer.
        now: the present time, for tests.

    Raises:
        NotIdentified: nobody knows yet who the customer is.
    """
    now = now or utc_now()
    customer = _lock_customer(session, conversation)
    if tries_left(session, customer.id, now=now) == 0:
        return CodeSent.LOCKED
    if codes_sent(session, customer.id, since=now - WINDOW) >= MAX_CODES:
        return CodeSent.TOO_MANY
    code = make_code()
    if not mail_code(customer, code, purpose):
        return CodeSent.FAILED
    replace_code(session, conversation, code, now)
    return CodeSent.SENT


def check_code(
    session: Session, conversation: Conversation, text: str, *, now: datetime | None = None
) -> CodeCheck:
    """Compare the code in a message with the one that was sent, and note the outcome.

    Args:
        text: what the customer wrote.
        now: the present time, for tests.

    Raises:
        NotIdentified: nobody knows yet who the customer is.
    """
    if has_level(conversation, VerificationLevel.CODE):
        return CodeCheck.CONFIRMED
    given = find_code(text)
    if given is None:
        return CodeCheck.NO_CODE_IN_TEXT
    now = now or utc_now()
    customer = _lock_customer(session, conversation)
    if tries_left(session, customer.id, now=now) == 0:
        return CodeCheck.LOCKED
    sent = open_code(session, conversation)
    if sent is None or now - sent.sent_at >= CODE_LIFETIME:
        return CodeCheck.EXPIRED
    if not fits(given, sent):
        sent.failed_attempts += 1
        session.flush()
        locked = tries_left(session, customer.id, now=now) == 0
        return CodeCheck.LOCKED if locked else CodeCheck.WRONG
    sent.used_at = now
    _raise_level(session, conversation, VerificationLevel.CODE, Proof.CODE)
    return CodeCheck.CONFIRMED


def tries_left(session: Session, customer_id: uuid.UUID, *, now: datetime | None = None) -> int:
    """Return how many wrong codes may still be tried for a customer, in whatever conversation.

    Those of at least the last hour count: a try has no time of its own, so it counts as
    long as if it had been made when its code expired.
    """
    since = (now or utc_now()) - WINDOW - CODE_LIFETIME
    return max(0, MAX_CODE_TRIES - failed_tries(session, customer_id, since))


def _raise_level(
    session: Session, conversation: Conversation, level: VerificationLevel, proof: Proof
) -> None:
    announce(session, conversation.id, "status")
    conversation.verification_level = int(level)
    conversation.verified_by = proof.value
    session.flush()


def _lock_customer(session: Session, conversation: Conversation) -> Customer:
    """Let codes of this customer be sent and tried one after the other, in all conversations."""
    customer = conversation.customer
    if customer is None or not is_verified(conversation):
        raise NotIdentified("Find out with contact data who it is, before a code is sent or tried")
    # Not for keys, so that rows which refer to the customer can be written meanwhile.
    statement = select(Customer.id).where(Customer.id == customer.id)
    session.execute(statement.with_for_update(key_share=True))
    return customer
