import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from aisle.access.secrets import load_secrets
from aisle.cli import up
from aisle.cli.up import services
from aisle.settings import SecuritySettings, Settings, load_settings

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


def settings(**environment: str) -> Settings:
    return load_settings(None, environment)


def test_up_names_every_missing_piece_in_one_go(run_aisle: RunAisle, tmp_path: Path) -> None:
    secrets_file = tmp_path / "secrets.json"
    finished = run_aisle(
        "up",
        AISLE_KNOWLEDGE_INDEX=str(tmp_path / "none.db"),
        AISLE_SECRETS_FILE=str(secrets_file),
        AISLE_JWT_SECRET="change-me",
    )
    assert finished.returncode == 1
    assert "AISLE_JWT_SECRET" in finished.stderr
    assert "db upgrade`" in finished.stderr
    assert "index`" in finished.stderr
    assert not secrets_file.exists()


def test_the_action_server_starts_first_and_the_api_last() -> None:
    assert [service.name for service in services(settings())] == ["actions", "rasa", "api"]


def test_ports_come_from_the_settings() -> None:
    actions, rasa, api = services(
        settings(AISLE_ACTIONS_PORT="6055", AISLE_RASA_PORT="6005", AISLE_API_PORT="6000")
    )
    assert actions.health_url == "http://127.0.0.1:6055/health"
    assert rasa.health_url == "http://127.0.0.1:6005/"
    assert api.health_url == "http://127.0.0.1:6000/health"


def test_a_server_on_all_interfaces_is_reached_over_loopback() -> None:
    assert settings(AISLE_RASA_HOST="0.0.0.0").servers.rasa.base_url == "http://127.0.0.1:5005"
    assert settings(AISLE_RASA_HOST="::").servers.rasa.base_url == "http://[::1]:5005"


def test_health_is_asked_for_on_this_machine_however_others_reach_the_server(
    tmp_path: Path,
) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("servers: {rasa: {url: 'https://rasa.shop.example/'}}\n")
    chosen = load_settings(overlay, {})
    _, rasa, _ = services(chosen)
    assert rasa.health_url == "http://127.0.0.1:5005/"
    assert chosen.servers.rasa.base_url == "https://rasa.shop.example"


def test_no_secret_is_on_a_command_line() -> None:
    secret = "0123456789abcdef" * 4
    for service in services(settings(AISLE_SERVICE_TOKEN=secret, AISLE_JWT_SECRET=secret)):
        assert secret not in " ".join(service.command)
        assert secret not in "".join(service.environment.values())


def test_the_generated_api_key_is_shown_at_the_first_start_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.json"
    chosen = settings(AISLE_SECRETS_FILE=str(file))
    shown = Console(record=True, width=300)
    monkeypatch.setattr(up, "out", shown)
    for first in (True, False):
        secrets = load_secrets(SecuritySettings(generated_secrets=file))
        up._say_ready(chosen, secrets, 9.0)
        text = shown.export_text()
        assert "http://127.0.0.1:8000/docs" in text
        assert (secrets.api_keys[0] in text) is first
        assert (str(file) in text) is first
        assert secrets.service_token not in text
