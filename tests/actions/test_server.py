"""The action server opens for Aisle's own servers only."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conversations.servers import Servers, running_servers

SAID = "my name is Nora Lindqvist"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("actions")
    with running_servers(folder, names=["actions"], commands=[("db", "upgrade")]) as running:
        yield running


@pytest.fixture
def client(servers: Servers) -> Iterator[httpx.Client]:
    url = servers.settings.servers.actions.base_url
    with httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.fixture
def known(servers: Servers) -> dict[str, str]:
    return {"Authorization": f"Bearer {servers.secrets.service_token}"}


def test_anybody_may_ask_how_it_is(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/webhook"), ("GET", "/actions"), ("GET", "/health/../actions"), ("GET", "/other")],
)
def test_strangers_are_refused(
    client: httpx.Client, servers: Servers, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": servers.api_key}):
        answer = client.request(
            method, path, headers=headers, json={} if method == "POST" else None
        )
        assert answer.status_code == 401
    assert client.request(method, f"{path}?token={servers.api_key}").status_code == 401


def test_the_token_is_taken_as_a_header_and_as_rasas_endpoints_send_it(
    client: httpx.Client, servers: Servers, known: dict[str, str]
) -> None:
    token = servers.secrets.service_token
    for answer in (
        client.get("/actions", headers=known),
        client.get("/actions", params={"token": token}),
    ):
        assert {"name": "action_fulfil_request"} in answer.json()


def test_an_action_that_is_not_there_is_named_to_rasa(
    client: httpx.Client, known: dict[str, str]
) -> None:
    call = {"next_action": "action_none", "tracker": {}, "domain": {}}
    answer = client.post("/webhook", json=call, headers=known)
    assert answer.status_code == 404
    assert answer.json()["action_name"] == "action_none"


@pytest.mark.parametrize(
    ("body", "status"),
    [(f'{{"{SAID}"', 400), (f'{{"next_action": "action_fulfil_request", "a": "{SAID}"}}', 500)],
)
def test_a_failure_repeats_neither_the_request_nor_what_went_wrong(
    client: httpx.Client, servers: Servers, known: dict[str, str], body: Any, status: int
) -> None:
    answer = client.post("/webhook", content=body, headers=known)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert "tracker" not in answer.text
    assert SAID not in answer.text
    assert SAID not in (servers.logs / "actions.log").read_text()


def test_what_went_wrong_is_in_the_log(
    client: httpx.Client, servers: Servers, known: dict[str, str]
) -> None:
    client.post("/webhook", json={"next_action": "action_fulfil_request"}, headers=known)
    assert "KeyError: 'tracker'" in (servers.logs / "actions.log").read_text()


def test_no_web_page_may_call_it(client: httpx.Client) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (client.options("/webhook", headers=headers), client.get("/health")):
        assert "Access-Control-Allow-Origin" not in answer.headers
