"""``aisle up``: all servers of an installation, together."""

import sys

from rich.panel import Panel

from aisle.access.secrets import Secrets, get_secrets
from aisle.cli.checks import missing_pieces
from aisle.cli.console import aisle, out
from aisle.cli.errors import CommandError
from aisle.cli.log import MergedLog
from aisle.cli.supervisor import Service, Supervisor
from aisle.settings import PROJECT_ROOT, ServerSettings, Settings, get_settings

LOG = PROJECT_ROOT / "var" / "aisle.log"


def up() -> None:
    """Start all servers and show their log; Ctrl-C stops them."""
    settings = get_settings()
    missing = missing_pieces(settings)
    if missing:
        raise CommandError("\n  ".join(["Before it can start:", *missing]))
    secrets = get_secrets()
    group = services(settings)
    log = MergedLog(LOG, out, ["aisle", *(service.name for service in group)])
    try:
        Supervisor(group, log.write).run(lambda seconds: _say_ready(settings, secrets, seconds))
    finally:
        log.close()


def services(settings: Settings) -> list[Service]:
    """Return every process of an installation, in the order they are started."""
    servers = settings.servers
    return [
        Service(
            name="actions",
            command=_python("actions"),
            health_url=f"{_here(servers.actions)}/health",
        ),
        Service(
            name="rasa",
            command=_python("aisle.rasa_ext"),
            health_url=f"{_here(servers.rasa)}/",
            # After either of these Rasa goes on, without a model or forgetting everything.
            fatal_output=("Could not load model due to", "Using `InMemoryTrackerStore` instead"),
        ),
        Service(
            name="api",
            command=_python("aisle.api"),
            health_url=f"{_here(servers.api)}/health",
        ),
    ]


def _here(server: ServerSettings) -> str:
    """Return a server's address on this machine, however others reach it."""
    return server.copy(update={"url": ""}).base_url


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _say_ready(settings: Settings, secrets: Secrets, seconds: float) -> None:
    api = settings.servers.api.base_url
    out.print(
        Panel(
            f"[bold]{settings.shop.name}[/bold] is open after {seconds:.0f} s\n\n"
            f"API                              {api}\n"
            f"What the API can do              {api}/docs\n"
            f"{_key_line(settings, secrets)}"
            f"Talk to it in another terminal   [bold]{aisle('chat')}[/bold]\n"
            f"Customers who wait for a human   [bold]{aisle('handoffs')}[/bold]\n"
            f"{_mail_line(settings)}"
            f"This log as a file               {LOG}\n"
            "Stop everything                  Ctrl-C",
            title="Aisle",
            expand=False,
        )
    )


def _mail_line(settings: Settings) -> str:
    """With a mail server there is nothing to look at here."""
    if settings.mail.folder is None:
        return ""
    return f"Mails and one-time codes         [bold]{aisle('mail')}[/bold]\n"


def _key_line(settings: Settings, secrets: Secrets) -> str:
    """A new API key is shown once; it is not in the log."""
    file = settings.security.generated_secrets
    if "api_keys" not in secrets.new_keys:
        return ""
    return (
        f"API key of your shop's server    {secrets.api_keys[0]}\n"
        f"It is shown once and kept in     {file}\n"
    )
