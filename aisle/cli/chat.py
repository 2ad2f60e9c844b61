"""``aisle chat``: a conversation with the running assistant, in the terminal."""

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated

import typer

from aisle.cli.chat_screen import ChatScreen, Said
from aisle.cli.console import aisle, out
from aisle.cli.errors import CommandError
from aisle.settings import get_settings

if TYPE_CHECKING:
    from aisle.cli.chat_api import ConversationApi, Visit

HISTORY = 20
"""Messages shown of a conversation that goes on."""
SHOWN_WITHIN_S = 5.0
LEAVE = {"quit", "exit"}


def chat(
    url: Annotated[
        str | None, typer.Option(help="Address of the API.", show_default="from settings")
    ] = None,
    conversation: Annotated[
        uuid.UUID | None,
        typer.Option(
            metavar="ID",
            help="Conversation to go on with, together with --token.",
            show_default="a new conversation",
        ),
    ] = None,
    token: Annotated[str | None, typer.Option(help="The token of that conversation.")] = None,
    customer: Annotated[
        str | None,
        typer.Option(
            metavar="EXTERNAL_ID",
            help="Chat as this customer of the shop, with what this installation's secrets sign.",
        ),
    ] = None,
) -> None:
    """Chat with the running assistant; 'quit' or Ctrl-D leaves."""
    from aisle.cli.api_client import connect
    from aisle.cli.chat_api import ConversationApi, open_conversation

    earlier = _earlier_visit(conversation, token, customer)
    address = (url or get_settings().servers.api.base_url).rstrip("/")
    with connect(address) as client:
        visit = earlier or open_conversation(client, _signed(customer) if customer else None)
        go_on = _how_to_go_on(visit, url)
        api = ConversationApi(client, visit, go_on)
        present = api.message_count() if earlier else 0
        screen = ChatScreen(out, present)
        with _following(api, screen, after=max(0, present - HISTORY)):
            screen.wait_for(present, SHOWN_WITHIN_S)
            screen.say("Type a message, or the number of a button. 'quit' leaves.")
            _read_anything()
            converse(lambda text: deliver(api, screen, text), screen)
    out.print(f"Go on with: {go_on}", style="dim", markup=False, soft_wrap=True)


def converse(send: Callable[[str], None], screen: ChatScreen) -> None:
    """Pass what is typed to ``send`` until the customer leaves."""
    from aisle.cli.chat_api import NotSent

    while (typed := screen.read()) is not None and typed.strip().lower() not in LEAVE:
        if not typed.strip():
            continue
        try:
            send(screen.meant_by(typed))
        except NotSent as error:
            screen.say(f"Not sent: {error}", style="red")
        except KeyboardInterrupt:
            return


def deliver(api: "ConversationApi", screen: ChatScreen, text: str) -> None:
    """Send a message and come back as soon as the bot's answer to it is on the screen."""
    with screen.waiting():
        replies = api.send(text, screen.say)
        if replies:
            _make_sure_of(replies, screen)
        else:
            screen.say_nothing_came()


def _make_sure_of(replies: list[Said], screen: ChatScreen) -> None:
    """Wait for the stream, which has everything in order; without it, show the replies alone."""
    if not screen.wait_for(replies[-1].sequence, SHOWN_WITHIN_S):
        for reply in replies:
            screen.show(reply)


@contextmanager
def _following(api: "ConversationApi", screen: ChatScreen, after: int) -> Iterator[None]:
    from aisle.cli.chat_stream import Follower

    follower = Follower(api, screen, after)
    follower.start()
    try:
        yield
    finally:
        follower.stop()
        screen.close()


def _earlier_visit(
    conversation: uuid.UUID | None, token: str | None, customer: str | None
) -> "Visit | None":
    from aisle.cli.chat_api import Visit

    if conversation is None and token is None:
        return None
    if conversation is None or token is None:
        raise CommandError("--conversation and --token belong together: give both", 2)
    if customer is not None:
        raise CommandError("--customer opens a new conversation: leave --conversation away", 2)
    if not (token.isascii() and token.isprintable()):
        raise CommandError("--token is not a token: copy all of it", 2)
    return Visit(str(conversation), token)


def _signed(customer: str) -> str:
    from aisle.access.secrets import get_secrets
    from aisle.access.tokens import sign_customer

    return sign_customer(get_secrets(), customer)


def _how_to_go_on(visit: "Visit", url: str | None) -> str:
    where = f"--url {url} " if url else ""
    return aisle(f"chat {where}--conversation {visit.conversation} --token {visit.token}")


def _read_anything() -> None:
    """Let a byte that is not of the terminal's encoding be a '?', not the end of the chat."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
