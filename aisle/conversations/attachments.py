"""The pictures and files of a conversation: a row here, the bytes in the attachment store."""

import logging
import uuid
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from aisle.attachments.accepting import AcceptedFile
from aisle.attachments.blobs import BlobStore
from aisle.attachments.errors import AttachmentNotFound, BlobStoreUnavailable
from aisle.conversations.models import Attachment, Conversation

_log = logging.getLogger(__name__)


def save_attachment(
    session: Session, conversation: Conversation, file: AcceptedFile, store: BlobStore
) -> Attachment:
    """Store a file's bytes and its row; the bytes go again if the transaction rolls back.

    Raises:
        BlobStoreUnavailable: the bytes cannot be stored, so there is no row either.
    """
    attachment = Attachment(
        id=uuid.uuid4(),
        conversation_id=conversation.id,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
    )
    store.write(attachment.id.hex, file.content)
    _delete_after_rollback(session, attachment, store)
    session.add(attachment)
    session.flush()
    return attachment


def find_attachment(
    session: Session, conversation_id: uuid.UUID, attachment_id: uuid.UUID
) -> Attachment:
    """Raises AttachmentNotFound: the conversation has no such attachment; another one may."""
    statement = (
        select(Attachment)
        .where(Attachment.id == attachment_id)
        .where(Attachment.conversation_id == conversation_id)
    )
    attachment: Attachment | None = session.execute(statement).scalar_one_or_none()
    if attachment is None:
        raise AttachmentNotFound("There is no such attachment in this conversation")
    return attachment


def load_attachment(
    session: Session, conversation_id: uuid.UUID, attachment_id: uuid.UUID, store: BlobStore
) -> tuple[Attachment, bytes]:
    """Return an attachment of this conversation and its content.

    Raises:
        AttachmentNotFound: as ``find_attachment`` does.
        BlobError: the row is there, but its content is lost or cannot be read.
    """
    attachment = find_attachment(session, conversation_id, attachment_id)
    return attachment, store.read(attachment.id.hex)


def _delete_after_rollback(session: Session, attachment: Attachment, store: BlobStore) -> None:
    def transaction_ended(_session: Session, transaction: Any) -> None:
        # A row that was rolled back, with the transaction or a savepoint, is transient again.
        # Only the end of the whole transaction counts, when no database lock is held any more.
        if transaction.parent is None and inspect(attachment).transient:
            _delete_blob(store, attachment.id)

    event.listen(session, "after_transaction_end", transaction_ended)


def _delete_blob(store: BlobStore, attachment_id: uuid.UUID) -> None:
    try:
        store.delete(attachment_id.hex)
    except BlobStoreUnavailable:  # what made the transaction fail matters more
        _log.exception("The attachment %s has no row, but its content remains", attachment_id)
