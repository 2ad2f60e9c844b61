"""Errors as problem documents (RFC 9457)."""

import logging
import traceback
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aisle.access.callers import AccessDenied
from aisle.attachments.errors import (
    AttachmentContentMismatch,
    AttachmentNotFound,
    AttachmentTooLarge,
    AttachmentTypeNotAllowed,
    BlobStoreUnavailable,
)
from aisle.conversations.errors import (
    ConversationNotFound,
    MessageNotAllowed,
    RepeatedKey,
    StatusNotAllowed,
)
from aisle.customers.service import CustomerConflict, CustomerNotFound
from aisle.documents.mongodb import MongodbUnavailable
from aisle.knowledge.errors import (
    ArticleExists,
    IndexMismatch,
    IndexMissing,
    IndexUnavailable,
    UnknownArticle,
    UnknownFilter,
    VersionConflict,
)
from aisle.language.encoder import EncoderMissing

RETRY_AFTER_S = 2
MEDIA_TYPE = "application/problem+json"

_STATUS_OF: dict[type[Exception], int] = {
    ConversationNotFound: 404,
    CustomerNotFound: 404,
    AttachmentNotFound: 404,
    UnknownArticle: 404,
    MessageNotAllowed: 409,
    StatusNotAllowed: 409,
    CustomerConflict: 409,
    ArticleExists: 409,
    RepeatedKey: 422,
    UnknownFilter: 422,
    AttachmentTooLarge: 413,
    AttachmentTypeNotAllowed: 415,
    AttachmentContentMismatch: 422,
}
_UNUSABLE = (
    MongodbUnavailable,
    IndexUnavailable,
    IndexMissing,
    IndexMismatch,
    EncoderMissing,
)
_INVALID = "The request is not valid"
_log = logging.getLogger(__name__)


def problem(
    status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Return a problem document; ``more`` are further members of it."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(content, status, headers, MEDIA_TYPE)


def documented(description: str) -> dict[str, Any]:
    """Return what OpenAPI is to say of an answer that is a problem document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of the application leave as a problem document."""
    for error in _STATUS_OF:
        app.add_exception_handler(error, _told)
    app.add_exception_handler(VersionConflict, _changed_meanwhile)
    app.add_exception_handler(AccessDenied, _denied)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _no_database)
    app.add_exception_handler(PoolTimeout, _no_database)
    app.add_exception_handler(BlobStoreUnavailable, _no_blobs)
    for unusable in _UNUSABLE:
        app.add_exception_handler(unusable, _no_articles)
    app.add_middleware(_Unexpected)


async def _told(_: Request, error: Exception) -> JSONResponse:
    return problem(_STATUS_OF[type(error)], str(error))


async def _changed_meanwhile(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VersionConflict)
    return problem(409, str(error), version=error.present)


async def _denied(_: Request, error: Exception) -> JSONResponse:
    return problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # A door and its route may both read a path's id; it is told once.
    messages = {".".join(map(str, found["loc"])): found["msg"] for found in error.errors()}
    errors = [{"field": field, "message": message} for field, message in messages.items()]
    return problem(422, _INVALID, errors=errors)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 400:
        # FastAPI says so of a body that it cannot read, and 422 to JSON that it cannot parse.
        return problem(422, _INVALID, errors=[{"field": "body", "message": detail}])
    return problem(error.status_code, detail, headers=dict(error.headers or {}))


async def _no_database(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, DBAPIError) and not _is_unavailable(error):
        return _unexpected(request.scope, error)
    _log.error("The database cannot be used: %s", type(error).__name__)
    return _come_back("The database cannot be reached; try again in a moment")


async def _no_blobs(_: Request, error: Exception) -> JSONResponse:
    _log.error("%s", error)
    return _come_back("Attachments cannot be stored or read now; try again in a moment")


async def _no_articles(_: Request, error: Exception) -> JSONResponse:
    _log.error("%s", error)
    return _come_back("Articles cannot be stored or searched now; try again in a moment")


def _come_back(detail: str) -> JSONResponse:
    return problem(503, detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def _is_unavailable(error: DBAPIError) -> bool:
    kind = type(error.orig).__name__
    return bool(error.connection_invalidated) or kind in ("OperationalError", "InterfaceError")


class _Unexpected:
    """Answers 500 to what nobody expected. Starlette's own handler would raise it again,
    and the web server log it with all that its message quotes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = False

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001  # whatever it is, the caller gets an answer
            response = _unexpected(scope, error)
            if not answered:
                await response(scope, receive, send)


def _unexpected(scope: Scope, error: Exception) -> JSONResponse:
    # A database's messages quote what was to be stored, which is personal data.
    reason = type(error).__name__ if isinstance(error, SQLAlchemyError) else repr(error)
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s %s failed: %s\n%s", scope["method"], scope["path"], reason, frames)
    return problem(500, "Something went wrong here; it is in the server's log")
