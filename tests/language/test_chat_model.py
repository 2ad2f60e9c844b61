"""A language model over HTTP: streaming, one deadline, and every way in which it can fail."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from aisle.language.chat_model import ChatModel, Message, ModelUnavailable, get_chat_model
from aisle.settings import get_settings
from tests.knowledge.answers.model_server import (
    API_KEY,
    ModelServer,
    Wire,
    drip,
    event,
    failing,
    raw,
    saying,
    serving,
    streaming,
    writing,
)

PRIVATE = "my cat is called Mitzi"
MESSAGES: list[Message] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": PRIVATE},
]
DONE = b"data: [DONE]\n\n"


def model_at(server: ModelServer, timeout: float = 5, **values: object) -> ChatModel:
    return ChatModel(server.settings(**values), timeout)


def test_pieces_come_while_the_rest_is_still_being_written() -> None:
    goes_on = threading.Event()

    def wire(_: object) -> Iterator[bytes]:
        yield streaming() + event("Hello")
        goes_on.wait(5)
        yield event(" there") + event(None, "stop") + DONE

    with serving(wire) as server:
        pieces = model_at(server).stream(MESSAGES)
        assert next(pieces) == "Hello"
        goes_on.set()
        assert list(pieces) == [" there"]


def test_the_settings_and_the_messages_reach_the_server() -> None:
    with serving(writing(saying("Yes."))) as server:
        model = model_at(server, max_tokens=123, temperature=0.2)
        assert "".join(model.stream(MESSAGES)) == "Yes."
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {API_KEY}"
    assert server.requests[0] == {
        "model": "wise-owl",
        "messages": MESSAGES,
        "max_tokens": 123,
        "temperature": 0.2,
        "stream": True,
    }


def test_a_server_that_asks_for_no_key_gets_no_key_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-something-else")
    with serving(writing(saying("Yes."))) as server:
        assert list(model_at(server, api_key="").stream(MESSAGES)) == ["Yes."]
    assert "sk-of-something-else" not in str(server.headers)


def test_an_answer_that_reaches_max_tokens_just_ends() -> None:
    with serving(writing(saying("Half a", " sentence"), finish="length")) as server:
        assert list(model_at(server).stream(MESSAGES)) == ["Half a", " sentence"]


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
BROKEN: dict[str, tuple[Wire, str]] = {
    "wrong key": (failing(401), "status 401"),
    "too many requests": (failing(429), "status 429"),
    "server error": (failing(500), "status 500"),
    "nothing at all": (raw(), "cannot be reached"),
    "not HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "cannot be reached"),
    "an empty stream": (raw(streaming()), "broke off"),
    "nothing but the end": (raw(streaming() + DONE), "broke off"),
    "no JSON": (raw(streaming() + b"data: {'choices': oops\n\n"), "could not be read"),
    "other JSON": (raw(streaming() + b'data: {"choices": [{"text": 1}]}\n\n'), "could not be read"),
    "a number": (raw(streaming() + b"data: 5\n\n"), "could not be read"),
    "no UTF-8": (raw(streaming() + b"data: \xff\xfe\xfa\n\n"), "could not be read"),
    "an error in between": (
        raw(streaming() + event("Yes") + b'data: {"error": {"message": "overloaded"}}\n\n'),
        "could not be read",
    ),
    "cut between pieces": (raw(streaming() + event("Returns are free")), "broke off"),
    "cut within a piece": (raw(streaming() + event("Yes") + event("No")[:40]), "broke off"),
    "cut within a chunk": (raw(CHUNKED + b"400\r\n" + event("Yes")), "could not be read"),
    "a web page": (raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>Welcome"), "broke off"),
    "without an end": (
        drip(streaming(), 50 * event("again and again "), seconds=0),
        "more than max_tokens",
    ),
}


@pytest.mark.parametrize(("wire", "reason"), BROKEN.values(), ids=BROKEN)
def test_whatever_breaks_is_one_error_that_tells_no_secrets(wire: Wire, reason: str) -> None:
    with serving(wire) as server, pytest.raises(ModelUnavailable, match=reason) as caught:
        list(model_at(server).stream(MESSAGES))
    assert API_KEY not in repr(caught.value)
    assert "Mitzi" not in repr(caught.value)
    assert len(server.requests) == 1, "it is not asked again"


def test_a_server_that_is_not_there_is_one_of_them() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        model = model_at(ModelServer(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            list(model.stream(MESSAGES))


SLOW: dict[str, Wire] = {
    "silent": drip(b"", b""),
    "headers by the byte": drip(b"HTTP/1.1 200 OK\r\nX-Wait: ", b"z"),
    "a line by the byte": drip(streaming() + b"data: ", b"z"),
    "comments": drip(streaming(), b": still here\n\n"),
    "pieces": drip(streaming(), event("very ")),
}


@pytest.mark.parametrize("wire", SLOW.values(), ids=SLOW)
def test_a_slow_answer_ends_when_its_time_is_over_and_the_server_is_hung_up_on(wire: Wire) -> None:
    with serving(wire) as server:
        started = monotonic()
        with pytest.raises(ModelUnavailable, match=r"no complete answer in 0\.5 s"):
            list(model_at(server, timeout=0.5).stream(MESSAGES))
        assert 0.4 < monotonic() - started < 5
        if wire is not SLOW["silent"]:
            assert server.hung_up.wait(3)


def test_a_model_that_took_too_long_is_left_alone_for_a_while() -> None:
    with serving(SLOW["silent"]) as server:
        model = model_at(server, timeout=0.5)
        with pytest.raises(ModelUnavailable, match=r"no complete answer"):
            list(model.stream(MESSAGES))
        with pytest.raises(ModelUnavailable, match="too long just now"):
            list(model.stream(MESSAGES))
        assert len(server.paths) <= 1


def test_a_caller_who_has_heard_enough_ends_the_answer() -> None:
    with serving(drip(streaming(), event("very "), seconds=0.01)) as server:
        pieces = model_at(server).stream(MESSAGES)
        assert next(pieces) == "very "
        pieces.close()
        assert server.hung_up.wait(3)


def test_several_threads_get_their_own_answers() -> None:
    def echo(body: dict[str, list[Message]]) -> Iterator[str]:
        yield from body["messages"][1]["content"]

    with serving(writing(echo)) as server, ThreadPoolExecutor(8) as threads:
        model = model_at(server)

        def ask(text: str) -> str:
            return "".join(model.stream([MESSAGES[0], {"role": "user", "content": text}]))

        texts = [f"number {n}" for n in range(24)]
        assert list(threads.map(ask, texts)) == texts


def test_it_can_be_asked_where_an_event_loop_runs() -> None:
    async def ask(model: ChatModel) -> list[str]:
        return list(model.stream(MESSAGES))

    with serving(writing(saying("Yes."))) as server:
        assert asyncio.run(ask(model_at(server))) == ["Yes."]


@pytest.fixture
def with_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    for name in ("AISLE_CONFIG", "AISLE_LLM_MODEL", "AISLE_LLM_API_KEY", "AISLE_LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()
    get_chat_model.cache_clear()
    yield monkeypatch.setenv
    get_settings.cache_clear()
    get_chat_model.cache_clear()


@pytest.mark.usefixtures("with_environment")
def test_there_is_no_model_unless_the_settings_name_one() -> None:
    assert get_chat_model() is None


def test_the_model_of_the_settings_is_asked(
    with_environment: Callable[[str, str], None],
) -> None:
    with serving(writing(saying("Yes."))) as server:
        with_environment("AISLE_LLM_MODEL", "owl-7b")
        with_environment("AISLE_LLM_BASE_URL", server.url)
        model = get_chat_model()
        assert model is not None
        assert list(model.stream(MESSAGES)) == ["Yes."]
    assert server.requests[0]["model"] == "owl-7b"
    assert server.requests[0]["max_tokens"] == 500
    assert server.requests[0]["temperature"] == 0.7
