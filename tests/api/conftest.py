"""A running API on each database; the tests of a module share one, and open their own
conversations in it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from aisle.database.engine import Database
from tests.api.serving import API_KEY, Api, database_settings, serving
from tests.conftest import BACKENDS, empty_database


@pytest.fixture(scope="module", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """As the fixture of the same name for all tests, but one for a module."""
    with empty_database(request.param, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running API keeps its files."""
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def api(database: Database, folder: Path) -> Iterator[Api]:
    with serving(folder, database_settings(database)) as api:
        yield api


@pytest.fixture(scope="module")
def shop(api: Api) -> Iterator[httpx.Client]:
    """The shop's server."""
    with api.client(X_API_Key=API_KEY) as client:
        yield client


@pytest.fixture(scope="module")
def anybody(api: Api) -> Iterator[httpx.Client]:
    """Somebody who shows nothing."""
    with api.client() as client:
        yield client
