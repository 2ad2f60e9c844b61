"""Secrets and what customers say or are called reach neither the log nor an error's answer."""

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from aisle.api.routes import customers, messages
from aisle.database.engine import Database
from tests.api.acts import change, new_visitor, open_conversation, problem, say, signed, unique
from tests.api.serving import API_KEY, JWT_SECRET, Api

PRIVATE = ("marigold", "Przybylski", "ada.byron@mail.example", "+44 20 7946 0000")
JSON = {"Content-Type": "application/json"}
CUSTOMER = {"email": PRIVATE[2], "phone": PRIVATE[3], "last_name": PRIVATE[1]}


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that a server would log; what the tests' client logs is its own affair."""
    for client in ("httpx", "httpcore"):
        logging.getLogger(client).setLevel(logging.WARNING)
    caplog.set_level(logging.DEBUG)
    yield caplog
    for secret in (*PRIVATE, API_KEY, JWT_SECRET):
        assert secret not in caplog.text


def test_an_ordinary_day_leaves_nothing_private_in_the_log(
    api: Api, shop: httpx.Client, log: pytest.LogCaptureFixture
) -> None:
    shop.post("/customers", json={**CUSTOMER, "external_id": unique("shop")})
    visitor, conversation = new_visitor(api)
    token = visitor.headers["authorization"].removeprefix("Bearer ")
    say(visitor, conversation, f"I am {PRIVATE[1]} and the code word is {PRIVATE[0]}")
    file = ("Przybylski.txt", b"marigold", "text/plain")
    visitor.post(f"/conversations/{conversation}/attachments", files={"file": file})
    shop.get(f"/conversations/{conversation}/messages")
    assert token not in log.text


def test_an_answer_that_refuses_repeats_nothing_of_what_was_sent(
    api: Api, shop: httpx.Client, anybody: httpx.Client
) -> None:
    conversation, token = open_conversation(shop), signed(secret="z" * 40, iss="marigold")
    refusals = [
        say(shop, conversation, "marigold " * 1_000),
        say(shop, conversation, "hello", sender_type="marigold"),
        say(shop, conversation, "hello", sender_id="marigold\0"),
        say(shop, conversation, "hello", key="marigold x"),
        shop.post("/customers", json={**CUSTOMER, "email": "marigold"}),
        shop.post("/conversations", content=b'{"marigold', headers=JSON),
        shop.get("/conversations", params={"cursor": "marigold"}),
        shop.get("/conversations/marigold"),
        anybody.get("/conversations", headers={"X-API-Key": "marigold"}),
        anybody.get("/conversations", headers={"Authorization": f"Bearer {token}"}),
    ]
    for response in refusals:
        assert response.status_code in (401, 422)
        assert not any(private in response.text for private in (*PRIVATE, token))


def test_a_refused_change_or_customer_tells_nothing_of_others(shop: httpx.Client) -> None:
    conversation = open_conversation(shop, initial_message="marigold")
    change(shop, conversation, status="closed")
    assert "marigold" not in problem(say(shop, conversation, "hello"), 409)["detail"]
    shop.post("/customers", json={"external_id": unique("a"), "email": "b@mail.example"})
    taken = shop.post("/customers", json={"external_id": unique("c"), "email": "b@mail.example"})
    assert "mail.example" not in problem(taken, 409)["detail"]


def test_what_a_database_says_of_values_stays_out_of_log_and_answer(
    shop: httpx.Client,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
) -> None:
    """Its messages quote them: Key (email)=(ada.byron@mail.example) already exists."""

    def violate(session: Any, *_: Any) -> None:
        statement = "INSERT INTO customers (id, email) VALUES ('{0}', '{0}')"
        session.execute(text(statement.format(PRIVATE[2])))

    monkeypatch.setattr(customers, "save_customer", violate)
    response = shop.post("/customers", json=CUSTOMER)
    problem(response, 500)
    assert "POST /customers failed" in log.text
    assert "violate" in log.text  # where it happened


def test_an_error_that_nobody_expected_is_a_problem_document_and_in_the_log_once(
    shop: httpx.Client, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the moon is in the way")

    conversation = open_conversation(shop)
    monkeypatch.setattr(messages, "list_messages", fail)
    response = shop.get(f"/conversations/{conversation}/messages")
    assert "moon" not in problem(response, 500)["detail"]
    errors = [record for record in log.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "the moon is in the way" in errors[0].getMessage()
    assert shop.get(f"/conversations/{conversation}").status_code == 200
