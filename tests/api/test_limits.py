"""How much may be sent, and from which pages."""

from dataclasses import replace

import httpx
import pytest

from aisle.api.app import create_app
from aisle.settings import SettingsError
from tests.api.acts import contents, open_conversation, problem, say
from tests.api.serving import ORIGIN, Api

JSON = {"Content-Type": "application/json"}
TOO_LARGE = b'{"channel": "web", "initial_message": "' + b"x" * 70_000 + b'"}'


def test_a_body_that_declares_too_much_is_refused(shop: httpx.Client) -> None:
    problem(shop.post("/conversations", content=TOO_LARGE, headers=JSON), 413)


def test_a_body_that_comes_in_pieces_is_refused_as_soon_as_it_is_too_large(
    shop: httpx.Client,
) -> None:
    pieces = (TOO_LARGE[start : start + 1_000] for start in range(0, len(TOO_LARGE), 1_000))
    problem(shop.post("/conversations", content=pieces, headers=JSON), 413)


def test_an_oversized_message_is_not_stored(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    problem(say(shop, conversation, "x" * 70_000), 413)
    assert contents(shop, conversation) == []


@pytest.mark.parametrize("path", ["/conversations", "/visitors", "/nothing"])
def test_nobody_needs_to_be_known_to_be_refused_a_large_body(
    anybody: httpx.Client, path: str
) -> None:
    problem(anybody.post(path, content=b"x" * 70_000, headers=JSON), 413)


def preflight(client: httpx.Client, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    return client.options("/conversations", headers=headers)


def test_pages_of_the_shop_may_call(anybody: httpx.Client) -> None:
    asked = preflight(anybody, ORIGIN)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    answer = anybody.post("/visitors", json={}, headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    refused = anybody.get("/conversations", headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://shop.example", f"{ORIGIN}.evil.example", "null"],
)
def test_other_pages_may_not(anybody: httpx.Client, origin: str) -> None:
    asked = preflight(anybody, origin)
    assert asked.status_code == 400
    answer = anybody.post("/visitors", json={}, headers={"Origin": origin})
    for response in (asked, answer):
        assert "access-control-allow-origin" not in response.headers


def test_no_page_may_send_cookies(anybody: httpx.Client) -> None:
    assert "access-control-allow-credentials" not in preflight(anybody, ORIGIN).headers


@pytest.mark.parametrize("origin", ["*", "https://*.example", "https://shop.example/path"])
def test_every_allowed_origin_is_named_in_full(api: Api, origin: str) -> None:
    settings = api.state.settings
    security = settings.security.copy(update={"allowed_origins": (origin,)})
    state = replace(api.state, settings=settings.copy(update={"security": security}))
    with pytest.raises(SettingsError, match="no web origin"):
        create_app(state)
