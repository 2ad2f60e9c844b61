"""Binds a customer's identity to a conversation, on the server."""

from enum import Enum

from sqlalchemy.orm import Session

from aisle.conversations.models import Conversation
from aisle.conversations.news import announce
from aisle.customers.identity import (
    MAX_ATTEMPTS,
    Credentials,
    VerificationLevel,
    find_customer,
)


class IdentityCheck(Enum):
    """How a check of credentials ended."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    LOCKED = "locked"
    """Too many wrong answers: a human decides."""
    OTHER_CUSTOMER = "other_customer"
    """The conversation belongs to somebody else already."""


def is_verified(conversation: Conversation) -> bool:
    return (
        conversation.customer_id is not None
        and conversation.verification_level >= VerificationLevel.CONTACT
    )


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
    announce(session, conversation.id, "status")
    conversation.customer = customer
    conversation.verification_level = int(VerificationLevel.CONTACT)
    session.flush()
    return IdentityCheck.CONFIRMED
