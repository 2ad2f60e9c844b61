"""Nobody reads or writes a conversation without a right to it."""

import uuid

import httpx
import pytest

from tests.api.acts import (
    change,
    contents,
    new_visitor,
    open_conversation,
    problem,
    say,
    signed,
    unique,
)
from tests.api.serving import API_KEY, SECRETS, Api

NOBODYS_ID = "6e0c3f52-91d8-4b7a-a1f4-d2587c30e9b6"
OF_A_CONVERSATION: list[tuple[str, str]] = [
    ("GET", ""),
    ("PATCH", ""),
    ("GET", "/context"),
    ("GET", "/messages"),
    ("POST", "/messages"),
    ("POST", "/typing"),
    ("GET", "/stream"),
    ("POST", "/attachments"),
    ("GET", f"/attachments/{NOBODYS_ID}"),
    ("POST", "/token"),
]
OF_THE_SHOP = [
    ("GET", "/conversations"),
    ("POST", "/conversations"),
    ("POST", "/customers"),
    ("GET", f"/customers/{NOBODYS_ID}"),
]
BODIES = {
    "": {"status": "closed"},
    "/messages": {"content": "hi", "sender_type": "customer", "sender_id": "mia"},
    "/typing": {"sender_type": "customer"},
    "/conversations": {"channel": "web"},
    "/customers": {"external_id": "1"},
}


def ask(client: httpx.Client, method: str, path: str, conversation: str = "") -> httpx.Response:
    """Make a request that would be answered if the caller had a right to it."""
    url = f"/conversations/{conversation}{path}" if conversation else path
    if path == "/attachments":
        return client.post(url, files={"file": ("a.txt", b"a", "text/plain")})
    return client.request(method, url, json=BODIES.get(path) if method != "GET" else None)


@pytest.mark.parametrize(("method", "path"), OF_A_CONVERSATION)
def test_a_conversation_is_closed_to_who_shows_nothing(
    anybody: httpx.Client, shop: httpx.Client, method: str, path: str
) -> None:
    response = ask(anybody, method, path, open_conversation(shop))
    problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), OF_A_CONVERSATION)
def test_another_visitors_conversation_looks_like_one_that_does_not_exist(
    api: Api, shop: httpx.Client, method: str, path: str
) -> None:
    visitor, _ = new_visitor(api)
    theirs, nobodys = open_conversation(shop), str(uuid.uuid4())
    foreign = ask(visitor, method, path, theirs)
    unknown = ask(visitor, method, path, nobodys)
    status = 403 if (method, path) in FOR_THE_SHOP else 404
    expected = problem(unknown, status)
    expected["detail"] = expected["detail"].replace(nobodys, theirs)
    assert problem(foreign, status) == expected
    assert contents(shop, theirs) == []
    assert shop.get(f"/conversations/{theirs}").json()["status"] == "active"


FOR_THE_SHOP = [("PATCH", ""), ("GET", "/context"), ("POST", "/token")]


@pytest.mark.parametrize(("method", "path"), FOR_THE_SHOP)
def test_a_visitor_may_not_do_everything_in_the_own_conversation_either(
    api: Api, method: str, path: str
) -> None:
    visitor, conversation = new_visitor(api)
    problem(ask(visitor, method, path, conversation), 403)


@pytest.mark.parametrize(("method", "path"), OF_THE_SHOP)
def test_what_is_the_shops_is_closed_to_everybody_else(
    api: Api, anybody: httpx.Client, method: str, path: str
) -> None:
    problem(ask(anybody, method, path), 401)
    visitor, _ = new_visitor(api)
    problem(ask(visitor, method, path), 403)
    with api.client(Authorization=f"Bearer {signed(scope='customer', sub='4711')}") as customer:
        problem(ask(customer, method, path), 403)


@pytest.mark.parametrize("sender", ["agent", "bot", "system"])
def test_a_visitor_writes_as_the_customer_only(api: Api, sender: str) -> None:
    visitor, conversation = new_visitor(api)
    problem(say(visitor, conversation, sender_type=sender), 403)
    assert contents(visitor, conversation) == []
    agent_types = visitor.post(
        f"/conversations/{conversation}/typing", json={"sender_type": "agent"}
    )
    problem(agent_types, 403)


def test_a_visitor_cannot_write_under_another_name(api: Api, shop: httpx.Client) -> None:
    visitor, conversation = new_visitor(api)
    say(visitor, conversation, sender_id="noor-the-agent")
    message = shop.get(f"/conversations/{conversation}/messages").json()["items"][0]
    assert message["sender_id"] == conversation


@pytest.mark.parametrize("key", ["wrong", API_KEY[:-1], API_KEY + "x", API_KEY.upper(), "é" * 30])
def test_a_wrong_api_key_opens_nothing(anybody: httpx.Client, key: str) -> None:
    for headers in ({"X-API-Key": key.encode()}, {"Authorization": f"Bearer {key}".encode()}):
        detail = problem(anybody.get("/conversations", headers=headers), 401)["detail"]
        assert key not in detail


@pytest.mark.parametrize(
    "accepted",
    [f"Bearer {API_KEY}", f"bearer {API_KEY}", "Bearer " + SECRETS["AISLE_SERVICE_TOKEN"]],
)
def test_a_key_may_come_as_a_bearer_token_too(anybody: httpx.Client, accepted: str) -> None:
    headers = {"Authorization": accepted}
    assert anybody.get("/conversations", headers=headers).status_code == 200


def test_a_customer_whom_the_shop_signed_gets_a_verified_conversation(
    api: Api, shop: httpx.Client
) -> None:
    external_id = unique("signed")
    customer = shop.post("/customers", json={"external_id": external_id}).json()["id"]
    headers = {"Authorization": f"Bearer {signed(scope='customer', sub=external_id)}"}
    with api.client() as browser:
        created = browser.post("/visitors", json={}, headers=headers).json()
        conversation = created["conversation_id"]
        problem(browser.get(f"/conversations/{conversation}", headers=headers), 403)
        own = {"Authorization": f"Bearer {created['token']}"}
        shown = browser.get(f"/conversations/{conversation}", headers=own).json()
    assert shown["customer_id"] == customer
    assert (shown["verification_level"], shown["verified_by"]) == (2, "shop")


def test_a_visitor_cannot_say_which_customer_it_is(
    shop: httpx.Client, anybody: httpx.Client
) -> None:
    external_id = unique("claimed")
    customer = shop.post("/customers", json={"external_id": external_id}).json()["id"]
    for claim in ({"customer_id": customer}, {"external_id": external_id}, {"sub": external_id}):
        problem(anybody.post("/visitors", json=claim), 422)
    visit = anybody.post("/visitors", json={}).json()
    own = {"Authorization": f"Bearer {visit['token']}"}
    shown = anybody.get(f"/conversations/{visit['conversation_id']}", headers=own).json()
    assert (shown["customer_id"], shown["verification_level"]) == (None, 0)
    assert shown["verified_by"] is None
    body = {"channel": "web", "customer_id": customer}
    problem(anybody.post("/conversations", json=body, headers=own), 403)


def test_a_signed_customer_whom_nobody_knows_is_told_so(anybody: httpx.Client) -> None:
    token = signed(scope="customer", sub=unique("nobody"))
    headers = {"Authorization": f"Bearer {token}"}
    problem(anybody.post("/visitors", json={}, headers=headers), 404)


def test_the_shop_gives_a_visitor_a_token_for_a_conversation(api: Api, shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    created = shop.post(f"/conversations/{conversation}/token")
    assert created.status_code == 201
    assert created.json().keys() == {"conversation_id", "token", "expires_at"}
    with api.client(Authorization=f"Bearer {created.json()['token']}") as visitor:
        assert say(visitor, conversation).status_code == 200
        problem(visitor.get(f"/conversations/{open_conversation(shop)}"), 404)
    problem(shop.post(f"/conversations/{uuid.uuid4()}/token"), 404)


def test_a_closed_conversation_can_still_be_read_by_its_visitor(
    api: Api, shop: httpx.Client
) -> None:
    visitor, conversation = new_visitor(api)
    say(visitor, conversation, "thank you")
    change(shop, conversation, status="closed")
    assert contents(visitor, conversation) == ["thank you"]
    problem(say(visitor, conversation), 409)
