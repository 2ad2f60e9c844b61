"""Conversation tests: one test for each case in the YAML files beside this one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from tests.conftest import NewInstallation
from tests.conversations.cases import CaseError, read_cases
from tests.conversations.servers import Servers, running_servers

HERE = Path(__file__).parent
RETAIL_CASES = HERE / "retail"
DATA = Path(os.environ.get("AISLE_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conversation-file",
        action="append",
        type=Path,
        metavar="FILE",
        help="run only the conversations in this file; may be given several times",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With chosen files, the other tests of this folder are left out."""
    if _chosen(config):
        items[:] = [item for item in items if "conversation" in getattr(item, "fixturenames", ())]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "conversation" in metafunc.fixturenames:
        files = _chosen(metafunc.config) or sorted(HERE.rglob("*.yml"))
        found = [parameter for file in files for parameter in _parameters(file)]
        metafunc.parametrize(("conversation", "servers_name"), found)


@pytest.fixture(scope="session")
def servers(new_installation: NewInstallation) -> Iterator[Servers]:
    with running_servers(new_installation("conversations"), commands=[("seed",)]) as running:
        yield running


@pytest.fixture(scope="session")
def retail_servers(new_installation: NewInstallation) -> Iterator[Servers]:
    """An installation that serves another shop, whose export was imported."""
    retail = DATA / "retail"
    if not retail.is_dir():
        pytest.skip(f"{retail} is missing; AISLE_TEST_DATA names the folder of the test data")
    importing = ("shop", "import", str(retail), "--format", "retail")
    dollars = {"AISLE_SHOP_CURRENCY": "$"}
    folder = new_installation("retail")
    with running_servers(folder, commands=[importing], environment=dollars) as running:
        yield running


def _chosen(config: pytest.Config) -> list[Path]:
    return config.getoption("--conversation-file", default=None) or []


def _parameters(file: Path) -> list[object]:
    shown = file.relative_to(HERE) if file.is_relative_to(HERE) else file
    servers = "retail_servers" if file.resolve().is_relative_to(RETAIL_CASES) else "servers"
    try:
        cases = read_cases(file)
    except CaseError as error:
        # One failing test of its own, so that the other files still run.
        return [pytest.param(error, servers, id=str(shown))]
    return [pytest.param(case, servers, id=f"{shown}: {case.name}") for case in cases]
