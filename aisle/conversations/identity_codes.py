"""The one-time codes of conversations: stored as hashes, sent as mails."""

import logging
import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from aisle.access.secrets import get_secrets
from aisle.conversations.models import Conversation, IdentityCode
from aisle.customers.codes import hash_code, is_code
from aisle.customers.models import Customer
from aisle.mail.mailer import send_mail
from aisle.mail.messages import Mail, MailError
from aisle.settings import get_settings

CODE_LIFETIME = timedelta(minutes=10)

_logger = logging.getLogger(__name__)


def codes_sent(session: Session, customer_id: uuid.UUID, since: datetime) -> int:
    """Return how many codes a customer was sent since then, in all conversations."""
    statement = (
        select(func.count())
        .select_from(IdentityCode)
        .where(IdentityCode.customer_id == customer_id)
        .where(IdentityCode.sent_at > since)
    )
    return session.execute(statement).scalar_one()


def failed_tries(session: Session, customer_id: uuid.UUID, since: datetime) -> int:
    """Return how many wrong codes were tried of those that were sent since then."""
    statement = (
        select(func.coalesce(func.sum(IdentityCode.failed_attempts), 0))
        .where(IdentityCode.customer_id == customer_id)
        .where(IdentityCode.sent_at > since)
    )
    return session.execute(statement).scalar_one()


def open_code(session: Session, conversation: Conversation) -> IdentityCode | None:
    """Return the latest code of the conversation, if it was not used; it may have expired."""
    statement = (
        select(IdentityCode)
        .where(IdentityCode.conversation_id == conversation.id)
        .where(IdentityCode.customer_id == conversation.customer_id)
        .where(IdentityCode.used_at.is_(None))  # type: ignore[union-attr]
        .execution_options(populate_existing=True)
    )
    return session.execute(statement).scalar_one_or_none()


def replace_code(session: Session, conversation: Conversation, code: str, now: datetime) -> None:
    """Store a code that was sent; the conversation's earlier ones are good no more."""
    replaced = (
        update(IdentityCode)
        .where(IdentityCode.conversation_id == conversation.id)
        .where(IdentityCode.used_at.is_(None))  # type: ignore[union-attr]
        .values(used_at=now)
    )
    session.execute(replaced, execution_options={"synchronize_session": False})
    key = uuid.uuid4()
    session.add(
        IdentityCode(
            id=key,
            customer_id=conversation.customer_id,
            conversation_id=conversation.id,
            code_hash=hash_code(code, key, _secret()),
            sent_at=now,
        )
    )
    session.flush()


def fits(given: str, sent: IdentityCode) -> bool:
    """Whether these six digits are the code that was sent."""
    return is_code(given, sent.id, _secret(), sent.code_hash)


def _secret() -> str:
    return get_secrets().jwt_secret


def mail_code(customer: Customer, code: str, purpose: str) -> bool:
    """Send a code to the address on file; False, with a line in the log, when that fails."""
    if not customer.email:
        _logger.warning("A one-time code cannot be sent: the customer has no e-mail address")
        return False
    try:
        send_mail(_code_mail(customer, customer.email, code, purpose))
    except MailError as error:
        _logger.warning("A one-time code could not be sent: %s", error)
        return False
    return True


def _code_mail(customer: Customer, email: str, code: str, purpose: str) -> Mail:
    shop = get_settings().shop.name
    minutes = CODE_LIFETIME // timedelta(minutes=1)
    text = (
        f"Hello {customer.first_name or 'there'},\n\n"
        f"your code is {code}\n\n"
        f"You need it in your chat with us for {purpose}. It is valid for {minutes} minutes.\n\n"
        "Please type it nowhere else: nobody from our shop will ask you for it, neither by phone "
        "nor by e-mail. If you have not asked for it, please ignore this mail; without the code "
        "nothing is changed or shown.\n\n"
        f"{shop}\n"
    )
    return Mail(email, f"Your code for {shop}", text)
