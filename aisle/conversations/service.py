"""Conversations as the rest of the world sees them."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.conversations.dialogue import append_events, reopen
from aisle.conversations.errors import ConversationNotFound, RepeatedKey
from aisle.conversations.models import Conversation, Message
from aisle.conversations.news import announce
from aisle.conversations.status import (
    AGENT,
    BOT,
    CUSTOMER,
    RESOLVED,
    check_sender,
)
from aisle.conversations.storing import (
    add_to_inbox,
    give_back_place,
    store_message,
    take_place,
)
from aisle.customers.identity import Proof, VerificationLevel
from aisle.customers.models import Customer
from aisle.database.types import utc_now
from aisle.language.cleaning import clean

_FIRST = "first"
"""The dedupe key of the message that a conversation begins with."""


@dataclass(frozen=True)
class NewMessage:
    """What somebody says. A repeated ``dedupe_key`` means the same message once more."""

    content: str
    sender_type: str
    sender_id: str | None = None
    message_type: str = "text"
    dedupe_key: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class ConversationService:
    """Works in the session's transaction; what changes is announced when that commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create_conversation(
        self,
        channel: str,
        customer: Customer | None = None,
        *,
        first_message: str | None = None,
        request_key: str | None = None,
    ) -> Conversation:
        """Open a conversation; a repeated ``request_key`` returns the first one.

        Args:
            customer: whose conversation it is. This counts as much as a one-time code, so the
                shop's server or its signed token must say so, never a visitor.
            first_message: what the customer says, answered as any message.

        Raises:
            RepeatedKey: the key belongs to another request.
        """
        earlier = self._made_before(request_key)
        if earlier is not None:
            first = self._said_before(earlier.id, _FIRST)
            said = None if first is None else first.content
            same_place = earlier.channel == channel and earlier.customer == customer
            _refuse_other_use(
                same_place and said == (None if first_message is None else clean(first_message))
            )
            return earlier
        key = uuid.uuid4()
        conversation = Conversation(
            id=key,
            sender_id=str(key),
            channel=channel,
            customer=customer,
            verification_level=int(VerificationLevel.CODE if customer else VerificationLevel.NONE),
            verified_by=Proof.SHOP.value if customer else None,
            request_key=request_key,
        )
        self._session.add(conversation)
        self._session.flush()
        if first_message is not None:
            first_words = NewMessage(first_message, CUSTOMER, str(key), dedupe_key=_FIRST)
            self.add_message(key, first_words)
        return conversation

    def get_conversation(self, conversation_id: uuid.UUID) -> Conversation:
        """Raises ConversationNotFound."""
        conversation = self._session.get(Conversation, conversation_id)
        if conversation is None:
            raise _not_found(conversation_id)
        return conversation

    def lock_conversation(self, conversation_id: uuid.UUID) -> Conversation:
        """Return the conversation for writing; others wait until the transaction ends.

        Raises:
            ConversationNotFound: there is none with this id.
        """
        statement = (
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        conversation = self._session.execute(statement).scalar_one_or_none()
        if conversation is None:
            raise _not_found(conversation_id)
        return conversation

    def add_message(self, conversation_id: uuid.UUID, new: NewMessage) -> Message:
        """Store a message; a customer's waits in the inbox for the bot's answer.

        Raises:
            ConversationNotFound: there is no such conversation.
            MessageNotAllowed: its status does not allow a message of this sender.
            RepeatedKey: the dedupe key belongs to another message.
        """
        place = take_place(self._session, conversation_id)
        if place is None:
            raise _not_found(conversation_id)
        content = clean(new.content)
        earlier = self._said_before(conversation_id, new.dedupe_key)
        if earlier is not None:
            said = (earlier.sender_type, earlier.content, earlier.details)
            _refuse_other_use(said == (new.sender_type, content, new.details))
            give_back_place(self._session, conversation_id)
            return earlier
        check_sender(place.status, new.sender_type)
        message = Message(
            sender_type=new.sender_type,
            sender_id=new.sender_id,
            content=content,
            message_type=new.message_type,
            dedupe_key=new.dedupe_key,
            details=new.details,
        )
        store_message(self._session, conversation_id, place, message)
        if new.sender_type == CUSTOMER:
            add_to_inbox(self._session, message)
        if new.sender_type in (AGENT, BOT):
            self._remember_in_dialogue(message)
        if new.sender_type == CUSTOMER and place.status == RESOLVED:
            reopen(self._session, self.get_conversation(conversation_id))
        return message

    def customer_changed(self, customer_id: uuid.UUID) -> None:
        """Let what is known of this customer's conversations be read anew."""
        statement = select(Conversation.id).where(Conversation.customer_id == customer_id)
        for conversation_id in self._session.execute(statement).scalars():
            announce(self._session, conversation_id, "status")

    def set_priority(self, conversation: Conversation, priority: str) -> None:
        if conversation.priority != priority:
            conversation.priority = priority
            conversation.updated_at = utc_now()
            announce(self._session, conversation.id, "status")

    def _remember_in_dialogue(self, message: Message) -> None:
        """Let the bot know, when it goes on, what others said to the customer."""
        said = {
            "event": "agent",
            "text": message.content,
            "data": {"sender_type": message.sender_type},
            "timestamp": time.time(),
        }
        append_events(self._session, self.get_conversation(message.conversation_id), [said])

    def _made_before(self, request_key: str | None) -> Conversation | None:
        if request_key is None:
            return None
        statement = select(Conversation).where(Conversation.request_key == request_key)
        return self._session.execute(statement).scalar_one_or_none()

    def _said_before(self, conversation_id: uuid.UUID, dedupe_key: str | None) -> Message | None:
        if dedupe_key is None:
            return None
        statement = (
            select(Message)
            .where(Message.conversation_id == conversation_id)
            .where(Message.dedupe_key == dedupe_key)
        )
        return self._session.execute(statement).scalar_one_or_none()


def _not_found(conversation_id: uuid.UUID) -> ConversationNotFound:
    return ConversationNotFound(f"No conversation has the id {conversation_id}")


def _refuse_other_use(same: bool) -> None:
    if not same:
        raise RepeatedKey("This idempotency key was used for another request; take a new one")
