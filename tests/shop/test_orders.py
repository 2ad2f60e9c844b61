"""A customer's own orders."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.catalogue import Catalogue
from aisle.shop.orders import (
    OrderNotFound,
    OrderState,
    describe,
    find_orders,
    get_order,
    list_orders,
    open_orders,
    order_total,
    refunds_of,
)


def customer(session: Session, external_id: str) -> uuid.UUID:
    query = select(Customer.id).where(Customer.external_id == external_id)
    found = session.execute(query).scalar_one()
    assert isinstance(found, uuid.UUID)
    return found


def found(
    shop: Database, today: date, *words: str, dates: tuple[str, ...] = (), who: str = "C0002"
) -> list[str]:
    with shop.reading() as session:
        orders = find_orders(session, customer(session, who), words=words, dates=dates, today=today)
        return [order.id for order in orders]


def test_gives_the_order_however_its_number_is_written(shop: Database) -> None:
    with shop.reading() as session:
        assert get_order(session, customer(session, "C0002"), "w 100 08 71").id == "#W1000871"


def test_somebody_elses_order_and_no_order_are_not_told_apart(shop: Database) -> None:
    with shop.reading() as session:
        nora = customer(session, "C0001")
        for number in ("#W1000871", "#W7777777", "W12", ""):
            with pytest.raises(OrderNotFound):
                get_order(session, nora, number)


def test_lists_the_newest_orders_first(shop: Database) -> None:
    with shop.reading() as session:
        mia = customer(session, "C0002")
        numbers = [order.id for order in list_orders(session, mia)]
        assert numbers == ["#W1002046", "#W1000871", "#W1004444", "#W1003333"]
        assert [order.id for order in list_orders(session, mia, limit=2)] == numbers[:2]
        assert list_orders(session, uuid.uuid4()) == []


def test_open_orders_have_not_arrived_yet(shop: Database) -> None:
    with shop.reading() as session:
        orders = open_orders(session, customer(session, "C0002"))
        assert [order.id for order in orders] == ["#W1002046", "#W1000871"]


@pytest.mark.parametrize(
    ("words", "dates", "numbers"),
    [
        (["lamp"], ["two weeks ago"], ["#W1000871"]),
        (
            ["i ordered a lamp two weeks ago and it still hasn't come"],
            ["two weeks ago"],
            ["#W1000871"],
        ),
        (["lamp"], [], ["#W1000871", "#W1003333"]),
        (["lamps", "white"], [], ["#W1003333"]),
        (["the black lamp"], [], ["#W1000871"]),
        (["lamp", "yellow"], [], ["#W1000871", "#W1003333"]),  # no lamp is yellow: a slip
        (["lamp"], ["yesterday"], ["#W1000871", "#W1003333"]),  # so is the day
        (["hikng boots"], [], ["#W1002046"]),
        (["jacket"], [], ["#W1004444", "#W1003333"]),
        (["raincoat size m"], [], ["#W1003333"]),
        (["the yellow one"], [], ["#W1003333"]),
        ([], ["yesterday"], ["#W1002046"]),
        (["where is it"], ["yesterday"], ["#W1002046"]),
        ([], ["last week", "a month ago"], ["#W1004444"]),
        (["where is my parcel"], [], []),
        ([], ["in March"], []),
        ([], ["whenever"], []),
        ([], [], []),
    ],
)
def test_finds_orders_by_article_and_date(
    shop: Database, today: date, words: list[str], dates: list[str], numbers: list[str]
) -> None:
    assert found(shop, today, *words, dates=tuple(dates)) == numbers


def test_finds_only_the_customers_own_orders(shop: Database, today: date) -> None:
    assert found(shop, today, "boots", who="C0001") == ["#W1006666"]
    assert found(shop, today, "office chair") == []


def test_with_the_catalogue_an_article_never_bought_is_not_mixed_up(
    shop: Database, today: date
) -> None:
    with shop.reading() as session:
        orders = find_orders(
            session,
            customer(session, "C0002"),
            words=["the office chair from yesterday"],
            dates=["yesterday"],
            today=today,
            catalogue=Catalogue.load(session),
        )
        assert orders == []


def test_refunds_come_newest_first(shop: Database) -> None:
    with shop.reading() as session:
        mia = customer(session, "C0002")
        amounts = [refund.amount for refund in refunds_of(session, mia)]
        assert amounts == [Decimal("20.00"), Decimal("89.90"), Decimal("40.00")]
        of_one = [refund.amount for refund in refunds_of(session, mia, "W1003333")]
        assert of_one == [Decimal("20.00"), Decimal("40.00")]
        with pytest.raises(OrderNotFound):
            refunds_of(session, customer(session, "C0001"), "W1003333")


def test_describes_a_parcel_on_its_way(shop: Database, today: date) -> None:
    with shop.reading() as session:
        order = get_order(session, customer(session, "C0002"), "#W1000871")
        status = describe(order)
        assert status.state is OrderState.PROCESSED
        assert status.placed_on == today - timedelta(days=14)
        assert status.total == order_total(order) == Decimal("44.80")
        assert status.tracking_numbers == ("300418825571",)
        assert status.expected_on == today + timedelta(days=4)
        assert status.delivered_on is None


def test_describes_parcels_one_by_one(shop: Database, today: date) -> None:
    with shop.reading() as session:
        status = describe(get_order(session, customer(session, "C0002"), "#W1003333"))
        assert [parcel.carrier for parcel in status.parcels] == ["DHL", "PostNL"]
        assert [len(parcel.lines) for parcel in status.parcels] == [1, 1]
        assert status.delivered_on == today - timedelta(days=195)
        assert status.expected_on is None


def test_describes_an_order_without_parcels(shop: Database) -> None:
    with shop.reading() as session:
        status = describe(get_order(session, customer(session, "C0002"), "#W1002046"))
        assert (status.parcels, status.expected_on, status.delivered_on) == ((), None, None)
