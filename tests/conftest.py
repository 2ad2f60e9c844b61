"""Fixtures that several parts share."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aisle.database.engine import Database
from tests.conversations.servers import prepare
from tests.databases import BACKENDS, empty_database, forget_migrated
from tests.scheduling import GroupScheduling, put_in_order

__all__ = ["BACKENDS", "NewInstallation", "empty_database"]

NewInstallation = Callable[[str], Path]
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""The name of this process, where several run the tests."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if WORKER is not None:
        put_in_order(items)


def pytest_unconfigure() -> None:
    forget_migrated()


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database of its own, on each backend that is at hand."""
    with empty_database(request.param, tmp_path) as database:
        yield database


@pytest.fixture(scope="session")
def new_installation(tmp_path_factory: pytest.TempPathFactory) -> NewInstallation:
    """Make a folder whose database has the help articles and nothing else, and their index."""
    everybodys = tmp_path_factory.getbasetemp()
    if WORKER is not None:
        everybodys = everybodys.parent
    prepared = everybodys / "with-articles"

    def new(name: str) -> Path:
        with (everybodys / "with-articles.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # indexing takes a while, so it is done once
            if not prepared.exists():
                preparing = tmp_path_factory.mktemp("with-articles")
                prepare(preparing, [("db", "upgrade"), ("index",)])
                preparing.rename(prepared)
        return Path(shutil.copytree(prepared, tmp_path_factory.mktemp(name), dirs_exist_ok=True))

    return new
