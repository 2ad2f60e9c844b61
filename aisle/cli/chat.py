"""``aisle chat``: a conversation with the running assistant, in the terminal."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from aisle.cli.console import out, plain
from aisle.cli.errors import CommandError
from aisle.cli.up import rasa_url
from aisle.settings import get_settings

if TYPE_CHECKING:
    import httpx

REPLY_TIMEOUT_S = 60.0
LEAVE = {"quit", "exit"}


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant."""

    text: str
    buttons: tuple[Button, ...] = ()


def chat(
    url: Annotated[
        str | None, typer.Option(help="Address of the Rasa server.", show_default="from settings")
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(help="Conversation to go on with.", show_default="a new conversation"),
    ] = None,
) -> None:
    """Chat with the running assistant; 'quit' or Ctrl-D leaves."""
    import httpx

    server = (url or rasa_url(get_settings())).rstrip("/")
    conversation = sender or f"terminal-{uuid.uuid4().hex}"
    with httpx.Client(base_url=server, timeout=REPLY_TIMEOUT_S, trust_env=False) as client:
        require_server(client)
        out.print("Type a message, or the number of a button. 'quit' leaves.", style="dim")
        converse(lambda text: send(client, conversation, text), _typed, out)


def require_server(client: "httpx.Client") -> None:
    """Raise CommandError unless the REST channel answers."""
    import httpx

    try:
        found = client.get("/webhooks/rest/").status_code == httpx.codes.OK
    except httpx.TransportError:
        found = False
    except httpx.InvalidURL as error:
        raise CommandError(f"{client.base_url} is not an address: {error}", 2) from error
    if not found:
        raise CommandError(
            f"No assistant answers at {client.base_url}. Start it with `make run` in another "
            "terminal, or name its address with --url."
        )


def send(client: "httpx.Client", conversation: str, text: str) -> list[Reply]:
    """Send a customer's message and return the replies.

    Raises:
        CommandError: the server did not answer as Rasa's REST channel does.
    """
    import httpx

    message = {"sender": conversation, "message": text}
    try:
        response = client.post("/webhooks/rest/webhook", json=message)
        response.raise_for_status()
        return [_reply(item) for item in response.json()]
    except httpx.TimeoutException as error:
        raise CommandError(f"No answer within {REPLY_TIMEOUT_S:.0f} s") from error
    except httpx.TransportError as error:
        raise CommandError("The assistant has gone: is `make run` still running?") from error
    except (httpx.HTTPStatusError, ValueError, AttributeError) as error:
        raise CommandError(f"{client.base_url} did not answer as Rasa does: {error}") from error


def _reply(message: dict[str, Any]) -> Reply:
    parts = [message.get(key) for key in ("text", "image", "attachment")]
    buttons = message.get("buttons") or []
    return Reply(
        text="\n".join(str(part) for part in parts if part),
        buttons=tuple(Button(item["title"], item["payload"]) for item in buttons),
    )


def converse(
    answer: Callable[[str], list[Reply]], read: Callable[[], str | None], console: Console
) -> None:
    """Pass what ``read`` returns to ``answer`` until it returns None or 'quit'."""
    buttons: list[Button] = []
    while (typed := read()) is not None and typed.strip().lower() not in LEAVE:
        if not typed.strip():
            continue
        text = payload_of(typed, buttons)
        with console.status("…"):
            replies = answer(text)
        buttons = show(replies, console)


def payload_of(typed: str, buttons: list[Button]) -> str:
    """Return the payload of the button whose number was typed, or the text itself."""
    number = typed.strip()
    if number.isdecimal() and 1 <= int(number) <= len(buttons):
        return buttons[int(number) - 1].payload
    return typed


def show(replies: list[Reply], console: Console) -> list[Button]:
    """Print replies and return their buttons in the order of their numbers."""
    buttons: list[Button] = []
    for reply in replies:
        if reply.text:
            _print_indented(Text(plain(reply.text)), console)
        for button in reply.buttons:
            buttons.append(button)
            label = Text.assemble((f"{len(buttons)}", "bold cyan"), f"  {plain(button.title)}")
            _print_indented(label, console)
    if not replies:
        _print_indented(Text("(no reply)", style="dim"), console)
    return buttons


def _print_indented(text: Text, console: Console) -> None:
    console.print(Padding(text, (0, 0, 0, 4)))


def _typed() -> str | None:
    with suppress(ImportError):
        import readline  # noqa: F401  # gives input() its history and line editing
    try:
        return input("you> ")
    except (EOFError, KeyboardInterrupt):
        out.print()
        return None
