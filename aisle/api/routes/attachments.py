"""Pictures and files that belong to a conversation."""

import uuid
from typing import Any

from fastapi import APIRouter, Response, UploadFile

from aisle.api.doors import ConversationCaller, CurrentState
from aisle.api.problems import documented
from aisle.api.schemas import AttachmentOut
from aisle.attachments.accepting import accept
from aisle.conversations.attachments import load_attachment, save_attachment
from aisle.conversations.models import Attachment
from aisle.conversations.service import ConversationService

router = APIRouter(prefix="/conversations/{conversation_id}/attachments", tags=["attachments"])


_UPLOAD: dict[str, Any] = {
    "requestBody": {"content": {"multipart/form-data": {"example": {"file": "receipt.pdf"}}}}
}


@router.post(
    "",
    response_model=AttachmentOut,
    status_code=201,
    responses={415: documented("Files of this type are not accepted")},
    openapi_extra=_UPLOAD,
)
def upload(
    conversation_id: uuid.UUID, file: UploadFile, _: ConversationCaller, state: CurrentState
) -> Attachment:
    """Upload a file; a message of type image or file then names it by its id."""
    content = file.file.read()
    accepted = accept(
        file.filename or "", file.content_type or "", content, state.settings.attachments
    )
    with state.database.transaction() as session:
        conversation = ConversationService(session).get_conversation(conversation_id)
        return save_attachment(session, conversation, accepted, state.blobs)


@router.get(
    "/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
def download(
    conversation_id: uuid.UUID,
    attachment_id: uuid.UUID,
    _: ConversationCaller,
    state: CurrentState,
) -> Response:
    with state.database.reading() as session:
        attachment, content = load_attachment(session, conversation_id, attachment_id, state.blobs)
    # Never shown as a page of this origin, whatever is in it.
    headers = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=attachment.content_type, headers=headers)
