"""Customers, as the shop's server writes them."""

import threading
import uuid
from decimal import Decimal

import httpx
import pytest

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.shop.models import Order
from tests.api.acts import at_once, fields_in, open_conversation, problem, unique

ADA = {
    "phone": "+44 20 7946 0000",
    "first_name": "Ada",
    "last_name": "Byron",
    "preferences": {"language": "en"},
}


def email(name: str) -> str:
    return f"{unique(name)}@mail.example"


def test_a_customer_is_created_and_read(shop: httpx.Client) -> None:
    new = {**ADA, "external_id": unique("shop"), "email": email("ada")}
    created = shop.post("/customers", json=new)
    assert created.status_code == 201
    shown = shop.get(f"/customers/{created.json()['id']}").json()
    assert shown == created.json()
    assert shown.keys() == {*new, "id", "created_at", "updated_at"}
    assert {name: shown[name] for name in new} == new


@pytest.mark.parametrize("field", ["external_id", "email"])
def test_a_known_customer_is_added_to(shop: httpx.Client, field: str) -> None:
    known = {field: email("known")}
    first = shop.post("/customers", json={**known, "first_name": "Ada", "preferences": {"a": 1}})
    again = shop.post("/customers", json={**known, "last_name": "Byron", "preferences": {"b": 2}})
    assert (first.status_code, again.status_code) == (201, 200)
    customer = again.json()
    assert customer["id"] == first.json()["id"]
    assert (customer["first_name"], customer["last_name"]) == ("Ada", "Byron")
    assert customer["preferences"] == {"a": 1, "b": 2}


def test_an_email_address_is_the_same_in_capitals(shop: httpx.Client) -> None:
    address = email("ada")
    first = shop.post("/customers", json={"email": address}).json()
    again = shop.post("/customers", json={"email": address.upper()})
    assert (again.status_code, again.json()["id"]) == (200, first["id"])


def test_two_customers_who_turn_out_to_be_one_are_merged_with_all_that_is_theirs(
    shop: httpx.Client, database: Database
) -> None:
    address, external_id = email("ada"), unique("shop")
    by_email = shop.post("/customers", json={"email": address, "phone": "12345"}).json()["id"]
    by_id = shop.post("/customers", json={"external_id": external_id}).json()["id"]
    conversation = open_conversation(shop, customer_id=by_email)
    order = _order(database, by_email)
    merged = shop.post("/customers", json={"external_id": external_id, "email": address}).json()
    assert merged["id"] == by_id
    assert (merged["email"], merged["phone"]) == (address, "12345")
    problem(shop.get(f"/customers/{by_email}"), 404)
    assert shop.get(f"/conversations/{conversation}").json()["customer_id"] == by_id
    with database.reading() as session:
        assert str(session.get(Order, order).customer_id) == by_id


def test_an_email_address_of_another_known_customer_is_refused(shop: httpx.Client) -> None:
    address = email("ada")
    shop.post("/customers", json={"external_id": unique("shop"), "email": address})
    refused = shop.post("/customers", json={"external_id": unique("other"), "email": address})
    assert address not in problem(refused, 409)["detail"]


def test_the_same_customer_five_times_at_once_is_one_customer(shop: httpx.Client) -> None:
    new = {"external_id": unique("shop"), "email": email("ada")}
    answers = at_once(lambda: shop.post("/customers", json=new))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_customer_whom_another_request_is_just_storing_is_added_to(
    shop: httpx.Client, database: Database
) -> None:
    address, other = email("ada"), uuid.uuid4()
    answers: list[httpx.Response] = []

    def post() -> None:
        answers.append(shop.post("/customers", json={"email": address, "phone": "12345"}))

    thread = threading.Thread(target=post)
    with database.transaction() as session:
        session.add(Customer(id=other, email=address))
        session.flush()
        thread.start()
        thread.join(0.5)  # it now waits for this transaction
        assert answers == []
    thread.join()
    assert (answers[0].status_code, answers[0].json()["id"]) == (200, str(other))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "body.__root__"),
        ({"first_name": "Ada"}, "body.__root__"),
        ({"email": "not an address"}, "body.email"),
        ({"external_id": "x", "phone": "1" * 51}, "body.phone"),
        ({"external_id": "x" * 101}, "body.external_id"),
        ({"external_id": " "}, "body.external_id"),
        ({"external_id": "a\0b"}, "body.external_id"),
        ({"external_id": "x", "preferences": ["a"]}, "body.preferences"),
        ({"external_id": "x", "password": "secret"}, "body.password"),
    ],
)
def test_a_customer_that_makes_no_sense_is_refused(
    shop: httpx.Client, fields: dict[str, object], wrong: str
) -> None:
    assert fields_in(problem(shop.post("/customers", json=fields), 422)) == {wrong}


def _order(database: Database, customer: str) -> str:
    order = Order(
        id=f"#W{uuid.uuid4().int % 10**9}",
        customer_id=uuid.UUID(customer),
        status="pending",
        address={},
        shipping_method="standard",
        shipping_cost=Decimal("4.95"),
        placed_at=utc_now(),
    )
    with database.transaction() as session:
        session.add(order)
    return str(order.id)
