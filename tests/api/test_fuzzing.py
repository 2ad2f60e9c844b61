"""Requests that schemathesis makes up from the OpenAPI document."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from aisle.api import live
from aisle.api.routes import stream
from aisle.database.engine import Database
from aisle.live.bus import get_bus
from tests.api.acts import open_conversation
from tests.api.bot import answering
from tests.api.serving import API_KEY, Api, database_settings, make_empty_index, serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PUBLIC = {"/visitors", "/health", "/ready"}
CLOSED = {401, 404, 405, 413, 415, 422, 429}


@pytest.fixture(scope="module")
def api(database: Database, folder: Path) -> Iterator[Api]:
    """Its live streams end at once, a bot answers, and articles can be searched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LONGEST_S", 0.0)
        patch.setattr(live, "HEARTBEAT_S", 0.01)
        with (
            serving(folder, database_settings(database)) as api,
            answering(api.state.database, get_bus()),
        ):
            make_empty_index()
            yield api


@pytest.fixture(scope="module")
def known(api: Api) -> dict[str, str]:
    """Ids of what there is."""
    with api.client(X_API_Key=API_KEY) as shop:
        conversation = open_conversation(shop, initial_message="hello")
        customer = shop.post("/customers", json={"external_id": "known"}).json()["id"]
        upload = {"file": ("a.txt", b"a", "text/plain")}
        attachment = shop.post(f"/conversations/{conversation}/attachments", files=upload).json()
        article = shop.post("/knowledge/articles", json={"title": "Known", "content": "Text."})
    return {
        "conversation_id": conversation,
        "customer_id": customer,
        "attachment_id": attachment["id"],
        "article_id": article.json()["id"],
    }


@pytest.fixture
def api_schema(api: Api) -> Any:
    return schemathesis.openapi.from_url(f"{api.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("api_schema")
bounded = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schema.parametrize()
@bounded
def test_whatever_the_shops_server_sends_is_answered_as_documented(
    case: Case, known: dict[str, str]
) -> None:
    for name in case.path_parameters or {}:
        if uuid.uuid4().int % 4:  # mostly something that there is
            case.path_parameters[name] = known[name]
    case.call_and_validate(headers={"X-API-Key": API_KEY}, checks=CHECKS, timeout=20)


@schema.parametrize()
@bounded
def test_whatever_somebody_unknown_sends_opens_only_what_is_public(
    case: Case, known: dict[str, str]
) -> None:
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    response = case.call(headers={"Authorization": ""}, timeout=20)
    public = case.operation.path in PUBLIC and response.status_code < 300
    assert public or response.status_code in CLOSED, response.text
