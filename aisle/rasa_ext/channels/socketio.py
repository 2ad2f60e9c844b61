"""Rasa's socket.io channel, where a connection belongs to one conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.socketio import SocketBlueprint, SocketIOInput, SocketIOOutput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as ConnectionRefused

from aisle.access.callers import AccessDenied
from aisle.access.origins import web_origins
from aisle.access.secrets import Secrets, get_secrets
from aisle.access.tokens import VisitorToken, read_visitor_token
from aisle.rasa_ext.channels.problem import Problem, failure, require_model, visitor_text
from aisle.settings import get_settings

ERROR_EVENT = "aisle_error"
Handle = Callable[[UserMessage], Awaitable[None]]


@dataclass(frozen=True)
class _Connection:
    app: Any
    conversation_id: str
    expiry: "asyncio.Task[None]"


class GuardedSocketIOInput(SocketIOInput):
    """Named in credentials.yml as ``aisle.rasa_ext.channels.socketio.GuardedSocketIOInput``.

    A page connects with ``auth: {token: …}``, a visitor's token. The connection is
    in that token's conversation, and no other, until the token expires.
    """

    def __init__(self, secrets: Secrets, origins: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self._secrets = secrets
        self._origins = origins
        self._connections: dict[str, _Connection] = {}

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "GuardedSocketIOInput":
        names = ("user_message_evt", "bot_message_evt", "socketio_path")
        given = credentials or {}
        options = {name: given[name] for name in names if name in given}
        return cls(get_secrets(), web_origins(get_settings().security), **options)

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        # An empty list leaves the headers to the server; connect() looks at the origin.
        sio = AsyncServer(async_mode="sanic", cors_allowed_origins=[])
        self.sio = sio

        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        async def take(sid: str, data: object = None) -> None:
            await self._take(on_new_message, sid, data)

        sio.on("connect", self._connect)
        sio.on("disconnect", self._disconnect)
        sio.on("session_request", self._confirm_session)
        sio.on(self.user_message_evt, take)
        blueprint = SocketBlueprint(sio, self.socketio_path, "guarded_socketio", __name__)
        blueprint.add_route(health, "/")
        return blueprint

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        if sid in self._connections:
            return  # socket.io calls this too when a client sends an event named "connect"
        self._refuse_origin(environ)
        token = self._token(auth)
        conversation_id = str(token.conversation_id)
        expiry = self.sio.start_background_task(self._close_when_expired, sid, token.expires_at)
        app = environ["sanic.request"].app
        self._connections[sid] = _Connection(app, conversation_id, expiry)
        self.sio.enter_room(sid, conversation_id)

    async def _disconnect(self, sid: str, *_: object) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None and connection.expiry is not asyncio.current_task():
            connection.expiry.cancel()
        # Or else an event that a client names "disconnect" would only stop the clock.
        await self.sio.disconnect(sid)

    async def _confirm_session(self, sid: str, _: object = None) -> None:
        connection = self._connections.get(sid)
        if connection is not None:
            await self._emit("session_confirm", connection.conversation_id, sid)

    async def _take(self, on_new_message: Handle, sid: str, data: object) -> None:
        try:
            message = self._message(sid, data)
            try:
                await on_new_message(message)
            except Exception as error:
                raise failure(error) from error
        except Problem as problem:
            await self._emit(ERROR_EVENT, problem.document, sid)

    def _message(self, sid: str, data: object) -> UserMessage:
        connection = self._connections.get(sid)
        if connection is None:
            raise Problem(401, "Access denied", "The connection has no token")
        if not isinstance(data, dict):
            raise Problem(422, "Message missing", 'Send {"message": …}')
        if data.get("session_id", connection.conversation_id) != connection.conversation_id:
            raise Problem(403, "Other conversation", "session_id is not the token's conversation")
        require_model(connection.app)
        return UserMessage(
            visitor_text(data.get("message")),
            SocketIOOutput(self.sio, self.bot_message_evt),
            connection.conversation_id,
            input_channel=self.name(),
        )

    def _refuse_origin(self, environ: dict[str, Any]) -> None:
        # Browsers let any page open a websocket, and name the page's origin.
        origin = environ.get("HTTP_ORIGIN")
        same_host = origin is not None and urlsplit(origin).netloc == environ.get("HTTP_HOST")
        if origin is not None and origin not in self._origins and not same_host:
            raise ConnectionRefused("This page may not talk to the bot")

    def _token(self, auth: object) -> VisitorToken:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            raise ConnectionRefused("A visitor's token is needed")
        try:
            return read_visitor_token(self._secrets, token)
        except AccessDenied as denied:
            raise ConnectionRefused(str(denied)) from None

    async def _close_when_expired(self, sid: str, expires_at: datetime) -> None:
        remaining = expires_at - datetime.now(timezone.utc)
        await asyncio.sleep(remaining.total_seconds())
        await self._emit(
            ERROR_EVENT, Problem(401, "Access denied", "The token has expired").document, sid
        )
        await self.sio.disconnect(sid)

    async def _emit(self, event: str, data: object, sid: str) -> None:
        await self.sio.emit(event, data, room=sid)
