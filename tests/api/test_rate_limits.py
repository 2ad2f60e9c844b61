"""How often one may ask, and how many may listen at once."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from aisle.database.engine import Database
from tests.api.acts import contents, new_visitor, open_conversation, problem, say, signed
from tests.api.serving import API_KEY, Api, database_settings, serving
from tests.api.streaming import next_of, stream
from tests.live.waiting import wait_until

LIMITS = {"shop": "6/hour", "visitor": "4/hour", "address": "9/hour"}
MOST_STREAMS = 3


@pytest.fixture
def strict(database: Database, tmp_path: Path) -> Iterator[Api]:
    """An API with small limits, which nobody has used yet."""
    few = {"max_concurrent_conversations": MOST_STREAMS}
    settings = database_settings(database)
    with serving(tmp_path, settings, rate_limits=LIMITS, performance=few) as api:
        yield api


def refused_after(client: httpx.Client, path: str, allowed: int) -> httpx.Response:
    """Return the answer that refuses one request more than is allowed."""
    for _ in range(allowed):
        assert client.get(path).status_code != 429
    return client.get(path)


def test_the_shops_server_may_ask_so_often(strict: Api) -> None:
    with strict.client(X_API_Key=API_KEY) as shop:
        response = refused_after(shop, "/conversations", 6)
        problem(response, 429)
        assert 0 < int(response.headers["retry-after"]) <= 3_601  # rounded up
    with strict.client(Authorization=f"Bearer {signed()}") as another_server:
        assert another_server.get("/conversations").status_code == 200


def test_a_visitor_may_ask_so_often_and_another_one_still_may(strict: Api) -> None:
    visitor, conversation = new_visitor(strict)
    response = refused_after(visitor, f"/conversations/{conversation}", 4)
    problem(response, 429)
    assert int(response.headers["retry-after"]) > 0
    other, own = new_visitor(strict)
    assert other.get(f"/conversations/{own}").status_code == 200


def test_an_address_may_ask_so_often_whatever_it_shows(strict: Api) -> None:
    with strict.client() as anybody:
        for number in range(9):
            shown = {"Authorization": f"Bearer guess-{number}"} if number % 2 else {}
            problem(anybody.get("/conversations", headers=shown), 401)
        problem(anybody.get("/conversations", headers={"X-API-Key": "guess"}), 429)
        problem(anybody.post("/visitors", json={}), 429)
        assert anybody.get("/health").status_code == 200
    with strict.client(X_API_Key=API_KEY) as shop:
        assert shop.get("/conversations").status_code == 200


def test_what_is_over_the_limit_changes_nothing(strict: Api) -> None:
    visitor, conversation = new_visitor(strict)
    statuses = [say(visitor, conversation, f"number {n}").status_code for n in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    with strict.client(X_API_Key=API_KEY) as shop:
        assert len(contents(shop, conversation)) == 4


def test_more_streams_than_a_server_can_take_are_asked_to_come_back(strict: Api) -> None:
    with strict.client(X_API_Key=API_KEY) as shop, ExitStack() as opened:
        conversation = open_conversation(shop)
        streams = [opened.enter_context(stream(shop, conversation)) for _ in range(MOST_STREAMS)]
        for events in streams:
            next_of("status", events)
        refused = shop.get(f"/conversations/{conversation}/stream")
        problem(refused, 503)
        assert refused.headers["retry-after"]
        opened.close()
        wait_until(lambda: not strict.state.live.is_full)
