"""The replay can be relied on: it skips nothing that it does not understand."""

from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from tests.deploy.build_context import is_ignored, read_patterns
from tests.deploy.dockerfile import DockerfileError, needed, parse
from tests.deploy.replay import Replay

IGNORED = read_patterns(PROJECT_ROOT / ".dockerignore")


@pytest.mark.parametrize(
    "text",
    [
        "ADD . /app",
        "SHELL ['bash']",
        "RUN <<EOF",
        "RUN --network none true",
        "FROM python:3.10",
    ],
)
def test_what_it_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(DockerfileError):
        parse(f"FROM python:3.10 AS base\n{text}\n")


def test_lines_are_joined_and_comments_left_out() -> None:
    stage = parse("# a\nFROM x AS y\nRUN one \\\n# b\n    && two\n")["y"]
    assert [str(step) for step in stage.instructions] == ["RUN one && two"]


def test_a_target_needs_its_base_and_what_it_copies_from() -> None:
    stages = parse(
        "FROM x AS base\nFROM base AS build\nFROM base AS other\nFROM base AS app\n"
        "COPY --from=build /a /b\n"
    )
    assert [stage.name for stage in needed(stages, ["app"])] == ["base", "build", "app"]


@pytest.mark.parametrize("instruction", ["COPY missing.txt ./", "RUN --mount=type=secret true"])
def test_a_step_that_cannot_be_followed_fails(instruction: str, tmp_path: Path) -> None:
    stages = parse(f"FROM python AS app\nWORKDIR /app\n{instruction}\n")
    context = tmp_path / "context"
    context.mkdir()
    with pytest.raises(DockerfileError):
        Replay(stages, context, tmp_path, tmp_path / "cache", {}).build("app")


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("aisle/api/app.py", False),
        ("config/production.yaml", False),
        ("deploy/healthcheck.py", False),
        ("deploy/docker-compose.yml", True),
        (".env", True),
        (".git/config", True),
        ("models/aisle.tar.gz", True),
        ("var/secrets.json", True),
        ("tests/conftest.py", True),
        ("aisle/__pycache__/app.cpython-310.pyc", True),
    ],
)
def test_the_build_context_holds_code_and_no_secrets(name: str, ignored: bool) -> None:
    assert is_ignored(name, IGNORED) is ignored
