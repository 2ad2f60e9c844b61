"""Some conversations again, on servers that keep everything in PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from aisle.database.engine import database_at
from tests.conftest import NewInstallation
from tests.conversations.cases import Case, read_cases
from tests.conversations.play import play
from tests.conversations.servers import Servers, running_servers

POSTGRES_URL = os.environ.get("AISLE_TEST_POSTGRES_URL")
REDIS_URL = os.environ.get("AISLE_TEST_REDIS_URL")
DATABASE = "aisle_conversations"
FILES = ("happy_path/track_an_order.yml", "escalation/on_request.yml", "invalid_input/messages.yml")
CASES = [
    case
    for file in FILES
    for case in read_cases(Path(__file__).parent / file)
    if not any("${code}" in (turn.user or "") for turn in case.turns)  # these set up no mail
]

pytestmark = pytest.mark.skipif(
    POSTGRES_URL is None or REDIS_URL is None,
    reason="AISLE_TEST_POSTGRES_URL or AISLE_TEST_REDIS_URL is not set",
)


@pytest.fixture(scope="module")
def servers_on_postgresql(new_installation: NewInstallation) -> Iterator[Servers]:
    assert POSTGRES_URL is not None
    assert REDIS_URL is not None
    _make_empty_database(POSTGRES_URL)
    environment = {**_production(POSTGRES_URL, REDIS_URL), **_secrets()}
    folder = new_installation("postgresql")  # of which only the index is used
    with running_servers(folder, environment=environment) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conversation_on_postgresql(case: Case, servers_on_postgresql: Servers) -> None:
    difference = play(case, servers_on_postgresql)
    if difference is not None:
        pytest.fail(f"{case.name} (- expected and missing, + not expected)\n\n{difference}", False)


def _production(postgres_url: str, redis_url: str) -> dict[str, str]:
    url, redis = make_url(postgres_url), make_url(redis_url)
    return {
        "AISLE_CONFIG": "config/production.yaml",
        "POSTGRES_HOST": url.host,
        "POSTGRES_PORT": str(url.port),
        "POSTGRES_DB": DATABASE,
        "POSTGRES_USER": url.username,
        "POSTGRES_PASSWORD": url.password or "not needed",
        "REDIS_HOST": redis.host,
        "REDIS_PORT": str(redis.port or 6379),
        "REDIS_PASSWORD": redis.password or "",
        "AISLE_SMTP_HOST": "127.0.0.1",
        "AISLE_MAIL_SENDER": "service@shop.example",
    }


def _secrets() -> dict[str, str]:
    names = ("JWT_SECRET", "ENCRYPTION_KEY", "API_KEYS", "SERVICE_TOKEN")
    generated = {f"AISLE_{name}": secrets.token_hex(32) for name in names}
    return {**generated, "AISLE_ALLOWED_ORIGINS": "https://shop.example"}


def _make_empty_database(url: str) -> None:
    # Other tests empty the database that the URL names while these servers run.
    database = database_at(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE}"))
        connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    database.dispose()
