"""What cannot be understood is refused with the field, and nothing of it is stored."""

import base64
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.api.acts import contents, fields_in, open_conversation, problem, say


@pytest.fixture(scope="module")
def conversation(shop: httpx.Client) -> str:
    return open_conversation(shop)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"content": ""}, "body.content"),
        ({"content": " \n\t\u2003"}, "body.content"),
        ({"content": "\0"}, "body.content"),
        ({"content": "x" * 4_001}, "body.content"),
        ({"content": None}, "body.content"),
        ({"content": ["hello"]}, "body.content"),
        ({"sender_type": "robot"}, "body.sender_type"),
        ({"sender_type": "Customer"}, "body.sender_type"),
        ({"message_type": "video"}, "body.message_type"),
        ({"sender_id": ""}, "body.sender_id"),
        ({"sender_id": "a\nb"}, "body.sender_id"),
        ({"sender_id": "x" * 256}, "body.sender_id"),
        ({"attachment_id": "17"}, "body.attachment_id"),
        ({"is_admin": True}, "body.is_admin"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused(
    shop: httpx.Client, conversation: str, fields: dict[str, Any], wrong: str
) -> None:
    message = {"content": "hello", "sender_type": "customer", "sender_id": "mia", **fields}
    response = shop.post(f"/conversations/{conversation}/messages", json=message)
    assert fields_in(problem(response, 422)) == {wrong}
    assert contents(shop, conversation) == []


@pytest.mark.parametrize("missing", ["content", "sender_type", "sender_id"])
def test_a_message_needs_its_fields(shop: httpx.Client, conversation: str, missing: str) -> None:
    message = {"content": "hello", "sender_type": "customer", "sender_id": "mia"}
    del message[missing]
    response = shop.post(f"/conversations/{conversation}/messages", json=message)
    assert fields_in(problem(response, 422)) == {f"body.{missing}"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "body.channel"),
        ({"channel": ""}, "body.channel"),
        ({"channel": "x" * 51}, "body.channel"),
        ({"channel": "web", "customer_id": "4711"}, "body.customer_id"),
        ({"channel": "web", "customer_id": 10**400}, "body.customer_id"),
        ({"channel": "web", "initial_message": "  "}, "body.initial_message"),
        ({"channel": "web", "status": "closed"}, "body.status"),
    ],
)
def test_a_conversation_that_makes_no_sense_is_refused(
    shop: httpx.Client, fields: dict[str, Any], wrong: str
) -> None:
    assert fields_in(problem(shop.post("/conversations", json=fields), 422)) == {wrong}


@pytest.mark.parametrize(
    "change", [{}, {"status": None}, {"status": "done"}, {"priority": "highest"}, {"channel": "x"}]
)
def test_a_change_that_makes_no_sense_is_refused(
    shop: httpx.Client, conversation: str, change: dict[str, Any]
) -> None:
    problem(shop.patch(f"/conversations/{conversation}", json=change), 422)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"limit": 0}, "query.limit"),
        ({"limit": 201}, "query.limit"),
        ({"limit": 10**30}, "query.limit"),
        ({"status": "open"}, "query.status"),
        ({"customer_id": "mia"}, "query.customer_id"),
        ({"channel": "a\0b"}, "query.channel"),
        ({"created_from": "yesterday"}, "query.created_from"),
        ({"created_from": "nan"}, "query.created_from"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    shop: httpx.Client, query: dict[str, Any], wrong: str
) -> None:
    assert fields_in(problem(shop.get("/conversations", params=query), 422)) == {wrong}


@pytest.mark.parametrize(
    "moment", ["2026-03-01T12:00:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"]
)
def test_times_need_a_zone_and_a_year_that_there_is_in_utc(shop: httpx.Client, moment: str) -> None:
    for name in ("created_from", "created_before"):
        assert name in problem(shop.get("/conversations", params={name: moment}), 422)["detail"]


def cursor(*position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


ID = "0d9b1f4e-6a37-4c52-8e11-2f7c5b9a3d60"
CURSORS = ["x", "é", "\0", cursor(), cursor("now", ID), cursor("2026-03-01T12:00:00", ID)]


@pytest.mark.parametrize("given", [*CURSORS, cursor("2026-03-01T12:00:00Z", "1"), cursor(1, 2)])
def test_a_cursor_that_was_not_made_here_is_refused(shop: httpx.Client, given: str) -> None:
    problem(shop.get("/conversations", params={"cursor": given}), 422)


def test_a_cursor_with_a_year_that_there_is_not_in_utc_is_refused(shop: httpx.Client) -> None:
    given = cursor("0001-01-01T00:00:00+05:00", ID)
    problem(shop.get("/conversations", params={"cursor": given}), 422)


@pytest.mark.parametrize("query", [{"after": -1}, {"after": 2**63}, {"limit": 501}, {"after": "x"}])
def test_a_place_among_the_messages_that_there_is_not_is_refused(
    shop: httpx.Client, conversation: str, query: dict[str, Any]
) -> None:
    problem(shop.get(f"/conversations/{conversation}/messages", params=query), 422)


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "inf", "soon"])
def test_nobody_waits_for_an_impossible_time(
    shop: httpx.Client, conversation: str, wait: str
) -> None:
    assert fields_in(problem(say(shop, conversation, params={"wait": wait}), 422)) == {"query.wait"}
    assert contents(shop, conversation) == []


@pytest.mark.parametrize("path", ["", "/messages", "/context", "/stream", "/attachments/{}"])
def test_an_id_that_is_unknown_is_404_and_one_that_is_none_is_422(
    shop: httpx.Client, path: str
) -> None:
    problem(shop.get(f"/conversations/{uuid.uuid4()}{path.format(uuid.uuid4())}"), 404)
    malformed = problem(shop.get(f"/conversations/nonsense{path.format(uuid.uuid4())}"), 422)
    assert fields_in(malformed) == {"path.conversation_id"}


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/conversations", "/conversations/{}", "/customers", "/health"])
def test_another_method_is_not_allowed(shop: httpx.Client, path: str, method: str) -> None:
    response = shop.request(method, path.format(ID))
    assert response.headers["allow"]
    if method == "HEAD":  # has no body
        assert response.status_code == 405
    else:
        problem(response, 405)


def test_a_path_that_there_is_not_is_a_problem_too(shop: httpx.Client) -> None:
    problem(shop.get("/nothing/here"), 404)
