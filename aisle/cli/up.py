"""``aisle up``: all servers of an installation, together."""

import sys
from pathlib import Path

from rich.panel import Panel

from aisle.cli.checks import ENDPOINTS, MODELS, missing_pieces, read_endpoints
from aisle.cli.console import aisle, out
from aisle.cli.errors import CommandError
from aisle.cli.log import MergedLog
from aisle.cli.supervisor import Service, Supervisor
from aisle.settings import PROJECT_ROOT, Settings, get_settings

VAR = PROJECT_ROOT / "var"
LOG = VAR / "aisle.log"
LOOPBACK = "127.0.0.1"
_EVERY_INTERFACE = {"0.0.0.0": LOOPBACK, "::": "::1"}


def up() -> None:
    """Start all servers and show their log; Ctrl-C stops them."""
    settings = get_settings()
    missing = missing_pieces(settings)
    if missing:
        raise CommandError("\n  ".join(["Before it can start:", *missing]))
    group = services(settings)
    log = MergedLog(LOG, out, ["aisle", *(service.name for service in group)])
    try:
        Supervisor(group, log.write).run(lambda seconds: _say_ready(settings, seconds))
    finally:
        log.close()


def services(settings: Settings) -> list[Service]:
    """Return every process of an installation, in the order they are started."""
    rasa, actions = settings.servers.rasa, settings.servers.actions
    return [
        Service(
            name="actions",
            command=_python("rasa_sdk", "--actions", "actions", "--port", str(actions.port)),
            health_url=f"http://{LOOPBACK}:{actions.port}/health",
            environment={"SANIC_HOST": LOOPBACK},
        ),
        Service(
            name="rasa",
            command=_python(
                *("rasa", "run", "--interface", rasa.host, "--port", str(rasa.port)),
                *("--endpoints", str(_endpoints(actions.port)), "--credentials", "credentials.yml"),
                *("--model", str(MODELS)),
                *_cors(settings.security.allowed_origins),
            ),
            health_url=rasa_url(settings),
            # After either of these Rasa goes on, without a model or forgetting everything.
            fatal_output=("Could not load model due to", "Using `InMemoryTrackerStore` instead"),
        ),
    ]


def _cors(origins: tuple[str, ...]) -> tuple[str, ...]:
    return ("--cors", *origins) if origins else ()


def rasa_url(settings: Settings) -> str:
    """Return the address at which this machine reaches the Rasa server."""
    rasa = settings.servers.rasa
    host = _EVERY_INTERFACE.get(rasa.host, rasa.host)
    return f"http://[{host}]:{rasa.port}/" if ":" in host else f"http://{host}:{rasa.port}/"


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _endpoints(actions_port: int) -> Path:
    """Return endpoints.yml, or a copy that calls the action server where it runs."""
    import yaml

    endpoints = read_endpoints(ENDPOINTS)
    url = f"http://{LOOPBACK}:{actions_port}/webhook"
    action_endpoint = endpoints.get("action_endpoint") or {}
    if action_endpoint.get("url") in (url, f"http://localhost:{actions_port}/webhook"):
        return ENDPOINTS
    copy = VAR / f"endpoints-{actions_port}.yml"
    copy.parent.mkdir(parents=True, exist_ok=True)
    endpoints["action_endpoint"] = {**action_endpoint, "url": url}
    copy.write_text(yaml.safe_dump(endpoints, sort_keys=False), encoding="utf-8")
    return copy


def _say_ready(settings: Settings, seconds: float) -> None:
    url = rasa_url(settings)
    out.print(
        Panel(
            f"[bold]{settings.shop.name}[/bold] is open after {seconds:.0f} s: {url}\n\n"
            f"Talk to it in another terminal   [bold]{aisle('chat')}[/bold]\n"
            f"Customers who wait for a human   [bold]{aisle('handoffs')}[/bold]\n"
            f"Messages over HTTP (POST)        {url}webhooks/rest/webhook\n"
            f"This log as a file               {LOG}\n"
            "Stop everything                  Ctrl-C",
            title="Aisle",
            expand=False,
        )
    )
