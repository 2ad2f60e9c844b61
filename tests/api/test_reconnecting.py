"""No message is lost or comes twice, however often a reader's connection breaks."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from aisle.api import live
from aisle.database.engine import Database
from aisle.live.bus import get_bus
from aisle.live.events import Event
from tests.api.acts import change, open_conversation, say
from tests.api.bot import answering
from tests.api.serving import API_KEY, BUSES, Api, database_settings, serving
from tests.api.streaming import next_messages, next_of, stream

MESSAGES = 60
SECONDS = 60


@pytest.fixture(scope="module", params=BUSES)
def api(request: pytest.FixtureRequest, database: Database, folder: Path) -> Iterator[Api]:
    settings = database_settings(database, request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "LOOK_S", 0.3)
        with serving(folder, settings) as api:
            yield api


@pytest.fixture
def shop(api: Api) -> Iterator[httpx.Client]:
    with api.client(X_API_Key=API_KEY) as client:
        yield client


@pytest.fixture
def silent(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bus loses everything, and says that it is well."""

    def lose(event: Event) -> None:
        pass

    monkeypatch.setattr(get_bus(), "publish", lose)


def read_with_breaks(client: httpx.Client, conversation: str, chance: random.Random) -> list[str]:
    """Return all contents as they came, from many connections one after the other."""
    seen: list[str] = []
    last: int | None = None
    while len(seen) < MESSAGES:
        before_the_break = chance.randint(0, 6)
        with stream(client, conversation, last, seconds=SECONDS) as events:
            while before_the_break and len(seen) < MESSAGES:
                event = next_of("message", events)
                seen.append(event.data["content"])
                assert event.id is not None
                last = int(event.id)
                before_the_break -= 1
    return seen


def test_a_reader_who_keeps_reconnecting_sees_every_message_once(
    api: Api, shop: httpx.Client
) -> None:
    conversation = open_conversation(shop)
    written = [f"number {number}" for number in range(MESSAGES)]

    def write() -> None:
        with api.client(X_API_Key=API_KEY) as writer:
            for content in written:
                say(writer, conversation, content)

    writing = threading.Thread(target=write)
    writing.start()
    seen = read_with_breaks(shop, conversation, random.Random(7))
    writing.join()
    assert seen == written


def test_several_writers_and_readers_agree_on_the_order(api: Api, shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    seen: list[list[str]] = []

    def write(name: str) -> None:
        with api.client(X_API_Key=API_KEY) as writer:
            for number in range(MESSAGES // 3):
                say(writer, conversation, f"{name} {number}")

    def read(seed: int) -> None:
        with api.client(X_API_Key=API_KEY) as reader:
            seen.append(read_with_breaks(reader, conversation, random.Random(seed)))

    threads = [threading.Thread(target=write, args=[name]) for name in ("Ada", "Bo", "Cy")]
    threads += [threading.Thread(target=read, args=[seed]) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen[0])) == MESSAGES
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("silent")
def test_when_the_bus_is_silent_everything_comes_all_the_same(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    with stream(shop, conversation, seconds=SECONDS) as events:
        next_of("status", events)
        say(shop, conversation, "one")
        assert next_messages(events, 1) == ["one"]
        change(shop, conversation, status="escalated")
        assert next_of("status", events).data["status"] == "escalated"
        say(shop, conversation, "two")
        say(shop, conversation, "three")
        assert next_messages(events, 2) == ["two", "three"]


@pytest.mark.usefixtures("silent")
def test_whoever_waits_for_an_answer_gets_it_without_the_bus(api: Api, shop: httpx.Client) -> None:

    conversation = open_conversation(shop)
    with answering(api.state.database, get_bus()):
        assert say(shop, conversation, params={"wait": 30}).json()["replies"]
