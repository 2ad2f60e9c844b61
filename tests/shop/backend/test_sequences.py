"""Any sequence of requests, possible ones and others, keeps the shop's books right."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from aisle.shop.backend.contract import PlanOutdated
from aisle.shop.backend.sql import SqlBackend
from aisle.shop.models import Order
from aisle.shop.orders import OrderState, order_total
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    CancelReason,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    OrderChange,
    Pieces,
    ReturnItems,
    Swap,
)
from aisle.shop.policies.plan import MoneyMove, Plan
from aisle.shop.policies.refusals import Refusal
from tests.shop.backend.books import EDGES, check_books, conserved, everything
from tests.shop.backend.conftest import InDatabase, authorisation
from tests.shop.policies.small_shop import ADDRESS, SmallShop, small_shop, store

VARIANTS = sorted(small_shop().variants)
STATES = [OrderState.PENDING, OrderState.PENDING, OrderState.DELIVERED, OrderState.DELIVERED]
FITTING: dict[str, list[type]] = {
    OrderState.PENDING.value: [ChangeItems, ChangePayment, CancelOrder, ChangeAddress],
    OrderState.DELIVERED.value: [ExchangeItems, ReturnItems],
}
KINDS = [kind for kinds in FITTING.values() for kind in kinds]


@dataclass(frozen=True)
class Bought:
    """An order to begin with; part of it is paid with the gift card."""

    status: OrderState
    lines: list[str]
    gift_share: int


@dataclass(frozen=True)
class Wish:
    """A request: about which order, and its details.

    Each item is a line's position, a number of pieces and a variant. ``fitting``: what is
    asked for is bent to what the order allowed at first. ``late``: it is confirmed after
    all others. ``twice``: it is carried out again.
    """

    fitting: bool
    kind: int
    order: int
    items: list[tuple[int, int, int]]
    method: str | None
    city: str
    late: bool
    twice: bool


LINES = st.builds(
    "{} {} at {}".format,
    st.integers(1, 3),
    st.sampled_from(VARIANTS),
    st.sampled_from(["18.00", "20.00", "40.00", "44.99"]),
)
BOUGHT = st.builds(
    Bought, st.sampled_from(STATES), st.lists(LINES, min_size=1, max_size=3), st.integers(0, 2)
)
ON_ITS_WAY = Bought(OrderState.PROCESSED, ["1 SHIRT-M"], 0)
ITEMS = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, len(VARIANTS) - 1))
WISHES = st.builds(
    Wish,
    st.sampled_from([True, True, True, False]),
    st.integers(0, len(KINDS) - 1),
    st.integers(0, 4),
    st.lists(ITEMS, min_size=1, max_size=2, unique_by=lambda item: item[0]),
    st.sampled_from(["card", "gift", "paypal", "card", "gift", "bea", None]),
    st.sampled_from(["Lisbon", "Malmö", "Oslo"]),
    st.booleans(),
    st.booleans(),
)


@given(
    bought=st.lists(BOUGHT, min_size=4, max_size=4),
    stock=st.lists(st.integers(0, 4), min_size=len(VARIANTS), max_size=len(VARIANTS)),
    wishes=st.lists(WISHES, min_size=10, max_size=14),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_requests_keeps_the_books_right(
    in_database: InDatabase, bought: list[Bought], stock: list[int], wishes: list[Wish]
) -> None:
    shop = _shop([*bought, ON_ITS_WAY], stock)
    orders = list(shop.orders.values())
    changes = [_change(wish, orders[wish.order]) for wish in wishes]
    with in_database.database.reading() as session:  # nothing is kept for the next example
        store(session, shop)
        dialogue = _Dialogue(session, shop)
        for wish, change in zip(wishes, changes, strict=True):
            dialogue.ask(wish, change)
        dialogue.confirm_what_waits()


class _Dialogue:
    """Asks and confirms as the assistant does, and checks the shop after every step."""

    def __init__(self, session: Session, shop: SmallShop) -> None:
        self._session = session
        self._backend = SqlBackend(session)
        self._ada = shop.ada.id
        self._waiting: list[tuple[Wish, Plan]] = []
        self._requests = 0
        self._at_first = conserved(session)
        self._now = everything(session)

    def ask(self, wish: Wish, change: OrderChange) -> None:
        try:
            plan = self._backend.preview(self._ada, change)
        except Refusal as refusal:
            event(f"refused: {type(refusal).__name__}")
            return
        finally:
            self._check_unchanged()
        if wish.late:
            self._waiting.append((wish, plan))
        else:
            self._confirm(wish, plan)

    def confirm_what_waits(self) -> None:
        for wish, plan in self._waiting:
            self._confirm(wish, plan)

    def _confirm(self, wish: Wish, plan: Plan) -> None:
        self._requests += 1
        key = f"request {self._requests}"
        number = plan.change.order_number
        assert number is not None
        order = self._session.get(Order, number)
        status, payments, refunds = order.status, list(order.payments), list(order.refunds)
        try:
            self._backend.carry_out(plan, authorisation(self._ada, key))
        except (Refusal, PlanOutdated) as refusal:
            event(f"refused when confirmed: {type(refusal).__name__}")
            self._check_unchanged()
            return
        self._now = everything(self._session)
        event(f"done: {plan.change.operation.value}")
        check_books(self._session, self._at_first)
        assert (status, order.status) in EDGES
        assert order.status == plan.status
        assert _moves(order.payments[len(payments) :]) == _amounts(plan.payments)
        assert _moves(order.refunds[len(refunds) :]) == _amounts(plan.refunds)
        if wish.twice:
            self._backend.carry_out(plan, authorisation(self._ada, key))
            self._check_unchanged()

    def _check_unchanged(self) -> None:
        assert everything(self._session) == self._now


def _moves(rows: list) -> list[tuple[str, Decimal]]:  # type: ignore[type-arg]
    return [(row.payment_method_id, row.amount) for row in rows]


def _amounts(moves: tuple[MoneyMove, ...]) -> list[tuple[str, Decimal]]:
    return [(move.payment_method_id, move.amount) for move in moves]


def _shop(bought: list[Bought], stock: list[int]) -> SmallShop:
    shop = small_shop()
    for variant_id, pieces in zip(VARIANTS, stock, strict=True):
        shop.variants[variant_id].stock = pieces
    for number, start in enumerate(bought):
        order = shop.order(*start.lines, status=start.status, number=f"#W000000{number}")
        total = order_total(order)
        gift = (total * start.gift_share / 2).quantize(Decimal("0.01"))
        paid = {"gift": gift, "card": total - gift}
        amounts = {name: str(amount) for name, amount in paid.items() if amount}
        shop.order(*start.lines, status=start.status, number=order.id, paid=amounts)
    return shop


def _change(wish: Wish, order: Order) -> OrderChange:
    kinds = FITTING.get(order.status, KINDS) if wish.fitting else KINDS
    kind = kinds[wish.kind % len(kinds)]
    if kind is CancelOrder:
        return CancelOrder(order.id, CancelReason.NO_LONGER_NEEDED)
    if kind is ChangeAddress:
        return ChangeAddress(order.id, Address(**{**ADDRESS, "city": wish.city}))
    if kind is ChangePayment:
        return ChangePayment(order.id, wish.method or "card")
    swaps = tuple(_swap(wish.fitting, order, *item) for item in wish.items)
    if kind is ReturnItems:
        items = tuple(Pieces(swap.line_id, swap.quantity) for swap in swaps)
        return ReturnItems(order.id, items, wish.method)
    if kind is ExchangeItems:
        return ExchangeItems(order.id, swaps, wish.method)
    return ChangeItems(order.id, swaps, wish.method)


def _swap(fitting: bool, order: Order, place: int, pieces: int, target: int) -> Swap:
    line = order.lines[place % len(order.lines)]
    if not fitting:
        return Swap(line.id, pieces, VARIANTS[target])
    others = [
        variant
        for variant in VARIANTS
        if variant.startswith(line.variant.product_id) and variant != line.variant_id
    ]
    return Swap(line.id, 1 + pieces % line.quantity, others[target % len(others)])
