"""Whether the service lives, and whether it can do its work."""

import logging

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from aisle.api.doors import CurrentState
from aisle.api.schemas import Readiness
from aisle.attachments.blobs import BlobStore
from aisle.conversations.inbox import Backlog, backlog
from aisle.database.engine import Database
from aisle.documents.mongodb import mongodb_status
from aisle.knowledge.indexes.active import index_status
from aisle.live.health import redis_status

_log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])
_waiting = Gauge("aisle_inbox_waiting", "Messages that wait for an answer.")
_oldest = Gauge("aisle_inbox_oldest_seconds", "How long the oldest of them has waited.")


@router.get("/health")
def health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


@router.get("/ready", responses={503: {"model": Readiness}})
def ready(state: CurrentState, response: Response) -> Readiness:
    """Whether everything behind it works. Degraded means slower, but nothing is lost."""
    waiting = _backlog(state.database)
    others = {
        "redis": redis_status(),
        "mongodb": mongodb_status(),
        "elasticsearch": index_status(),
        "attachments": _attachments(state.blobs),
    }
    components = {name: status for name, status in others.items() if status is not None}
    if waiting is None:
        response.status_code = 503
        components["database"] = "unreachable"
        return Readiness(
            status="unavailable",
            components=components,
            inbox_waiting=None,
            inbox_oldest_seconds=None,
        )
    fine = all(status == "ok" for status in components.values())
    return Readiness(
        status="ready" if fine else "degraded",
        components={"database": "ok", **components},
        inbox_waiting=waiting.waiting,
        inbox_oldest_seconds=round(waiting.oldest_seconds, 3),
    )


@router.get("/metrics", response_class=Response, include_in_schema=False)
def metrics(state: CurrentState) -> Response:
    """For Prometheus."""
    waiting = _backlog(state.database)
    if waiting is not None:
        _waiting.set(waiting.waiting)
        _oldest.set(waiting.oldest_seconds)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _attachments(blobs: BlobStore) -> str:
    status = blobs.status()
    if status == "ok":
        return status
    _log.warning(status)  # anybody may ask here, and it names the bucket
    return "unavailable"


def _backlog(database: Database) -> Backlog | None:
    try:
        with database.reading() as session:
            return backlog(session)
    except SQLAlchemyError:
        return None
