"""What the API takes and gives."""

import math
import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConstrainedStr, Extra, Field, root_validator, validator
from pydantic.utils import GetterDict

from aisle.language.cleaning import NOT_BLANK, ONE_LINE, storable

Status = Literal["active", "resolved", "escalated", "closed"]
Priority = Literal["low", "medium", "high", "urgent"]
SenderType = Literal["customer", "bot", "agent", "system"]
MessageType = Literal["text", "image", "file", "system"]

LONGEST_MESSAGE = 4_000
DEEPEST_PREFERENCE = 10


class Name(ConstrainedStr):
    """A short text without control characters."""

    strip_whitespace = True
    min_length = 1
    max_length = 100
    regex = ONE_LINE


class Channel(Name):
    max_length = 50


class SenderId(Name):
    max_length = 255


class Phone(Name):
    max_length = 50


class Email(Name):
    max_length = 254
    regex = r"^[^\s@\x00-\x1f\x7f-\x9f\ud800-\udfff]+@[^\s@\x00-\x1f\x7f-\x9f\ud800-\udfff]+\Z"


class Content(ConstrainedStr):
    """What is said; it may have any characters, but not only spaces."""

    min_length = 1
    max_length = LONGEST_MESSAGE
    regex = NOT_BLANK


class Documented(BaseModel):
    """Tells OpenAPI what may be null, which pydantic leaves out, and the ``example``."""

    class Config:
        example: dict[str, Any] | None = None

        @staticmethod
        def schema_extra(schema: dict[str, Any], model: type[BaseModel]) -> None:
            for field in model.__fields__.values():
                if field.allow_none:
                    known = schema["properties"][field.name]
                    schema["properties"][field.name] = {"anyOf": [known, {"type": "null"}]}
            example = getattr(model.__config__, "example", None)
            if example is not None:
                schema["example"] = example


class Input(Documented):
    class Config:
        extra = Extra.forbid


class Output(Documented):
    class Config:
        orm_mode = True


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class NewConversation(Input):
    customer_id: uuid.UUID | None = Field(
        description="Of a customer made with POST /customers; null for somebody unknown."
    )
    channel: Channel
    initial_message: Content | None = None

    class Config:
        example = {
            "customer_id": None,
            "channel": "web",
            "initial_message": "how long does delivery take?",
        }


class ConversationCreated(Output):
    id: uuid.UUID
    customer_id: uuid.UUID | None
    channel: str
    status: Status
    created_at: datetime


class ConversationOut(ConversationCreated):
    priority: Priority
    verification_level: int
    verified_by: Literal["contact", "code", "shop"] | None
    message_count: int
    updated_at: datetime


class ContextOut(Output):
    """``aisle.conversations.overview.ConversationOverview``, described there."""

    conversation_id: uuid.UUID
    customer_id: uuid.UUID | None
    customer_name: str | None
    verification_level: int
    verified_by: Literal["contact", "code", "shop"] | None
    channel: str
    status: Status
    priority: Priority
    message_count: int
    last_message_at: datetime | None
    waiting_since: datetime | None
    last_intent: str | None
    recent_intents: list[str]
    sentiment: float | None
    sentiment_trend: Literal["improving", "stable", "declining", "unknown"]
    entities: list[dict[str, Any]]


class ConversationPage(Documented):
    items: list[ConversationOut]
    next_cursor: str | None = Field(description="For the next page; null on the last one.")


class ConversationChange(Input):
    status: Status | None = None
    priority: Priority | None = None

    @root_validator(skip_on_failure=True)
    def _something(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not any(values.values()):
            raise ValueError("give a status or a priority")
        return values

    class Config:
        example = {"status": "resolved"}


class NewMessageIn(Input):
    content: Content
    sender_type: SenderType
    sender_id: SenderId
    message_type: MessageType = "text"
    attachment_id: uuid.UUID | None = Field(
        None, description="Of an uploaded attachment, for the message types image and file."
    )

    @root_validator(skip_on_failure=True)
    def _attachment_fits(cls, values: dict[str, Any]) -> dict[str, Any]:
        needs = values["message_type"] in ("image", "file")
        if needs != (values["attachment_id"] is not None):
            raise ValueError("attachment_id belongs to the message types image and file")
        if values["message_type"] == "system" and values["sender_type"] != "system":
            raise ValueError("message_type system belongs to sender_type system")
        return values

    class Config:
        example = {
            "content": "where is my order #W1000871?",
            "sender_type": "customer",
            "sender_id": "visitor-17",
        }


class _MessageRow(GetterDict):
    """On the model, ``metadata`` is SQLAlchemy's own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get("details" if key == "metadata" else key, default)


class MessageOut(Output):
    id: uuid.UUID
    conversation_id: uuid.UUID
    sequence: int
    sender_type: SenderType
    sender_id: str | None
    content: str
    message_type: MessageType
    timestamp: datetime
    in_reply_to: uuid.UUID | None
    metadata: dict[str, Any]

    class Config:
        getter_dict = _MessageRow


class AnalysedMessageOut(MessageOut):
    """What the shop's server sees in addition: NLU's findings."""

    intent: str | None
    sentiment_score: float | None
    entities: list[dict[str, Any]]


class MessagePage(Documented):
    items: list[AnalysedMessageOut | MessageOut]
    next_after: int | None = Field(description="``after`` of the next page; null on the last one.")


class MessageAccepted(BaseModel):
    message_id: uuid.UUID
    status: Literal["processed"] = "processed"


class MessageAnswered(MessageAccepted):
    replies: list[MessageOut] = Field(description="What the bot answered within the time.")


class TypingIn(Input):
    sender_type: Literal["customer", "agent"]
    active: bool = True

    class Config:
        example = {"sender_type": "customer", "active": True}


class NewCustomer(Input):
    external_id: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    preferences: dict[str, Any] | None = None

    @validator("preferences")
    def _can_be_stored(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        _check_json(value, DEEPEST_PREFERENCE)
        cleaned: dict[str, Any] | None = storable(value)
        return cleaned

    @root_validator(skip_on_failure=True)
    def _can_be_found_again(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not values["external_id"] and not values["email"]:
            raise ValueError("give an external_id or an email")
        return values

    class Config:
        example = {
            "external_id": "shop-4711",
            "email": "ada.byron@example.com",
            "first_name": "Ada",
            "last_name": "Byron",
        }


def _check_json(value: Any, levels: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and Infinity are no JSON")
    if isinstance(value, (dict, list)):
        if levels == 0:
            raise ValueError(f"is nested more than {DEEPEST_PREFERENCE} levels deep")
        for item in value.values() if isinstance(value, dict) else value:
            _check_json(item, levels - 1)


class CustomerOut(Output):
    id: uuid.UUID
    external_id: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    preferences: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class NewVisitor(Input):
    channel: Channel = Channel("web")

    class Config:
        example = {"channel": "web"}


class VisitorCreated(BaseModel):
    conversation_id: uuid.UUID
    token: str = Field(description="For the header `Authorization: Bearer …`.")
    expires_at: datetime


class AttachmentOut(Output):
    id: uuid.UUID
    name: str
    content_type: str
    size: int
    created_at: datetime


class Readiness(Documented):
    status: Literal["ready", "degraded", "unavailable"]
    components: dict[str, str]
    inbox_waiting: int | None
    inbox_oldest_seconds: float | None
