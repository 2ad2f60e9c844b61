"""What the Dockerfile builds, run as the compose file says, on real databases."""

import os
import secrets
import signal
import socket
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from aisle.database.engine import database_at
from tests.deploy.compose import SECRETS, example
from tests.deploy.containers import Containers
from tests.deploy.replay import Image

POSTGRES_URL = os.environ.get("AISLE_TEST_POSTGRES_URL")
REDIS_URL = os.environ.get("AISLE_TEST_REDIS_URL")
DATABASE = "aisle_deploy"
API_KEY = secrets.token_hex(32)
ANSWER_S = 20

pytestmark = pytest.mark.skipif(
    POSTGRES_URL is None or REDIS_URL is None,
    reason="AISLE_TEST_POSTGRES_URL or AISLE_TEST_REDIS_URL is not set",
)


@pytest.fixture(scope="module")
def containers(
    images: dict[str, Image], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Containers]:
    filled_in = {**example(optional=False), **{name: secrets.token_hex(32) for name in SECRETS}}
    filled_in["AISLE_API_KEYS"] = API_KEY
    logs = tmp_path_factory.mktemp("containers")
    running = Containers(images, filled_in, {**_databases(), **_addresses()}, logs)
    try:
        running.up("seed")
        running.up("api")
        yield running
    finally:
        running.down()


@pytest.fixture
def api(containers: Containers) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=containers.address("api"),
        headers={"X-API-Key": API_KEY},
        timeout=ANSWER_S + 10,
        trust_env=False,
    ) as client:
        yield client


@pytest.fixture
def conversation(api: httpx.Client) -> str:
    created = api.post("/conversations", json={"customer_id": None, "channel": "web"})
    assert created.status_code == 201, created.text
    return f"/conversations/{created.json()['id']}"


def test_everything_is_ready(api: httpx.Client) -> None:
    answer = api.get("/ready").json()
    assert answer["status"] == "ready", answer
    assert {"database", "redis", "attachments"} <= answer["components"].keys()


def test_a_question_is_answered_from_the_articles(api: httpx.Client, conversation: str) -> None:
    assert "€19.90" in ask(api, conversation, "what does express delivery to Austria cost?")


def test_an_order_is_looked_for_after_asking_who_it_is(
    api: httpx.Client, conversation: str
) -> None:
    assert "e-mail" in ask(api, conversation, "where is my order #W1000234?")
    assert "W1000234" in ask(api, conversation, "nora.lindqvist@example.com")


def test_an_attachment_is_stored_and_read_again(api: httpx.Client, conversation: str) -> None:
    note = ("note.txt", b"the left wheel is missing", "text/plain")
    stored = api.post(f"{conversation}/attachments", files={"file": note})
    assert stored.status_code == 201, stored.text
    read = api.get(f"{conversation}/attachments/{stored.json()['id']}")
    assert read.content == note[1]


def test_a_caller_without_a_key_is_refused(containers: Containers) -> None:
    url = f"{containers.address('api')}/conversations"
    assert httpx.get(url, trust_env=False).status_code == 401


def test_nothing_tried_to_write_where_it_may_not(containers: Containers) -> None:
    assert "Permission denied" not in containers.log()
    assert "Read-only file system" not in containers.log()


def test_no_log_has_a_secret_in_it(containers: Containers) -> None:
    assert [name for name in SECRETS if containers.variables[name] in containers.log()] == []


def test_what_is_told_to_stop_stops_by_itself(containers: Containers) -> None:
    # uvicorn ends as the signal would have ended it, after it has finished its work.
    for name in ("api", "rasa", "actions"):
        assert containers.stop(name) in (0, -signal.SIGTERM)


def ask(api: httpx.Client, conversation: str, content: str) -> str:
    """Return what the bot answers."""
    message = {"content": content, "sender_type": "customer", "sender_id": "visitor"}
    answer = api.post(f"{conversation}/messages", params={"wait": ANSWER_S}, json=message)
    assert answer.status_code == 200, answer.text
    return "\n".join(reply["content"] for reply in answer.json()["replies"])


def _databases() -> dict[str, str]:
    """Make an empty database, and say where it and Redis are."""
    assert POSTGRES_URL is not None
    assert REDIS_URL is not None
    database = database_at(POSTGRES_URL)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE}"))
        connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    database.dispose()
    postgres, redis = make_url(POSTGRES_URL), make_url(REDIS_URL)
    return {
        "POSTGRES_HOST": postgres.host,
        "POSTGRES_PORT": str(postgres.port or 5432),
        "POSTGRES_DB": DATABASE,
        "POSTGRES_USER": postgres.username,
        "POSTGRES_PASSWORD": postgres.password or "not needed",
        "REDIS_HOST": redis.host,
        "REDIS_PORT": str(redis.port or 6379),
        "REDIS_PASSWORD": redis.password or "",
    }


def _addresses() -> dict[str, str]:
    """Give every server a free port of this machine, for itself and for the others."""
    found: dict[str, str] = {}
    for name in ("API", "RASA", "ACTIONS"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        found[f"AISLE_{name}_HOST"] = "127.0.0.1"
        found[f"AISLE_{name}_PORT"] = str(port)
        found[f"AISLE_{name}_URL"] = f"http://127.0.0.1:{port}"
    return found
