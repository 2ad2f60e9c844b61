"""The HTTP API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from aisle import __version__
from aisle.access.origins import web_origins
from aisle.api.bodies import BodyLimit
from aisle.api.doors import SCHEMES
from aisle.api.problems import add_problem_handlers, documented
from aisle.api.routes import (
    articles,
    attachments,
    conversations,
    customers,
    health,
    knowledge,
    messages,
    stream,
    visitors,
)
from aisle.api.schemas import Problem
from aisle.api.state import State
from aisle.attachments.accepting import max_bytes

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: documented(description)
    for status, description in {
        401: "Nobody said who is calling",
        403: "The caller may not do this",
        404: "There is no such thing",
        409: "Its status does not allow this",
        413: "The body is too large",
        422: "The request is not valid",
        429: "Too many requests",
        503: "The database cannot be reached; see Retry-After",
    }.items()
}


def create_app(state: State) -> FastAPI:
    """Return the application; its background work begins when it is started."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with state.live.running():
            yield

    app = FastAPIOffline(
        title="Aisle",
        version=__version__,
        description="Conversations of an online shop with its customers.",
        lifespan=lifespan,
    )
    app.state.aisle = state
    app.openapi = lambda: _openapi(app)
    add_problem_handlers(app)
    for router in (
        conversations.router,
        messages.router,
        stream.router,
        attachments.router,
        visitors.router,
        customers.router,
        articles.router,
        knowledge.router,
    ):
        app.include_router(router, dependencies=SCHEMES, responses=_PROBLEMS)
    app.include_router(health.router)
    app.add_middleware(BodyLimit, attachment_bytes=max_bytes(state.settings.attachments))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=web_origins(state.settings.security),
        allow_methods=["GET", "POST", "PATCH"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        expose_headers=["Retry-After"],
    )
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        # No route returns it as a model, so FastAPI does not know that it is referred to.
        document["components"]["schemas"]["Problem"] = Problem.schema()
    return app.openapi_schema or {}
