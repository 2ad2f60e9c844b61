"""What a chat in the terminal shows, also while the customer is typing."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from aisle.cli.console import plain
from aisle.cli.prompt import Prompt

PROMPT = "you> "
_STATUS = {
    "escalated": "A colleague takes over from the assistant.",
    "resolved": "This conversation is resolved; a message opens it again.",
    "closed": "This conversation is closed.",
}


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Said:
    """A message of the conversation."""

    sequence: int
    sender_type: str
    text: str
    buttons: tuple[Button, ...] = ()


def said(message: Mapping[str, Any]) -> Said:
    """Return a message as the API tells it."""
    rich = message.get("metadata") or {}
    links = [rich.get("image"), rich.get("attachment")]
    parts = [message["content"], *(link for link in links if isinstance(link, str))]
    return Said(
        sequence=message["sequence"],
        sender_type=message["sender_type"],
        text="\n".join(part for part in parts if part),
        buttons=tuple(Button(item["title"], item["payload"]) for item in rich.get("buttons") or []),
    )


class ChatScreen:
    """Shows each message once; for several threads.

    Args:
        present: messages that there were before this chat: of these the customer's own
            are shown too.
    """

    def __init__(self, console: Console, present: int = 0) -> None:
        self._console = console
        self._prompt = Prompt(console, PROMPT)
        self._present = present
        self._shown: set[int] = set()
        self._news = threading.Condition()
        self._buttons: list[Button] = []
        self._status = "active"
        self._typing = False
        self._closed = False

    def read(self) -> str | None:
        """Return what the customer types; None at the end."""
        return self._prompt.read()

    def meant_by(self, typed: str) -> str:
        """Return the payload of the button whose number was typed, or the text itself.

        The buttons have had their time then: the next ones begin with 1 again.
        """
        number, buttons = typed.strip(), self._buttons
        self._buttons = []
        if number.isdecimal() and 1 <= int(number) <= len(buttons):
            return buttons[int(number) - 1].payload
        return typed

    def show(self, message: Said) -> None:
        with self._news:
            if message.sequence not in self._shown:
                self._print_message(message)
                self._shown.add(message.sequence)
                self._news.notify_all()

    def show_status(self, status: str) -> None:
        with self._news:
            before, self._status = self._status, status
            if status == before:
                return
            if status in _STATUS:
                self._print(Text(_STATUS[status], style="yellow"))
            elif before == "escalated":
                self._print(Text("The assistant answers again.", style="yellow"))

    def show_typing(self, active: bool) -> None:
        """Tell once that a colleague writes."""
        with self._news:
            if active and not self._typing:
                self._print(Text("…", style="dim"))
            self._typing = active

    def say(self, text: str, style: str = "dim") -> None:
        """Print a word of the program's own."""
        with self._news:
            self._print(Text(plain(text), style=style))

    def say_nothing_came(self) -> None:
        if self._status == "escalated":
            self.say("(a colleague reads this)")
        else:
            self.say("(no reply yet; it is shown as soon as it comes)")

    def wait_for(self, sequence: int, seconds: float) -> bool:
        """Return whether this message was shown in time; there is no message 0."""
        with self._news:
            return self._news.wait_for(lambda: not sequence or sequence in self._shown, seconds)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Show quietly that the assistant is at work."""
        status = self._console.status("…")
        with self._news:
            status.start()
        try:
            yield
        finally:
            # Not while a message is being printed, or it would come after the next prompt.
            with self._news:
                status.stop()

    def close(self) -> None:
        """Show nothing more."""
        with self._news:
            self._closed = True

    def _print_message(self, message: Said) -> None:
        text = Text(plain(message.text))
        if message.sender_type == "customer":
            if message.sequence <= self._present:
                self._buttons = []
                self._print(Text(PROMPT) + text, indent=0)
            return
        if message.sender_type == "agent":
            self._typing = False
            text = Text.assemble(("colleague: ", "bold magenta"), text)
        if message.sender_type == "system":
            text.stylize("dim")
        self._print(text, *map(self._numbered, message.buttons))

    def _numbered(self, button: Button) -> Text:
        self._buttons.append(button)
        return Text.assemble((f"{len(self._buttons)}", "bold cyan"), f"  {plain(button.title)}")

    def _print(self, *lines: Text, indent: int = 4) -> None:
        if self._closed:
            return
        with self._prompt.aside():
            for line in filter(None, lines):
                self._console.print(Padding(line, (0, 0, 0, indent)))
