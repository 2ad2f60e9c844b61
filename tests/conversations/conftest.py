"""Conversation tests: one test for each case in the YAML files beside this one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.cases import CaseError, read_cases
from tests.conversations.servers import Servers, running_servers

HERE = Path(__file__).parent


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
        metafunc.parametrize("conversation", found)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("conversations")) as running:
        yield running


def _chosen(config: pytest.Config) -> list[Path]:
    return config.getoption("--conversation-file", default=None) or []


def _parameters(file: Path) -> list[object]:
    shown = file.relative_to(HERE) if file.is_relative_to(HERE) else file
    try:
        return [pytest.param(case, id=f"{shown}: {case.name}") for case in read_cases(file)]
    except CaseError as error:
        # One failing test of its own, so that the other files still run.
        return [pytest.param(error, id=str(shown))]
