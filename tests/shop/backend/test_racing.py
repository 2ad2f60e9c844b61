"""Changes at the same moment: one after the other, and none is lost or done twice."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from aisle.shop.backend.contract import PlanOutdated
from aisle.shop.models import AuditEntry, Order, PaymentMethod, Variant
from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    CancelReason,
    Change,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    OrderChange,
    Pieces,
    ReturnItems,
    Swap,
)
from aisle.shop.policies.plan import Plan
from aisle.shop.policies.refusals import GiftCardTooSmall, Refusal, SoldOut, WrongStatus
from tests.shop.backend.books import check_books, conserved
from tests.shop.backend.conftest import InDatabase, carry_out, preview
from tests.shop.policies.small_shop import ADDRESS, SmallShop, euros

THREADS = 6
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
LISBON = Address("Rua Augusta 9", "Lisbon", "1100-053", "Portugal")


def race(shop: SmallShop, place: InDatabase, changes: list[Change], *, key: str = "") -> list[str]:
    """Confirm plans all at once; return how each ended, in no certain order."""
    plans = [preview(place, shop.ada.id, change) for change in changes]
    barrier = threading.Barrier(len(plans))

    def confirm(plan: Plan) -> str:
        barrier.wait()
        return attempt(shop, place, plan, key or str(uuid.uuid4()))

    with ThreadPoolExecutor(len(plans)) as pool:
        return sorted(pool.map(confirm, plans))


def attempt(shop: SmallShop, place: InDatabase, plan: Plan, key: str) -> str:
    try:
        carry_out(place, shop.ada.id, plan, key)
    except (Refusal, PlanOutdated) as refusal:
        return type(refusal).__name__
    return "done"


def cancel(order: Order) -> CancelOrder:
    return CancelOrder(order.id, CancelReason.NO_LONGER_NEEDED)


def test_an_order_is_cancelled_and_refunded_once(in_database: InDatabase, shop: SmallShop) -> None:
    order = shop.order("2 LAMP-BLACK", paid={"gift": "85.00"})
    in_database.keep(shop)
    ended = race(shop, in_database, [cancel(order)] * 4)
    assert ended == [WrongStatus.__name__] * 3 + ["done"]
    with in_database.database.reading() as session:
        assert len(session.get(Order, order.id).refunds) == 1
        assert session.get(PaymentMethod, "gift").balance == euros("135.00")
        assert session.get(Variant, "LAMP-BLACK").stock == 5


def test_one_request_that_comes_several_times_is_done_once(
    in_database: InDatabase, shop: SmallShop
) -> None:
    order = shop.order("2 LAMP-BLACK", paid={"gift": "85.00"})
    in_database.keep(shop)
    assert race(shop, in_database, [cancel(order)] * 4, key="the same") == ["done"] * 4
    with in_database.database.reading() as session:
        assert len(session.get(Order, order.id).refunds) == 1
        assert session.get(PaymentMethod, "gift").balance == euros("135.00")


def test_the_last_piece_goes_to_one_order(in_database: InDatabase, shop: SmallShop) -> None:
    shop.variants["SHIRT-L"].stock = 1
    orders = [shop.order("1 SHIRT-M", number=f"#W000000{number}") for number in range(4)]
    in_database.keep(shop)
    swaps: list[Change] = [
        ChangeItems(order.id, (Swap(order.lines[0].id, 1, "SHIRT-L"),)) for order in orders
    ]
    assert race(shop, in_database, swaps) == [SoldOut.__name__] * 3 + ["done"]
    with in_database.database.reading() as session:
        assert session.get(Variant, "SHIRT-L").stock == 0


def test_a_gift_card_pays_for_as_much_as_it_holds(in_database: InDatabase, shop: SmallShop) -> None:
    orders = [shop.order("1 SHIRT-M", number=f"#W000000{number}") for number in range(4)]
    in_database.keep(shop)  # each costs 25.00, and the card holds 50.00
    changes: list[Change] = [ChangePayment(order.id, "gift") for order in orders]
    assert race(shop, in_database, changes) == [GiftCardTooSmall.__name__] * 2 + ["done"] * 2
    with in_database.database.reading() as session:
        assert session.get(PaymentMethod, "gift").balance == 0


def test_different_changes_of_one_order_see_each_other(
    in_database: InDatabase, shop: SmallShop
) -> None:
    order = shop.order("2 SHIRT-M", paid={"gift": "45.00"})
    in_database.keep(shop)
    with in_database.database.reading() as session:
        at_first = conserved(session)
    changes: list[Change] = [
        cancel(order),
        ChangePayment(order.id, "paypal"),
        ChangeItems(order.id, (Swap(order.lines[0].id, 1, "SHIRT-L"),)),
        ChangeAddress(order.id, LISBON),
    ]
    assert "done" in race(shop, in_database, changes)
    with in_database.database.reading() as session:
        check_books(session, at_first)


def test_a_crowd_of_changes_leaves_the_books_right(
    in_database: InDatabase, shop: SmallShop
) -> None:
    for number in range(12):
        status = OrderState.DELIVERED if number % 2 else OrderState.PENDING
        paid = {"gift": "15.00", "card": "90.00"} if number % 3 else None
        shop.order(
            "2 LAMP-BLACK", "1 SHIRT-M", status=status, number=f"#W00000{number:02}", paid=paid
        )
    in_database.keep(shop)
    with in_database.database.reading() as session:
        at_first = conserved(session)

    def customer(seed: int) -> Counter[str]:
        chance = random.Random(seed)
        return Counter(visit(chance) for _ in range(12))

    def visit(chance: random.Random) -> str:
        change = any_change(chance, chance.choice(list(shop.orders.values())))
        try:
            plan = preview(in_database, shop.ada.id, change)
        except Refusal:
            return "refused"
        return attempt(shop, in_database, plan, str(uuid.uuid4()))

    with ThreadPoolExecutor(THREADS) as pool:
        ended: Counter[str] = sum(pool.map(customer, range(THREADS)), Counter())
    with in_database.database.reading() as session:
        check_books(session, at_first)
        entries = session.execute(select(func.count(AuditEntry.id))).scalar_one()
    assert entries == ended["done"] > 0


def any_change(chance: random.Random, order: Order) -> OrderChange:
    """Mostly one that the order's state allows."""
    lamps, shirt = order.lines
    method = chance.choice(["card", "gift", "paypal"])
    swaps = (
        Swap(lamps.id, 1, chance.choice(["LAMP-WHITE", "LAMP-GOLD"])),
        Swap(shirt.id, 1, chance.choice(["SHIRT-L", "SHIRT-S"])),
    )
    street = f"Rua Augusta {chance.randrange(100)}"
    pending: list[Callable[[], OrderChange]] = [
        lambda: cancel(order),
        lambda: ChangeAddress(order.id, Address(**{**ADDRESS, "address1": street})),
        lambda: ChangePayment(order.id, method),
        lambda: ChangeItems(order.id, swaps, method),
    ]
    delivered: list[Callable[[], OrderChange]] = [
        lambda: ReturnItems(order.id, (Pieces(lamps.id, 1),)),
        lambda: ExchangeItems(order.id, swaps, method),
    ]
    fitting = pending if order.status == OrderState.PENDING else delivered
    return chance.choice(fitting)()


def test_stock_is_locked_in_one_sequence_so_that_no_two_changes_wait_for_each_other(
    in_database: InDatabase, shop: SmallShop
) -> None:
    database = in_database.database
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite locks the whole database")
    ids = sorted(shop.variants)
    held = ids[3]
    shop.order(*(f"1 {variant}" for variant in random.Random(1).sample(ids, len(ids))))
    in_database.keep(shop)
    plan = preview(in_database, shop.ada.id, cancel(shop.orders["#W0000001"]))
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as holding:
            holding.execute(select(Variant).where(Variant.id == held).with_for_update(of=Variant))
            ended = pool.submit(attempt, shop, in_database, plan, "request 1")
            with database.reading() as looking:
                while not looking.execute(WAITING).scalar_one():
                    assert not ended.done()
                    time.sleep(0.01)
                free = select(Variant.id).order_by(Variant.id).with_for_update(skip_locked=True)
                assert list(looking.execute(free).scalars()) == ids[4:]
        assert ended.result() == "done"
