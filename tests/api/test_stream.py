"""A conversation live, on each bus."""

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aisle.api import live
from aisle.api.routes import stream as stream_route
from aisle.conversations.dialogue import append_events
from aisle.conversations.news import announce_draft
from aisle.conversations.service import ConversationService
from aisle.database.engine import Database
from aisle.live.bus import get_bus
from aisle.live.local_bus import LocalBus
from aisle.live.redis_bus import RedisBus
from tests.api.acts import change, contents, messages, new_visitor, open_conversation, problem, say
from tests.api.bot import answering
from tests.api.serving import API_KEY, BUSES, Api, database_settings, serving
from tests.api.streaming import next_messages, next_of, stream


@pytest.fixture(scope="module", params=BUSES)
def api(request: pytest.FixtureRequest, database: Database, folder: Path) -> Iterator[Api]:
    """Does not look for news by itself for a long time: what comes, comes by the bus."""
    settings = database_settings(database, request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "LOOK_S", 600.0)
        with serving(folder, settings) as api:
            assert isinstance(get_bus(), LocalBus if request.param == "local" else RedisBus)
            yield api


@pytest.fixture
def shop(api: Api) -> Iterator[httpx.Client]:
    with api.client(X_API_Key=API_KEY) as client:
        yield client


def test_a_stream_begins_with_what_was_said_and_goes_on(shop: httpx.Client) -> None:
    conversation = open_conversation(shop, initial_message="one")
    with stream(shop, conversation) as events:
        first = next(events)
        assert (first.kind, first.id, first.data["content"]) == ("message", "1", "one")
        assert next(events).data == {"status": "active", "priority": "medium"}
        for content in ("two", "three"):
            say(shop, conversation, content)
            assert next_messages(events, 1) == [content]


def test_a_message_on_the_stream_is_the_one_that_is_read(shop: httpx.Client) -> None:
    conversation = open_conversation(shop, initial_message="one")
    with stream(shop, conversation) as events:
        assert next_of("message", events).data == messages(shop, conversation)[0]


def test_the_bots_answer_and_its_typing_come_on_the_stream(api: Api, shop: httpx.Client) -> None:
    conversation = open_conversation(shop, initial_message="hello")
    with stream(shop, conversation) as events:
        next_of("status", events)
        with answering(api.state.database, get_bus()):
            # That the bot has stopped typing may arrive right before its answer.
            begun, *rest = (next(events) for _ in range(3))
    assert begun.data == {"sender_type": "bot", "active": True}
    (ended,) = (event.data for event in rest if event.kind == "typing")
    assert ended == {"sender_type": "bot", "active": False}
    (reply,) = (event.data for event in rest if event.kind == "message")
    assert (reply["sender_type"], reply["content"]) == ("bot", "You said: hello")


def test_changes_of_status_and_priority_come_on_the_stream(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    with stream(shop, conversation) as events:
        next_of("status", events)
        change(shop, conversation, priority="urgent")
        assert next(events).data == {"status": "active", "priority": "urgent"}
        change(shop, conversation, status="resolved")
        assert next(events).data == {"status": "resolved", "priority": "urgent"}
        say(shop, conversation, "one more thing")
        assert next_of("status", events).data["status"] == "active"


def test_who_types_is_told_to_everybody_else_who_reads(api: Api, shop: httpx.Client) -> None:
    visitor, conversation = new_visitor(api)
    with stream(visitor, conversation) as at_visitor, stream(shop, conversation) as at_shop:
        next_of("status", at_visitor)
        next_of("status", at_shop)
        for active in (True, False):
            typing = {"sender_type": "agent", "active": active}
            path = f"/conversations/{conversation}/typing"
            assert shop.post(path, json=typing).status_code == 204
            assert next(at_visitor).data == typing
            assert next(at_shop).data == typing


def answer(api: Api, conversation_id: str, text: str) -> None:
    """Let the bot say something."""
    said = {"event": "bot", "text": text, "timestamp": time.time()}
    with api.state.database.transaction() as session:
        conversation = ConversationService(session).lock_conversation(uuid.UUID(conversation_id))
        append_events(session, conversation, [said])


def test_the_sentences_of_an_answer_that_is_being_written_come_and_are_kept_nowhere(
    api: Api, shop: httpx.Client
) -> None:
    visitor, conversation = new_visitor(api)
    sentences = ["Returns are free.", "You have 30 days, größer 🙂."]
    with stream(visitor, conversation) as at_visitor, stream(shop, conversation) as at_shop:
        for events in (at_visitor, at_shop):
            next_of("status", events)
        for number, sentence in enumerate(sentences, start=1):
            announce_draft(uuid.UUID(conversation), number, sentence)
        answer(api, conversation, " ".join(sentences))
        for events in (at_visitor, at_shop):
            drafts = [next(events), next(events)]
            assert [(draft.kind, draft.id, draft.data) for draft in drafts] == [
                ("draft", None, {"number": 1, "text": sentences[0]}),
                ("draft", None, {"number": 2, "text": sentences[1]}),
            ]
            assert next(events).data["content"] == " ".join(sentences)
    assert contents(shop, conversation) == [" ".join(sentences)]
    with stream(shop, conversation) as events:
        assert [next(events).kind for _ in range(2)] == ["message", "status"]


def test_a_draft_is_seen_in_its_own_conversation_only(shop: httpx.Client) -> None:
    conversation, other = open_conversation(shop), open_conversation(shop)
    with stream(shop, conversation) as events:
        next_of("status", events)
        announce_draft(uuid.UUID(other), 1, "not for you")
        announce_draft(uuid.UUID(conversation), 1, "for you")
        assert next(events).data == {"number": 1, "text": "for you"}


def test_drafts_come_before_the_message_that_takes_their_place(
    api: Api, shop: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, other = open_conversation(shop), open_conversation(shop)
    read, reading, go_on = stream_route._read, threading.Event(), threading.Event()

    def slowly(*place: Any) -> Any:
        reading.set()
        go_on.wait(10)
        return read(*place)

    with stream(shop, conversation) as events, stream(shop, other) as elsewhere:
        for following in (events, elsewhere):
            next_of("status", following)
        monkeypatch.setattr(stream_route, "_read", slowly)
        change(shop, conversation, priority="urgent")
        assert reading.wait(10)
        announce_draft(uuid.UUID(conversation), 1, "Returns are free.")
        answer(api, conversation, "Returns are free.")
        announce_draft(uuid.UUID(other), 1, "What was said before has arrived.")
        assert next(elsewhere).kind == "draft"
        go_on.set()
        assert [next(events).kind for _ in range(3)] == ["draft", "message", "status"]


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_stream_goes_on_after_the_last_event_that_arrived(shop: httpx.Client, how: str) -> None:
    conversation = open_conversation(shop)
    for number in range(1, 6):
        say(shop, conversation, f"number {number}")
    place: dict[str, Any] = {"last_event_id": 3} if how == "header" else {"after": 3}
    with stream(shop, conversation, **place) as events:
        assert next_messages(events, 2) == ["number 4", "number 5"]
        assert next(events).kind == "status"


def test_the_last_event_counts_more_than_where_the_page_began(shop: httpx.Client) -> None:
    conversation = open_conversation(shop, initial_message="one")
    say(shop, conversation, "two")
    with stream(shop, conversation, 1, after=0) as events:
        assert next(events).data["content"] == "two"


def test_a_stream_of_another_conversation_stays_silent(shop: httpx.Client) -> None:
    conversation, other = open_conversation(shop), open_conversation(shop)
    with stream(shop, conversation) as events:
        next_of("status", events)
        say(shop, other, "not for you")
        say(shop, conversation, "for you")
        assert next(events).data["content"] == "for you"


def test_a_visitors_stream_does_not_show_what_was_found_in_a_message(
    api: Api, shop: httpx.Client
) -> None:
    visitor, conversation = new_visitor(api)
    with stream(visitor, conversation) as events, answering(api.state.database, get_bus()):
        say(visitor, conversation, "where is #W1000871?")
        for _ in range(2):
            shown = next_of("message", events).data
            assert not shown.keys() & {"intent", "sentiment_score", "entities"}
    with stream(shop, conversation) as events:
        assert next(events).data["intent"] == "track_order"


def test_a_long_conversation_comes_whole(shop: httpx.Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(stream_route, "READ_AT_ONCE", 3)
    conversation = open_conversation(shop)
    said = [f"number {number}" for number in range(10)]
    for content in said:
        say(shop, conversation, content)
    with stream(shop, conversation) as events:
        assert next_messages(events, len(said)) == said


def test_a_silent_stream_has_a_heartbeat(shop: httpx.Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    with stream(shop, open_conversation(shop)) as events:
        kinds = [next(events).kind for _ in range(3)]
    assert kinds == ["status", "comment", "comment"]


def test_a_stream_ends_after_an_hour_so_that_rights_are_looked_at_again(
    shop: httpx.Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(stream_route, "LONGEST_S", 0.2)
    with stream(shop, open_conversation(shop, initial_message="one")) as events:
        assert [event.kind for event in events if event.kind != "comment"] == ["message", "status"]


@pytest.mark.parametrize("place", ["-1", "abc", str(2**31), "1.5"])
def test_a_place_that_there_is_not_is_refused(shop: httpx.Client, place: str) -> None:
    path = f"/conversations/{open_conversation(shop)}/stream"
    problem(shop.get(path, headers={"Last-Event-ID": place}), 422)
    problem(shop.get(path, params={"after": place}), 422)


def test_the_stream_of_an_unknown_conversation_is_404(shop: httpx.Client) -> None:
    problem(shop.get(f"/conversations/{uuid.uuid4()}/stream"), 404)
