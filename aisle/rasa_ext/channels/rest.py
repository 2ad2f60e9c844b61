"""Rasa's REST channel, for the shop's server and for visitors with a token."""

from asyncio import Queue
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from rasa.utils.endpoints import bool_arg
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from aisle.access.callers import AccessDenied, Caller, ShopServer, Visitor
from aisle.access.identify import identify
from aisle.access.secrets import Secrets, get_secrets
from aisle.rasa_ext.channels.problem import Problem, failure, require_model, visitor_text

LONGEST_SENDER = 255
LONGEST_CHANNEL = 50
Handle = Callable[[UserMessage], Awaitable[None]]


class GuardedRestInput(RestInput):
    """Named in credentials.yml as ``aisle.rasa_ext.channels.rest.GuardedRestInput``.

    The shop's server (API key or service token) writes as any ``sender``; a visitor's
    token writes in its own conversation, whatever the body says.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "GuardedRestInput":
        return cls(get_secrets())

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        async def receive(request: Request) -> Any:
            try:
                require_model(request.app)
                message = self._message(request)
                if bool_arg(request, "stream", default=False):
                    return self._stream(on_new_message, message)
                return await _answer(on_new_message, message)
            except Problem as problem:
                return _problem(problem)

        blueprint = Blueprint("guarded_rest", __name__)
        blueprint.add_route(health, "/")
        blueprint.add_route(receive, "/webhook", methods=["POST"])
        return blueprint

    def _message(self, request: Request) -> UserMessage:
        caller = self._caller(request)
        body = _body(request)
        if isinstance(caller, Visitor):
            text, sender = visitor_text(body.get("message")), str(caller.conversation_id)
            return UserMessage(text, CollectingOutputChannel(), sender, input_channel=self.name())
        if isinstance(caller, ShopServer):
            channel = _short(body, "input_channel", LONGEST_CHANNEL, self.name())
            sender = _short(body, "sender", LONGEST_SENDER)
            return UserMessage(
                _text(body), CollectingOutputChannel(), sender, input_channel=channel
            )
        raise Problem(403, "No conversation", "Begin a conversation at the API and use its token")

    def _caller(self, request: Request) -> Caller:
        headers = request.headers
        try:
            return identify(self._secrets, headers.get("x-api-key"), headers.get("authorization"))
        except AccessDenied as denied:
            raise Problem(401, "Access denied", str(denied)) from None

    def _stream(self, on_new_message: Handle, message: UserMessage) -> Any:
        stream = self.stream_response(
            on_new_message, message.text, message.sender_id, message.input_channel, None
        )
        return response.stream(stream, content_type="text/event-stream")

    @staticmethod
    async def on_message_wrapper(
        on_new_message: Handle, text: str, queue: Queue[Any], *message: Any
    ) -> None:
        """Rasa's own leaves the reader waiting for ever when the message fails."""
        try:
            await RestInput.on_message_wrapper(on_new_message, text, queue, *message)
        except Exception as error:  # noqa: BLE001  # failure() logs it
            await queue.put(failure(error).document)
            await queue.put("DONE")


async def _answer(on_new_message: Handle, message: UserMessage) -> HTTPResponse:
    try:
        await on_new_message(message)
    except Exception as error:
        raise failure(error) from error
    return response.json(message.output_channel.messages)


def _problem(problem: Problem) -> HTTPResponse:
    return response.json(
        problem.document,
        status=problem.status,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"} if problem.status == 401 else None,
    )


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except InvalidUsage:
        raise Problem(400, "No JSON", "The body cannot be read as JSON") from None
    if not isinstance(body, dict):
        raise Problem(422, "No JSON object", 'The body must be {"sender": …, "message": …}')
    return body


def _text(body: dict[str, Any]) -> str:
    # The shop's server is trusted with lengths, and the bot has an answer to an empty text.
    text = body.get("message")
    if not isinstance(text, str):
        raise Problem(422, "Message missing", "message must be a text")
    return text


def _short(body: dict[str, Any], name: str, longest: int, default: object = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise Problem(422, f"{name} missing", f"{name} must be a text of 1 to {longest} characters")
    if not value.isprintable():
        raise Problem(422, f"{name} not usable", f"{name} must hold no control characters")
    return value
