import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from sqlalchemy import select

from aisle.access.tokens import issue_visitor_token
from aisle.cli import chat as chat_module
from aisle.cli import chat_api
from aisle.cli.api_client import connect
from aisle.cli.chat import converse, deliver
from aisle.cli.chat_api import ConversationApi, NotSent, open_conversation
from aisle.cli.chat_screen import Button, ChatScreen, Said
from aisle.cli.chat_stream import ServerEvent, read_events
from aisle.cli.errors import CommandError
from aisle.conversations.models import Conversation, Message
from aisle.customers.models import Customer
from tests.cli.terminal import Terminal, terminal
from tests.conversations.servers import Servers, running_servers

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]
ANSWERING = Path(__file__).with_name("answering.py")
ORDER_BUTTONS = (Button("Track it", "track my order"), Button("Cancel it", "cancel my order"))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The API on a database of its own, and a worker that answers in Rasa's place."""
    folder = tmp_path_factory.mktemp("chat")
    with running_servers(folder, names=("api",), commands=(("db", "upgrade"),)) as servers:
        own = {"AISLE_CONFIG": "", "AISLE_SQLITE_PATH": str(folder / "aisle.db")}
        with subprocess.Popen([sys.executable, ANSWERING], env={**os.environ, **own}) as worker:
            yield servers
            worker.terminate()


@pytest.fixture
def conversation(api: Servers) -> Iterator[ConversationApi]:
    with connect(api.api_url) as client:
        yield ConversationApi(client, open_conversation(client), "aisle chat …")


def said_by_customers(api: Servers) -> list[str]:
    """Return what customers said, in all conversations."""
    statement = select(Message).where(Message.sender_type == "customer")
    with api.database.reading() as session:
        found = session.execute(statement.order_by(Message.timestamp)).scalars()
        return [message.content for message in found]


def as_shop(api: Servers, method: str, path: str, **content: str) -> None:
    headers = {"X-API-Key": api.api_key}
    url = f"{api.api_url}/conversations/{path}"
    httpx.request(method, url, headers=headers, json=content, trust_env=False).raise_for_status()


def as_agent(api: Servers, conversation: str, text: str) -> None:
    path = f"{conversation}/messages"
    as_shop(api, "POST", path, content=text, sender_type="agent", sender_id="Maya")


def ways_to_go_on(output: str) -> list[str]:
    """Return the arguments of the command with which a chat says it can go on."""
    found = re.search(r"chat (?:--url \S+ )?(--conversation \S+ --token \S+)", output)
    assert found is not None, output
    return found.group(1).split()


def test_a_chat_shows_replies_and_numbered_buttons(run_aisle: RunAisle, api: Servers) -> None:
    finished = run_aisle("chat", "--url", api.api_url, typed="hello\nquit\n")
    assert finished.returncode == 0
    assert finished.stderr == ""
    assert "You said hello" in finished.stdout
    assert "1  Track it" in finished.stdout
    assert "2  Cancel it" in finished.stdout


def test_a_chat_is_a_conversation_of_the_channel_terminal(
    run_aisle: RunAisle, api: Servers
) -> None:
    shown = run_aisle("chat", "--url", api.api_url, typed="quit\n").stdout
    _, conversation_id, *_ = ways_to_go_on(shown)
    with api.database.reading() as session:
        conversation = session.execute(
            select(Conversation).where(Conversation.sender_id == conversation_id)
        ).scalar_one()
    assert conversation.channel == "terminal"


def test_the_number_of_a_button_sends_its_payload(run_aisle: RunAisle, api: Servers) -> None:
    shown = run_aisle("chat", "--url", api.api_url, typed="which order\n2\n").stdout
    assert "You said cancel my order" in shown
    assert said_by_customers(api)[-2:] == ["which order", "cancel my order"]


def test_a_message_without_a_reply_is_told(run_aisle: RunAisle, api: Servers) -> None:
    assert "(no reply yet" in run_aisle("chat", "--url", api.api_url, typed="nothing\n").stdout


def test_a_chat_says_how_to_go_on_and_shows_then_what_was_said(
    run_aisle: RunAisle, api: Servers
) -> None:
    first = run_aisle("chat", "--url", api.api_url, typed="remember me\nand me\n").stdout
    again = run_aisle("chat", "--url", api.api_url, *ways_to_go_on(first), typed="2\n").stdout
    assert "you> remember me" in again
    assert again.index("You said remember me") < again.index("you> and me")
    assert again.index("You said and me") < again.index("You said cancel my order")
    assert ways_to_go_on(again) == ways_to_go_on(first)


def test_a_colleague_who_takes_over_is_heard_while_the_customer_thinks(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        conversation_id = begin(api, chat)
        chat.type("a person\n")
        chat.see("A colleague takes over")
        chat.see("you> ")
        as_shop(api, "POST", f"{conversation_id}/typing", sender_type="agent")
        chat.see("    …")
        as_agent(api, conversation_id, "Maya here, hello")
        chat.see("colleague: Maya here, hello")
        chat.type("good\n")
        chat.see("(a colleague reads this)")
        as_shop(api, "PATCH", conversation_id, status="active")
        chat.see("The assistant answers again.")


def test_what_is_being_typed_survives_a_message_in_between(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        conversation_id = begin(api, chat)
        as_shop(api, "PATCH", conversation_id, status="escalated")
        chat.see("A colleague takes over")
        chat.type("one moment, I look")
        chat.see("I look")
        as_agent(api, conversation_id, "Any news?")
        assert chat.see("you> one moment, I look").index("Any news?")
        chat.type(" it up\n")
        chat.see("(a colleague reads this)")
        assert said_by_customers(api)[-1] == "one moment, I look it up"


def begin(api: Servers, chat: Terminal) -> str:
    """Say hello and return the conversation's id."""
    chat.see("you> ")
    chat.type("hello\n")
    chat.see("you> ")
    statement = select(Conversation).order_by(Conversation.created_at.desc()).limit(1)  # type: ignore[attr-defined]
    with api.database.reading() as session:
        return str(session.execute(statement).scalar_one().id)


def test_a_message_is_sent_again_while_the_api_restarts_and_stored_once(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        begin(api, chat)
        api.kill("api")
        chat.type("are you there?\n")
        chat.see("The assistant is restarting, sending again…")
        api.start("api")
        chat.see("You said are you there?")
        chat.see("you> ")
        chat.type("quit\n")
        assert chat.end().count("You said are you there?") == 1
        assert chat.process.returncode == 0
    assert said_by_customers(api).count("are you there?") == 1


def test_news_of_the_time_without_a_connection_is_shown_later(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        conversation_id = begin(api, chat)
        as_shop(api, "PATCH", conversation_id, status="escalated")
        chat.see("A colleague takes over")
        api.kill("api")
        api.start("api")
        as_agent(api, conversation_id, "I am back")
        assert "hello" not in chat.see("colleague: I am back")


def test_replies_are_shown_without_a_stream_too(
    monkeypatch: pytest.MonkeyPatch, conversation: ConversationApi
) -> None:
    monkeypatch.setattr(chat_module, "SHOWN_WITHIN_S", 0.0)
    screen = TypedScreen()
    deliver(conversation, screen, "hello")
    assert "You said hello" in screen.output.getvalue()


def test_ctrl_d_leaves(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        begin(api, chat)
        chat.type("\x04")
        assert "Go on with: " in chat.end()
        assert chat.process.returncode == 0


def test_ctrl_c_leaves_while_the_assistant_thinks(api: Servers) -> None:
    with terminal("chat", "--url", api.api_url) as chat:
        begin(api, chat)
        chat.type("a riddle\n")
        chat.see("⠋ …")
        chat.process.send_signal(signal.SIGINT)
        assert "Go on with: " in chat.end()
        assert chat.process.returncode == 0


def test_an_assistant_that_stays_away_ends_the_chat(
    monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    monkeypatch.setattr(chat_api, "RESEND_S", 0.0)
    told: list[str] = []
    visit = chat_api.Visit("0b5ca7e6-8d31-4c2a-a1f5-3c1d26f5ff0e", "token")
    with connect(f"http://127.0.0.1:{free_port()}") as client:
        conversation = ConversationApi(client, visit, "aisle chat --conversation …")
        with pytest.raises(CommandError, match="Go on later with: aisle chat --conversation"):
            conversation.send("hello", told.append)
    assert told == ["The assistant is restarting, sending again…"]


def test_a_customer_of_the_shop_need_not_say_who_they_are(
    run_aisle: RunAisle, api: Servers
) -> None:
    with api.database.transaction() as session:
        session.add(Customer(external_id="shop-17", email="ada@example.com"))
    secrets = str(api.settings.security.generated_secrets)
    arguments = ("chat", "--url", api.api_url, "--customer")
    finished = run_aisle(*arguments, "shop-17", typed="quit\n", AISLE_SECRETS_FILE=secrets)
    _, conversation_id, *_ = ways_to_go_on(finished.stdout)
    with api.database.reading() as session:
        conversation = session.execute(
            select(Conversation).where(Conversation.sender_id == conversation_id)
        ).scalar_one()
        assert conversation.customer is not None
        assert conversation.customer.external_id == "shop-17"
    unknown = run_aisle(*arguments, "nobody", typed="quit\n", AISLE_SECRETS_FILE=secrets)
    assert_one_line(unknown, "No customer has the external id")


def test_secrets_of_another_installation_are_told(
    run_aisle: RunAisle, api: Servers, tmp_path: Path
) -> None:
    other = str(tmp_path / "other.json")
    arguments = ("chat", "--url", api.api_url, "--customer", "shop-17")
    finished = run_aisle(*arguments, AISLE_SECRETS_FILE=other)
    assert_one_line(finished, "other secrets than this installation")


def test_a_chat_without_a_server_says_how_to_start_one(
    run_aisle: RunAisle, free_port: Callable[[], int]
) -> None:
    finished = run_aisle("chat", "--url", f"http://127.0.0.1:{free_port()}", typed="hello\n")
    assert_one_line(finished, "No assistant answers at http://127.0.0.1")
    assert "make run" in finished.stderr


@pytest.mark.parametrize("address", ["localhost:8000", "http:", "http://host:port"])
def test_what_is_no_address_is_told(run_aisle: RunAisle, address: str) -> None:
    finished = run_aisle("chat", "--url", address)
    assert_one_line(finished, f"{address} is not an address", code=2)


def test_a_closed_conversation_ends_the_chat(run_aisle: RunAisle, api: Servers) -> None:
    first = run_aisle("chat", "--url", api.api_url, typed="quit\n").stdout
    _, conversation_id, *_ = arguments = ways_to_go_on(first)
    as_shop(api, "PATCH", conversation_id, status="closed")
    finished = run_aisle("chat", "--url", api.api_url, *arguments, typed="hello\n")
    assert "it is closed" in finished.stderr
    assert_one_line(finished, "Open a new conversation with")


def test_the_token_of_another_conversation_opens_nothing(
    run_aisle: RunAisle, api: Servers, conversation: ConversationApi
) -> None:
    first = run_aisle("chat", "--url", api.api_url, typed="quit\n").stdout
    *_, token = ways_to_go_on(first)
    unknown = "0b5ca7e6-8d31-4c2a-a1f5-3c1d26f5ff0e"
    arguments = ("chat", "--url", api.api_url, "--conversation", unknown, "--token")
    assert_one_line(run_aisle(*arguments, token), f"No conversation has the id {unknown}")
    assert_one_line(run_aisle(*arguments, token[:-4]), "The token is not valid")
    assert_one_line(run_aisle(*arguments, "…"), "copy all of it", code=2)


def test_an_expired_token_is_told(run_aisle: RunAisle, api: Servers) -> None:
    first = run_aisle("chat", "--url", api.api_url, typed="quit\n").stdout
    option, conversation_id, *_ = ways_to_go_on(first)
    expired = issue_visitor_token(api.secrets, conversation_id, lifetime=-60)  # type: ignore[arg-type]
    finished = run_aisle("chat", "--url", api.api_url, option, conversation_id, "--token", expired)
    assert_one_line(finished, "The token has expired. Open a new conversation")


def test_a_conversation_needs_its_token(run_aisle: RunAisle) -> None:
    unknown = "0b5ca7e6-8d31-4c2a-a1f5-3c1d26f5ff0e"
    assert_one_line(run_aisle("chat", "--conversation", unknown), "give both", code=2)
    assert_one_line(run_aisle("chat", "--token", "x"), "give both", code=2)


def test_a_message_that_is_too_long_is_refused_and_the_chat_goes_on(
    run_aisle: RunAisle, api: Servers
) -> None:
    typed = f"{'x' * 4_001}\n{'y' * 70_000}\nshorter\n"
    finished = run_aisle("chat", "--url", api.api_url, typed=typed)
    assert "Not sent: ensure this value has at most 4000 characters" in finished.stdout
    assert "Not sent: The request body is too large" in finished.stdout
    assert "You said shorter" in finished.stdout


def test_too_many_messages_are_refused_with_the_time_to_wait(
    conversation: ConversationApi,
) -> None:
    def hurry() -> None:
        for _ in range(200):
            conversation.message_count()

    with pytest.raises(CommandError, match=r"Too many requests; try again in [0-9]+ s"):
        hurry()
    with pytest.raises(NotSent, match=r"try again in [0-9]+ s"):
        conversation.send("hello", print)


def test_a_server_that_is_not_aisle_is_told(run_aisle: RunAisle, httpd: str) -> None:
    finished = run_aisle("chat", "--url", httpd, typed="hello\n")
    assert_one_line(finished, f"{httpd}/ did not answer as Aisle's API does")


def assert_one_line(finished: "subprocess.CompletedProcess[str]", text: str, code: int = 1) -> None:
    assert finished.returncode == code
    assert text in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


@pytest.fixture
def httpd() -> Iterator[str]:
    """The address of some other server."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TypedScreen(ChatScreen):
    """A screen whose customer types these lines."""

    def __init__(self, *lines: str) -> None:
        self.output = io.StringIO()
        super().__init__(Console(file=self.output, width=40))
        self._lines = iter(lines)

    def read(self) -> str | None:
        return next(self._lines, None)


def test_empty_lines_are_not_sent() -> None:
    sent: list[str] = []
    converse(sent.append, TypedScreen("", "   ", "hello"))
    assert sent == ["hello"]


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", "track my order"),
        (" 2 ", "cancel my order"),
        ("3", "3"),
        ("0", "0"),
        ("1 chair", "1 chair"),
        ("²", "²"),
    ],
)
def test_only_the_number_of_a_shown_button_stands_for_its_payload(typed: str, payload: str) -> None:
    screen = TypedScreen()
    screen.show(Said(1, "bot", "Which?", ORDER_BUTTONS))
    assert screen.meant_by(typed) == payload


def test_the_buttons_of_one_answer_are_numbered_through_and_then_done() -> None:
    screen = TypedScreen()
    screen.show(Said(1, "bot", "Which?", ORDER_BUTTONS))
    screen.show(Said(2, "bot", "Or", (Button("Something else", "else"),)))
    assert "3  Something else" in screen.output.getvalue()
    assert screen.meant_by("3") == "else"
    assert screen.meant_by("3") == "3"


def test_a_message_is_shown_once() -> None:
    screen = TypedScreen()
    screen.show(Said(1, "bot", "Hello"))
    screen.show(Said(1, "bot", "Hello"))
    assert screen.output.getvalue().count("Hello") == 1


def test_long_replies_wrap_and_control_sequences_are_dropped() -> None:
    screen = TypedScreen()
    screen.show(Said(1, "bot", "Your parcel \x1b[2Jarrives [on] " + "Thursday " * 10))
    lines = screen.output.getvalue().splitlines()
    assert len(lines) > 2
    assert all(len(line) <= 40 for line in lines)
    assert "arrives [on]" in lines[0]
    assert "\x1b" not in screen.output.getvalue()


def test_events_are_read_from_their_lines_without_comments() -> None:
    lines = [
        ": ping",
        "",
        "id: 7",
        "event: status",
        'data: {"status": "closed"}',
        "retry: 2000",
        "",
        'data: {"a": ',
        "data: 1}",
        "",
        'data: "cut off',
    ]
    events: list[Any] = list(read_events(lines))
    assert events == [ServerEvent("status", {"status": "closed"}), ServerEvent("message", {"a": 1})]
