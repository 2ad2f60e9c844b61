"""The compose file: valid, complete, in order, and with nothing open that need not be."""

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aisle.access.secrets import load_secrets
from aisle.settings import PROJECT_ROOT, SettingsError, load_settings
from tests.deploy.compose import (
    COMPOSE,
    SECRETS,
    VariableMissing,
    environment_of,
    example,
    read_compose,
    services,
    texts,
    variables_used,
)

# Its package carries the schema of the Compose specification; its own requirements differ
# from Aisle's, so it gets an environment of its own.
CHECK = ("check-jsonschema==0.36.1", "--builtin-schema", "vendor.compose-spec")
PRODUCTION = PROJECT_ROOT / "config" / "production.yaml"
OURS = ("api", "rasa", "actions", "migrate", "index", "seed")
JOBS = ("migrate", "index", "seed")
SERVERS = [name for name in services() if name not in JOBS]
IMAGES = [name for name, service in services().items() if "build" not in service]


def test_it_is_valid_by_the_compose_specification() -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "tool", "run", "--python", sys.executable, *CHECK, str(COMPOSE)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_env_example_lists_every_variable_and_no_other() -> None:
    listed = {**example(optional=False), **example(optional=True)}.keys()
    keys = yaml.safe_load(PRODUCTION.read_text(encoding="utf-8"))
    read_by_aisle = {name for text in texts(keys) for name in re.findall(r"\$\{(\w+)", text)}
    set_in_images = {"AISLE_CONFIG", "AISLE_ATTACHMENTS", "AISLE_KNOWLEDGE_INDEX"}
    assert listed == variables_used() | read_by_aisle | set_in_images


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_before_a_secret_is_filled_in(name: str) -> None:
    filled = {**filled_in(), name: example(optional=False)[name]}
    with pytest.raises(VariableMissing, match=name):
        environment_of(services()["api"], filled)


@pytest.mark.parametrize("name", [name for name in SECRETS if name.startswith("AISLE_")])
def test_aisle_refuses_what_env_example_has_for_a_secret(name: str) -> None:
    filled = {**filled_in(), "POSTGRES_HOST": "db", "REDIS_HOST": "redis"}
    load_secrets(load_settings(PRODUCTION, filled).security)
    with pytest.raises(SettingsError, match=name):
        load_secrets(
            load_settings(PRODUCTION, {**filled, name: example(optional=False)[name]}).security
        )


@pytest.mark.parametrize("name", OURS)
def test_a_filled_in_example_is_all_that_aisle_needs(name: str) -> None:
    environment = environment_of(services()[name], filled_in())
    settings = load_settings(PRODUCTION, environment)
    load_secrets(settings.security)
    assert settings.database.postgresql is not None
    assert settings.database.postgresql.host in services()
    assert settings.database.redis is not None
    assert settings.database.redis.host in services()
    for server in ("api", "rasa", "actions"):
        assert f"//{server}:" in getattr(settings.servers, server).base_url


@pytest.mark.parametrize("name", IMAGES)
def test_images_of_others_are_pinned_to_a_release(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", services()[name]["image"])


@pytest.mark.parametrize("name", SERVERS)
def test_every_server_has_a_health_check_and_starts_again(name: str) -> None:
    service = services()[name]
    in_dockerfile = f"AS {service['build']['target']}\n" if "build" in service else None
    if in_dockerfile:
        stage = (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8").split(in_dockerfile)[1]
        assert "HEALTHCHECK" in stage.partition("\nFROM ")[0]
    else:
        assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


def test_everything_waits_for_what_it_needs_to_be_well() -> None:
    for service in services().values():
        for needed, how in service.get("depends_on", {}).items():
            finished = "service_completed_successfully"
            assert how["condition"] == (finished if needed in JOBS else "service_healthy")
    assert set(before("api")) >= {"rasa", "actions", "index", "migrate", "postgres", "redis"}
    assert set(before("rasa")) >= {"actions", "migrate", "postgres", "redis"}
    assert set(before("migrate")) == {"postgres"}


def test_no_command_line_has_a_secret_in_it() -> None:
    for service in services().values():
        shown = [service.get("command"), service.get("healthcheck", {}).get("test")]
        assert not re.search(r"(?<!\$)\$\{?\w", str(shown))


def test_only_the_api_can_be_reached_and_from_this_machine_only() -> None:
    open_to_host = {name: found["ports"] for name, found in services().items() if "ports" in found}
    assert open_to_host == {"api": ["${AISLE_PUBLISH:-127.0.0.1:8000}:8000"]}
    assert not any("network_mode" in found for found in services().values())


@pytest.mark.parametrize("name", OURS)
def test_aisles_containers_have_no_privileges_and_write_to_volumes_only(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "user" not in service, "the image has one"


@pytest.mark.parametrize("name", list(services()))
def test_no_container_gains_privileges_or_fills_the_disk_with_logs(name: str) -> None:
    service = services()[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_what_must_last_is_in_named_volumes() -> None:
    mounted = {
        mount.split(":")[0] for found in services().values() for mount in found.get("volumes", [])
    }
    assert mounted == set(read_compose()["volumes"])


@pytest.mark.parametrize(
    ("profile", "name"), [("demo", "seed"), ("search", "elasticsearch"), ("mongo", "mongo")]
)
def test_what_is_optional_waits_for_its_profile(profile: str, name: str) -> None:
    assert services()[name]["profiles"] == [profile]


def test_with_the_profile_search_aisle_finds_elasticsearch() -> None:
    given = {**filled_in(), **_optional("ELASTICSEARCH_HOSTS", "ELASTICSEARCH_USERNAME")}
    given["ELASTICSEARCH_PASSWORD"] = secrets.token_hex(32)
    for name in OURS:
        settings = load_settings(PRODUCTION, environment_of(services()[name], given)).elasticsearch
        assert settings is not None
        assert [host.host for host in settings.hosts] == ["elasticsearch"]
        assert settings.password.get_secret_value() == given["ELASTICSEARCH_PASSWORD"]
    server = environment_of(services()["elasticsearch"], given)
    assert server["ELASTIC_PASSWORD"] == given["ELASTICSEARCH_PASSWORD"]


def test_what_fills_elasticsearch_waits_for_it_where_it_is_started() -> None:
    needed = services()["index"]["depends_on"]["elasticsearch"]
    assert needed == {"condition": "service_healthy", "required": False}


def filled_in() -> dict[str, str]:
    return {**example(optional=False), **{name: secrets.token_hex(32) for name in SECRETS}}


def before(name: str) -> Iterator[str]:
    needed: dict[str, Any] = services()[name].get("depends_on", {})
    for service in needed:
        yield service
        yield from before(service)


def _optional(*names: str) -> dict[str, str]:
    return {name: example(optional=True)[name] for name in names}
