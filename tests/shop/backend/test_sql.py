"""What the SQL backend writes, and that it looks again before it does."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from aisle.customers.models import Customer
from aisle.database.types import utc_now
from aisle.shop.backend.contract import Authorisation, PlanOutdated
from aisle.shop.backend.sql import SqlBackend
from aisle.shop.models import AuditEntry, Order, PaymentMethod, Variant
from aisle.shop.orders import OrderState
from aisle.shop.policies.books import paid, value
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    CancelReason,
    Change,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    Swap,
)
from aisle.shop.policies.refusals import GiftCardTooSmall, ItemsAlreadyChanged, SoldOut
from tests.shop.backend.conftest import InDatabase, carry_out, preview
from tests.shop.policies.small_shop import ADDRESS, SmallShop, euros

NUMBER = "#W0000001"
LISBON = Address("Rua Augusta 9", "Lisbon", "1100-053", "Portugal")


def do(place: InDatabase, shop: SmallShop, change: Change, key: str = "request 1") -> None:
    carry_out(place, shop.ada.id, preview(place, shop.ada.id, change), key)


def stock_of(place: InDatabase, *variants: str) -> list[int]:
    with place.database.reading() as session:
        return [session.get(Variant, variant).stock for variant in variants]


@contextmanager
def stored(place: InDatabase, number: str = NUMBER) -> Iterator[Order]:
    """The order as the database has it now."""
    with place.database.reading() as session:
        yield session.get(Order, number)


def pieces(order: Order) -> list[tuple[int, str, str]]:
    return [(line.quantity, line.variant_id, str(line.price)) for line in order.lines]


def test_a_new_way_of_paying_takes_from_the_gift_card_and_refunds_the_card(
    in_database: InDatabase, shop: SmallShop
) -> None:
    shop.order("1 SHIRT-M")
    in_database.keep(shop)
    do(in_database, shop, ChangePayment(NUMBER, "gift"))
    with stored(in_database) as order:
        assert order.status == "pending"
        parts = [(part.payment_method_id, part.amount, part.position) for part in order.payments]
        assert parts == [("card", euros("25.00"), 1), ("gift", euros("25.00"), 2)]
        assert order.payments[1].method.balance == euros("25.00")
        (refund,) = order.refunds
        assert (refund.payment_method_id, refund.amount) == ("card", euros("25.00"))
        assert (refund.completed, refund.completed_at) == (False, None)
        assert paid(order) == value(order)


def test_a_refund_to_a_gift_card_is_complete_at_once(
    in_database: InDatabase, shop: SmallShop
) -> None:
    shop.order("1 SHIRT-M", paid={"gift": "25.00"})
    in_database.keep(shop)
    do(in_database, shop, ChangePayment(NUMBER, "paypal"))
    with stored(in_database) as order:
        (refund,) = order.refunds
        assert refund.completed
        assert refund.completed_at == refund.issued_at
        assert refund.method.balance == euros("75.00")


def test_changed_items_take_their_new_price_and_the_stock_follows(
    in_database: InDatabase, shop: SmallShop
) -> None:
    lamps, shirt = shop.order("2 LAMP-BLACK", "1 SHIRT-M at 18.00").lines
    in_database.keep(shop)
    swaps = (Swap(lamps.id, 2, "LAMP-WHITE"), Swap(shirt.id, 1, "SHIRT-S"))
    do(in_database, shop, ChangeItems(NUMBER, swaps, "paypal"))
    with stored(in_database) as order:
        assert order.status == "pending (items modified)"
        assert pieces(order) == [(2, "LAMP-WHITE", "45.00"), (1, "SHIRT-S", "15.99")]
        assert [part.amount for part in order.payments] == [euros("103.00"), euros("7.99")]
        assert paid(order) == value(order)
    stock = stock_of(in_database, "LAMP-BLACK", "LAMP-WHITE", "SHIRT-M", "SHIRT-S")
    assert stock == [3 + 2, 2 - 2, 5 + 1, 5 - 1]


def test_a_part_of_a_line_becomes_a_line_of_its_own(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("3 SHIRT-M").lines
    in_database.keep(shop)
    swaps = (Swap(line.id, 1, "SHIRT-L"), Swap(line.id, 2, "SHIRT-S"))
    do(in_database, shop, ChangeItems(NUMBER, swaps, "gift"))
    with stored(in_database) as order:
        assert pieces(order) == [(2, "SHIRT-S", "15.99"), (1, "SHIRT-L", "20.00")]
        assert paid(order) == value(order)
    assert stock_of(in_database, "SHIRT-M", "SHIRT-L", "SHIRT-S") == [8, 4, 3]


def test_the_rest_of_a_line_stays_as_it_was(in_database: InDatabase, shop: SmallShop) -> None:
    (line,) = shop.order("3 SHIRT-M at 18.00").lines
    in_database.keep(shop)
    do(in_database, shop, ChangeItems(NUMBER, (Swap(line.id, 1, "SHIRT-L"),), "card"))
    with stored(in_database) as order:
        assert pieces(order) == [(2, "SHIRT-M", "18.00"), (1, "SHIRT-L", "20.00")]


def test_an_exchange_puts_the_replacement_aside_and_settles_the_difference(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("3 LAMP-BLACK", status=OrderState.DELIVERED).lines
    in_database.keep(shop)
    do(in_database, shop, ExchangeItems(NUMBER, (Swap(line.id, 2, "LAMP-WHITE"),), "gift"))
    with stored(in_database) as order:
        assert order.status == "exchange requested"
        assert pieces(order) == [(3, "LAMP-BLACK", "40.00")]
        (request,) = order.returns
        assert (request.kind, request.payment_method_id) == ("exchange", "gift")
        (returned,) = request.lines
        assert (returned.order_line_id, returned.quantity) == (line.id, 2)
        assert returned.replacement_variant_id == "LAMP-WHITE"
        assert returned.replacement_price == euros("45.00")
        assert order.payments[1].amount == euros("10.00")
        assert order.payments[1].method.balance == euros("40.00")
        assert paid(order) == value(order)
    assert stock_of(in_database, "LAMP-BLACK", "LAMP-WHITE") == [3, 0]


def test_pieces_of_a_line_are_exchanged_for_different_variants(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("3 SHIRT-M", status=OrderState.DELIVERED).lines
    in_database.keep(shop)
    swaps = (Swap(line.id, 1, "SHIRT-L"), Swap(line.id, 1, "SHIRT-S"))
    do(in_database, shop, ExchangeItems(NUMBER, swaps, "card"))
    with stored(in_database) as order:
        (request,) = order.returns
        wanted = sorted((part.quantity, part.replacement_variant_id) for part in request.lines)
        assert wanted == [(1, "SHIRT-L"), (1, "SHIRT-S")]
        assert [line.variant_id for line in order.lines] == ["SHIRT-M", "SHIRT-M"]
        assert sum(line.quantity for line in order.lines) == 3
        assert paid(order) == value(order)


def test_an_exchange_without_a_difference_names_the_original_method(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("1 SHIRT-M", status=OrderState.DELIVERED).lines
    in_database.keep(shop)
    do(in_database, shop, ExchangeItems(NUMBER, (Swap(line.id, 1, "SHIRT-L"),)))
    with stored(in_database) as order:
        assert [request.payment_method_id for request in order.returns] == ["card"]
        assert (len(order.payments), order.refunds) == (1, [])


def test_the_default_address_is_changed_once(in_database: InDatabase, shop: SmallShop) -> None:
    in_database.keep(shop)
    plan = preview(in_database, shop.ada.id, ChangeDefaultAddress(LISBON))
    for _ in range(2):
        assert carry_out(in_database, shop.ada.id, plan) is None
    with in_database.database.reading() as session:
        assert session.get(Customer, shop.ada.id).default_address == asdict(LISBON)
        assert session.get(Customer, shop.bea.id).default_address == ADDRESS
        (entry,) = session.execute(select(AuditEntry)).scalars()
        assert (entry.operation, entry.order_id) == ("change_default_address", None)
        assert (entry.before, entry.after) == ({"address": ADDRESS}, {"address": asdict(LISBON)})


def test_the_log_tells_who_changed_what_and_how_that_was_proven(
    in_database: InDatabase, shop: SmallShop
) -> None:
    shop.order("2 SHIRT-M")
    in_database.keep(shop)
    plan = preview(in_database, shop.ada.id, ChangeAddress(NUMBER, LISBON))
    conversation = uuid.uuid4()
    with in_database.backend() as backend:
        backend.carry_out(
            plan, Authorisation(shop.ada.id, "code", key="message 7", conversation_id=conversation)
        )
    with in_database.database.reading() as session:
        (entry,) = session.execute(select(AuditEntry)).scalars()
        assert (entry.key, entry.operation) == ("message 7", "change_address")
        assert (entry.customer_id, entry.order_id) == (shop.ada.id, NUMBER)
        assert (entry.conversation_id, entry.verified_by) == (conversation, "code")
        assert entry.before == {
            "status": "pending",
            "cancel_reason": None,
            "address": ADDRESS,
            "lines": [{"variant": "SHIRT-M", "quantity": 2, "price": "20.00"}],
            "payments": [{"method": "card", "amount": "45.00"}],
            "refunds": [],
            "returns": [],
        }
        assert entry.after == {**entry.before, "address": asdict(LISBON)}


def test_every_change_moves_the_orders_time(in_database: InDatabase, shop: SmallShop) -> None:
    order = shop.order("1 SHIRT-M")
    order.updated_at = utc_now() - timedelta(days=3)
    in_database.keep(shop)
    do(in_database, shop, ChangePayment(NUMBER, "paypal"))
    with stored(in_database) as found:
        assert found.updated_at > utc_now() - timedelta(hours=1)


def test_a_price_that_rose_since_the_summary_is_shown_first(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("1 LAMP-BLACK").lines
    in_database.keep(shop)
    change = ChangeItems(NUMBER, (Swap(line.id, 1, "LAMP-WHITE"),), "card")
    plan = preview(in_database, shop.ada.id, change)
    with in_database.database.transaction() as session:
        session.get(Variant, "LAMP-WHITE").price = euros("46.00")
    with pytest.raises(PlanOutdated) as outdated:
        carry_out(in_database, shop.ada.id, plan)
    assert outdated.value.plan.difference == euros("6.00")
    with stored(in_database) as order:
        assert pieces(order) == [(1, "LAMP-BLACK", "40.00")]
    carry_out(in_database, shop.ada.id, outdated.value.plan)
    with stored(in_database) as order:
        assert pieces(order) == [(1, "LAMP-WHITE", "46.00")]


def test_stock_that_went_since_the_summary_is_a_refusal(
    in_database: InDatabase, shop: SmallShop
) -> None:
    (line,) = shop.order("1 LAMP-BLACK").lines
    in_database.keep(shop)
    change = ChangeItems(NUMBER, (Swap(line.id, 1, "LAMP-WHITE"),), "card")
    plan = preview(in_database, shop.ada.id, change)
    with in_database.database.transaction() as session:
        session.get(Variant, "LAMP-WHITE").stock = 0
    with pytest.raises(SoldOut):
        carry_out(in_database, shop.ada.id, plan)


def test_a_gift_card_spent_since_the_summary_is_a_refusal(
    in_database: InDatabase, shop: SmallShop
) -> None:
    shop.order("1 SHIRT-M")
    in_database.keep(shop)
    plan = preview(in_database, shop.ada.id, ChangePayment(NUMBER, "gift"))
    with in_database.database.transaction() as session:
        session.get(PaymentMethod, "gift").balance = euros("24.99")
    with pytest.raises(GiftCardTooSmall):
        carry_out(in_database, shop.ada.id, plan)


def test_looks_at_the_rows_again_whatever_the_session_has_seen(
    in_database: InDatabase, shop: SmallShop
) -> None:
    shop.order("1 SHIRT-M", paid={"gift": "25.00"})
    in_database.keep(shop)
    with in_database.database.reading() as session:
        seen = SqlBackend(session).order(shop.ada.id, NUMBER)
        assert seen.lines[0].variant.stock == 5
        session.commit()  # its objects stay as they were read
        do(in_database, shop, ChangePayment(NUMBER, "paypal"))
        cancel = CancelOrder(NUMBER, CancelReason.NO_LONGER_NEEDED)
        plan = preview(in_database, shop.ada.id, cancel)
        order = SqlBackend(session).carry_out(plan, Authorisation(shop.ada.id, "code", "cancel"))
        session.commit()
        assert order is seen
        assert [part.payment_method_id for part in seen.refunds] == ["gift", "paypal"]


def test_items_change_once(in_database: InDatabase, shop: SmallShop) -> None:
    (line,) = shop.order("2 SHIRT-M").lines
    in_database.keep(shop)
    change = ChangeItems(NUMBER, (Swap(line.id, 1, "SHIRT-L"),))
    do(in_database, shop, change)
    with pytest.raises(ItemsAlreadyChanged):
        preview(in_database, shop.ada.id, change)


def test_orders_without_a_date_are_as_new_as_their_record(
    in_database: InDatabase, shop: SmallShop
) -> None:
    now = utc_now()
    for days, number in [(1, "#W0000001"), (3, "#W0000002")]:
        shop.order("1 SHIRT-M", number=number).recorded_at = now - timedelta(days=days)
    dated = shop.order("1 SHIRT-M", number="#W0000003")
    dated.placed_at, dated.recorded_at = now - timedelta(days=2), now
    in_database.keep(shop)
    with in_database.backend() as backend:
        numbers = [order.id for order in backend.orders(shop.ada.id)]
    assert numbers == ["#W0000001", "#W0000003", "#W0000002"]


def test_many_orders_need_no_more_queries_than_one(
    in_database: InDatabase, shop: SmallShop
) -> None:
    for number in range(20):
        shop.order("1 LAMP-BLACK", "1 SHIRT-M", number=f"#W00000{number:02}")
    shop.order("1 LAMP-BLACK", "1 SHIRT-M", number="#W0000999", customer=shop.bea)
    in_database.keep(shop)
    assert queries(in_database, shop.ada.id, 20) == queries(in_database, shop.bea.id, 1)


def queries(place: InDatabase, customer_id: uuid.UUID, orders: int) -> int:
    """How many queries it takes to read a customer's orders with all that is in them."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = place.database.engine
    with place.database.reading() as session:
        session.connection()
        event.listen(engine, "before_cursor_execute", note)
        try:
            found = SqlBackend(session).orders(customer_id)
            assert len(found) == orders
            seen = [
                (line.variant.product.name, part.method.source, order.refunds, order.returns)
                for order in found
                for line in order.lines
                for part in order.payments
            ]
        finally:
            event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 2 * orders
    return len(statements)
