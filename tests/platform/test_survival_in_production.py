"""The same with PostgreSQL, Redis and two Rasa servers: the databases go down as well."""

import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import NewInstallation
from tests.conversations.servers import Servers, running_servers
from tests.live import redis_server
from tests.live.redis_server import RedisServer
from tests.platform import postgres
from tests.platform.postgres import PostgresServer
from tests.platform.records import (
    check_answered_once_and_in_order,
    check_each_got_a_reply,
    check_handed_over_once,
    check_question_kept_once,
    wait_until_answered,
)
from tests.platform.shoppers import Crowd
from tests.platform.test_survival import LINES, PATIENT, SHOPPERS

pytestmark = pytest.mark.skipif(
    not (postgres.INSTALLED and redis_server.INSTALLED),
    reason="PostgreSQL 15 or Redis is not installed",
)


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresServer(Path(folder))
        server.start()
        yield server
        server.close()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def servers(
    new_installation: NewInstallation, database: PostgresServer, redis: RedisServer
) -> Iterator[Servers]:
    environment = {
        "AISLE_CONFIG": "config/production.yaml",
        **database.variables,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": str(redis.settings.port),
        "REDIS_PASSWORD": redis_server.PASSWORD,
        "AISLE_JWT_SECRET": secrets.token_hex(32),
        "AISLE_ENCRYPTION_KEY": secrets.token_hex(32),
        "AISLE_API_KEYS": secrets.token_hex(32),
        "AISLE_SERVICE_TOKEN": secrets.token_hex(32),
        "AISLE_ALLOWED_ORIGINS": "https://shop.example",
        "AISLE_SMTP_HOST": "127.0.0.1",
        "AISLE_MAIL_SENDER": "service@shop.example",
        **PATIENT,
    }
    names = ("actions", "rasa", "rasa", "api")
    # With PostgreSQL, only the index of that installation is used.
    folder = new_installation("survival-in-production")
    with running_servers(folder, names=names, environment=environment) as running:
        yield running


def test_a_rasa_server_and_the_databases_may_go_down_under_load(
    servers: Servers, database: PostgresServer, redis: RedisServer
) -> None:
    crowd = Crowd(servers, SHOPPERS, LINES, parallel=16)
    time.sleep(random.uniform(1, 3))
    servers.kill("rasa")  # and it stays away: the other one does the work
    time.sleep(random.uniform(1, 3))
    database.crash()
    assert _readiness(servers) == (503, "unavailable")
    database.start()
    time.sleep(random.uniform(1, 3))
    redis.kill()
    time.sleep(2)
    assert _readiness(servers) == (200, "degraded")
    redis.start()
    shoppers = crowd.wait()
    wait_until_answered(servers.database)
    check_answered_once_and_in_order(servers.database, shoppers)
    check_each_got_a_reply(servers.database, shoppers)
    check_handed_over_once(servers.database, shoppers)
    check_question_kept_once(servers.database, shoppers)


def _readiness(servers: Servers) -> tuple[int, str]:
    answer = httpx.get(f"{servers.api_url}/ready", timeout=30, trust_env=False)
    return answer.status_code, answer.json()["status"]
