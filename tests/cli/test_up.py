import subprocess
from collections.abc import Callable
from pathlib import Path

from aisle.cli.up import rasa_url, services
from aisle.settings import PROJECT_ROOT, Settings, load_settings

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


def settings(**environment: str) -> Settings:
    return load_settings(None, environment)


def test_up_names_every_missing_piece_in_one_go(run_aisle: RunAisle, tmp_path: Path) -> None:
    finished = run_aisle("up", AISLE_KNOWLEDGE_INDEX=str(tmp_path / "none.db"))
    assert finished.returncode == 1
    assert "db upgrade`" in finished.stderr
    assert "index`" in finished.stderr


def test_servers_listen_on_this_machine_only_unless_told_otherwise() -> None:
    actions, rasa = services(settings())
    assert actions.environment["SANIC_HOST"] == "127.0.0.1"
    assert rasa.command[rasa.command.index("--interface") + 1] == "127.0.0.1"


def test_ports_come_from_the_settings() -> None:
    actions, rasa = services(settings(AISLE_RASA_PORT="6005", AISLE_ACTIONS_PORT="6055"))
    assert "6055" in actions.command
    assert "6005" in rasa.command
    assert actions.health_url == "http://127.0.0.1:6055/health"
    assert rasa.health_url == "http://127.0.0.1:6005/"


def test_rasa_calls_the_action_server_on_its_port() -> None:
    _, usual = services(settings())
    _, moved = services(settings(AISLE_ACTIONS_PORT="6055"))
    assert str(PROJECT_ROOT / "endpoints.yml") in usual.command
    endpoints = Path(moved.command[moved.command.index("--endpoints") + 1])
    content = endpoints.read_text()
    endpoints.unlink()
    assert "http://127.0.0.1:6055/webhook" in content
    assert "AisleTrackerStore" in content


def test_a_server_on_all_interfaces_is_reached_over_loopback() -> None:
    assert rasa_url(settings(AISLE_RASA_HOST="0.0.0.0")) == "http://127.0.0.1:5005/"
    assert rasa_url(settings(AISLE_RASA_HOST="::")) == "http://[::1]:5005/"


def test_only_the_named_web_pages_may_talk_to_the_bot() -> None:
    _, closed = services(settings())
    _, opened = services(settings(AISLE_ALLOWED_ORIGINS="https://a.example https://b.example"))
    assert "--cors" not in closed.command
    at = opened.command.index("--cors")
    assert opened.command[at + 1 :] == ("https://a.example", "https://b.example")
