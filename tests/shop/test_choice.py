"""Which order a customer means."""

import uuid

from sqlalchemy import select

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.catalogue import Catalogue
from aisle.shop.choice import (
    OrderChoice,
    OrderHint,
    likely_order,
    mentions_malformed_number,
    point_at_order,
)
from aisle.shop.models import Order
from aisle.shop.orders import OrderState, list_orders


def customer_with_orders(shop: Database, at_least: int) -> tuple[uuid.UUID, list[Order]]:
    with shop.reading() as session:
        for customer in session.execute(select(Customer).order_by(Customer.external_id)).scalars():
            orders = list_orders(session, customer.id)
            if len(orders) >= at_least:
                return customer.id, orders
    raise AssertionError("the test shop has no such customer")


def pointed(
    shop: Database,
    customer_id: uuid.UUID,
    text: str,
    offered: tuple[str, ...] = (),
    current: str | None = None,
) -> OrderChoice | None:
    with shop.reading() as session:
        catalogue = Catalogue.load(session)
        return point_at_order(
            session, customer_id, OrderHint(text), catalogue, offered=offered, current=current
        )


def test_a_number_of_the_customers_own_order_points_at_it(shop: Database) -> None:
    customer_id, orders = customer_with_orders(shop, 2)
    choice = pointed(shop, customer_id, f"it's {orders[1].id.replace('#', '# ')}")
    assert choice is not None
    assert choice.order is not None
    assert choice.order.id == orders[1].id


def test_another_customers_number_is_as_unknown_as_one_that_does_not_exist(shop: Database) -> None:
    customer_id, _ = customer_with_orders(shop, 2)
    with shop.reading() as session:
        others = select(Order.id).where(Order.customer_id != customer_id)
        somebody_elses = session.execute(others).scalars().first()
    for number in (somebody_elses, "#W7777777"):
        choice = pointed(shop, customer_id, f"and {number}?")
        assert choice == OrderChoice(unknown_number=number)


def test_the_second_one_is_the_second_of_those_that_were_shown(shop: Database) -> None:
    customer_id, orders = customer_with_orders(shop, 2)
    shown = (orders[1].id, orders[0].id)
    choice = pointed(shop, customer_id, "the second one please", offered=shown)
    assert choice is not None
    assert choice.order is not None
    assert choice.order.id == orders[0].id


def test_the_other_one_is_not_the_present_one(shop: Database) -> None:
    customer_id, orders = customer_with_orders(shop, 2)
    choice = pointed(shop, customer_id, "no, the other order", current=orders[0].id)
    assert choice is not None
    left = [choice.order] if choice.order else list(choice.candidates)
    assert orders[0].id not in [order.id for order in left]


def test_the_last_order_is_the_newest(shop: Database) -> None:
    customer_id, orders = customer_with_orders(shop, 2)
    choice = pointed(shop, customer_id, "where's my last order")
    assert choice is not None
    assert choice.order is not None
    assert choice.order.id == orders[0].id


def test_a_text_that_names_no_order_points_at_none(shop: Database) -> None:
    customer_id, _ = customer_with_orders(shop, 1)
    assert pointed(shop, customer_id, "where is it") is None


def test_the_only_order_in_a_fitting_status_is_the_likely_one(shop: Database) -> None:
    customer_id, orders = customer_with_orders(shop, 1)
    state = OrderState(orders[0].status)
    alone = [order for order in orders if order.status == state]
    with shop.reading() as session:
        choice = likely_order(session, customer_id, (state,))
    if len(alone) == 1:
        assert choice.order is not None
        assert choice.order.id == alone[0].id
    else:
        assert [order.id for order in choice.candidates] == [order.id for order in alone]


def test_numbers_of_the_wrong_length_are_noticed() -> None:
    assert mentions_malformed_number("order #W12345")
    assert mentions_malformed_number("w123456789")
    assert not mentions_malformed_number("#W1234567")
    assert not mentions_malformed_number("i bought 2 lamps in 2024")
