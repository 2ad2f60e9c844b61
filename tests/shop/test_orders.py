"""A customer's own orders."""

import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.models import Fulfilment, Order, OrderLine, Refund
from aisle.shop.orders import (
    OrderNotFound,
    OrderState,
    describe,
    find_orders,
    get_order,
    lines_named,
    open_orders,
    order_total,
    refunds_of,
)
from tests.shop.conftest import PlainShop


def customer(session: Session, external_id: str) -> uuid.UUID:
    query = select(Customer.id).where(Customer.external_id == external_id)
    found = session.execute(query).scalar_one()
    assert isinstance(found, uuid.UUID)
    return found


def found(
    shop: PlainShop, today: date, *words: str, dates: tuple[str, ...] = (), who: str = "C0002"
) -> list[str]:
    orders = find_orders(shop.orders[who], words=words, dates=dates, today=today)
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


def test_open_orders_have_not_arrived_yet(plain_shop: PlainShop) -> None:
    orders = open_orders(plain_shop.orders["C0002"])
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
    plain_shop: PlainShop, today: date, words: list[str], dates: list[str], numbers: list[str]
) -> None:
    assert found(plain_shop, today, *words, dates=tuple(dates)) == numbers


def test_finds_only_the_customers_own_orders(plain_shop: PlainShop, today: date) -> None:
    assert found(plain_shop, today, "boots", who="C0001") == ["#W1006666"]
    assert found(plain_shop, today, "office chair") == []


def test_with_the_catalogue_an_article_never_bought_is_not_mixed_up(
    plain_shop: PlainShop, today: date
) -> None:
    orders = find_orders(
        plain_shop.orders["C0002"],
        words=["the office chair from yesterday"],
        dates=["yesterday"],
        today=today,
        catalogue=plain_shop.catalogue,
    )
    assert orders == []


def test_an_order_without_a_date_is_found_by_its_article_but_by_no_date(
    plain_shop: PlainShop, today: date
) -> None:
    undated = [
        Order(
            id=order.id,
            lines=[OrderLine(variant=line.variant, quantity=line.quantity) for line in order.lines],
        )
        for order in plain_shop.orders["C0002"]
    ]
    lamps = find_orders(undated, words=["lamp"], dates=["yesterday"], today=today)
    assert [order.id for order in lamps] == ["#W1000871", "#W1003333"]
    assert find_orders(undated, dates=["yesterday"], today=today) == []


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("how much was the lamp", ["V100103"]),
        ("the jacket and the lamp please", ["V600201", "V100103"]),
        ("the navy raincoat", ["V600201"]),  # it was yellow: a slip
        ("the boots", []),
        ("what did i pay", []),
    ],
)
def test_finds_the_lines_of_an_order_that_a_text_names(
    plain_shop: PlainShop, text: str, variants: list[str]
) -> None:
    order = plain_shop.orders["C0002"][-1]
    lines = lines_named(order, text, plain_shop.catalogue)
    assert [line.variant_id for line in lines] == variants


def test_refunds_come_newest_first(plain_shop: PlainShop) -> None:
    orders = plain_shop.orders["C0002"]
    amounts = [refund.amount for refund in refunds_of(orders)]
    assert amounts == [Decimal("20.00"), Decimal("89.90"), Decimal("40.00")]
    of_one = [refund.amount for refund in refunds_of(orders[-1:])]
    assert of_one == [Decimal("20.00"), Decimal("40.00")]


def test_refunds_without_a_date_come_last() -> None:
    undated = [Refund(amount=Decimal(1)), Refund(amount=Decimal(2))]
    dated = Refund(amount=Decimal(3), issued_at=datetime(2026, 1, 1, tzinfo=timezone.utc))
    orders = [Order(refunds=undated), Order(refunds=[dated])]
    assert [refund.amount for refund in refunds_of(orders)] == [3, 2, 1]


def test_describes_a_parcel_on_its_way(plain_shop: PlainShop, today: date) -> None:
    order = plain_shop.orders["C0002"][1]
    status = describe(order)
    assert status.state is OrderState.PROCESSED
    assert status.placed_on == today - timedelta(days=14)
    assert status.total == order_total(order) == Decimal("44.80")
    assert status.tracking_numbers == ("300418825571",)
    assert status.expected_on == today + timedelta(days=4)
    assert not status.delivered
    assert status.delivered_on is None


def test_describes_parcels_one_by_one(plain_shop: PlainShop, today: date) -> None:
    status = describe(plain_shop.orders["C0002"][-1])
    assert [parcel.carrier for parcel in status.parcels] == ["DHL", "PostNL"]
    assert [len(parcel.lines) for parcel in status.parcels] == [1, 1]
    assert status.delivered
    assert status.delivered_on == today - timedelta(days=195)
    assert status.expected_on is None


def test_describes_an_order_without_parcels(plain_shop: PlainShop) -> None:
    status = describe(plain_shop.orders["C0002"][0])
    assert (status.parcels, status.expected_on, status.delivered_on) == ((), None, None)
    assert not status.delivered


def test_says_what_has_arrived_where_no_day_is_known() -> None:
    arrived = Fulfilment(id=uuid.uuid4(), tracking_number="3574", delivered=True)
    underway = Fulfilment(id=uuid.uuid4(), tracking_number="3575", delivered=False)
    order = Order(id="#W1", status="delivered", shipping_cost=Decimal(0), fulfilments=[arrived])
    status = describe(order)
    assert (status.delivered, status.delivered_on, status.placed_on) == (True, None, None)
    order.fulfilments.append(underway)
    status = describe(order)
    assert (status.delivered, status.expected_on) == (False, None)


def test_a_parcel_is_late_only_when_it_was_expected_and_has_not_come(today: date) -> None:
    yesterday = today - timedelta(days=1)

    def late(*, delivered: bool, expected_on: date | None) -> bool:
        fulfilment = Fulfilment(delivered=delivered, expected_on=expected_on)
        order = Order(status="processed", shipping_cost=Decimal(0), fulfilments=[fulfilment])
        return describe(order).parcels[0].is_late(today)

    assert late(delivered=False, expected_on=yesterday)
    assert not late(delivered=False, expected_on=today)
    assert not late(delivered=False, expected_on=None)
    assert not late(delivered=True, expected_on=yesterday)
