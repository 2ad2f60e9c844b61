"""What a case says that changed, held against what did."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
import yaml
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.models import Order, OrderLine, Payment, PaymentMethod, Product, Refund, Variant
from tests.conftest import empty_database
from tests.conversations.shop_changes import NotationError, made_changes, read_changes
from tests.conversations.shop_rows import ShopRows
from tests.conversations.small_shop import ADDRESS, ask_to_return, fill

Shop = tuple[Database, ShopRows]
NEW_ADDRESS = {**ADDRESS, "address1": "Ring 1", "address2": "Top 9"}


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with empty_database("sqlite", tmp_path_factory.mktemp("shop")) as database:
        with database.transaction() as session:
            fill(session)
        yield database, ShopRows(database)


@pytest.fixture
def shop(small_shop: Shop) -> Iterator[Shop]:
    yield small_shop
    small_shop[1].restore()


def cancelled(session: Session) -> None:
    order = session.get(Order, "#W1")
    order.status, order.cancel_reason = "cancelled", "no longer needed"
    order.refunds = [
        Refund(position=0, payment_method_id="card_1", amount=Decimal("80.00")),
        Refund(position=1, payment_method_id="gift_1", amount=Decimal("4.60"), completed=True),
    ]
    session.get(PaymentMethod, "gift_1").balance = Decimal("54.60")
    session.get(Variant, "V1").stock = 8
    session.get(Variant, "V2").stock = 6


def one_of_three_pieces_became_another(session: Session) -> None:
    order = session.get(Order, "#W1")
    order.lines[0].quantity = 2
    order.lines.append(OrderLine(position=2, variant_id="V2", quantity=1, price=Decimal("24.90")))
    order.payments.append(Payment(position=1, payment_method_id="card_1", amount=Decimal("5.00")))


def the_same_in_other_lines(session: Session) -> None:
    order = session.get(Order, "#W1")
    order.lines[0].quantity = 1
    order.lines.append(OrderLine(position=2, variant_id="V1", quantity=2, price=Decimal("19.90")))


def addresses_changed(session: Session) -> None:
    session.get(Order, "#W1").address = NEW_ADDRESS
    mia = session.query(Customer).filter_by(external_id="C1").one()
    mia.default_address = NEW_ADDRESS


def asked_to_return(session: Session) -> None:
    session.get(Order, "#W2").status = "return requested"
    ask_to_return(session, "#W2")


def asked_to_exchange(session: Session) -> None:
    ask_to_return(session, "#W2", replacement="V3")


def refund_arrived_elsewhere(session: Session) -> None:
    session.get(Order, "#W2").payments[0].payment_method_id = "card_1"


def nothing(session: Session) -> None:
    session.get(Order, "#W1").status = "pending"


@pytest.mark.parametrize(
    ("change", "notation"),
    [
        (nothing, "unchanged"),
        (the_same_in_other_lines, "unchanged"),
        (
            cancelled,
            """
            orders:
              "#W1":
                status: cancelled
                reason: no longer needed
                refunds: [+gift_1 4.60 done, +card_1 80.00 underway]
            stock: {V1: +3, V2: 1}
            balances: {gift_1: 54.6}
            """,
        ),
        (
            one_of_three_pieces_became_another,
            """
            orders:
              "#W1":
                lines: [-1 x V1 @ 19.90, +1 x V2 @ 24.90]
                payments: +card_1 5.00
            """,
        ),
        (
            addresses_changed,
            """
            orders: {"#W1": {address: "Ring 1, Top 9, Graz, 8010, Austria"}}
            addresses: {mia@example.com: "Ring 1, Top 9, Graz, 8010, Austria"}
            """,
        ),
        (
            asked_to_return,
            """
            orders:
              "#W2":
                status: return requested
                returns: +return 1 x V2 and 1 x V1 to paypal_2
            """,
        ),
        (
            asked_to_exchange,
            """
            orders:
              "#W2":
                returns:
                  - +exchange 1 x V1 for V3 @ 19.90 and 1 x V2 for V3 @ 19.90 with paypal_2
            """,
        ),
        (
            refund_arrived_elsewhere,
            """orders: {"#W2": {payments: [-paypal_2 84.60, +card_1 84.60]}}""",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_changed_is_what_its_notation_says(
    shop: Shop, change: Callable[[Session], None], notation: str
) -> None:
    database, rows = shop
    with database.transaction() as session:
        change(session)
    assert sorted(made_changes(rows)) == sorted(read_changes(yaml.safe_load(notation)))


def test_what_no_operation_may_change_is_named_too(shop: Shop) -> None:
    database, rows = shop
    with database.transaction() as session:
        session.get(Order, "#W1").shipping_cost = Decimal("5.00")
        session.get(Variant, "V1").price = Decimal("1.00")
        session.get(PaymentMethod, "card_1").source = "paypal"
        session.add(Product(id="P2", name="Chair", category="home"))
    assert set(made_changes(rows)) == {
        "orders #W1 shipping_cost: 5.00 (was 0.00)",
        "variants V1 price: 1.00 (was 19.90)",
        "payment_methods card_1 source: paypal (was credit_card)",
        "products P2: added",
    }


@pytest.mark.parametrize(
    ("notation", "problem"),
    [
        ("changed", "shop takes 'unchanged', or what changed under orders, stock"),
        ("{}", "shop takes 'unchanged'"),
        ("order: {}", "shop takes 'unchanged'"),
        ("orders: none", "orders takes names and what changed"),
        ('orders: {"#W1": cancelled}', "#W1 takes names and what changed"),
        ('orders: {"#W1": {state: x}}', "an order has no 'state'; it has status, reason, address"),
        ('orders: {"#W1": {lines: 1 x V1}}', "'1 x V1' cannot be read; lines are written like -1"),
        ('orders: {"#W1": {payments: [+card_1 5]}}', "payments are written like +paypal_1 19.90"),
        ('orders: {"#W1": {refunds: [+card_1 5.00]}}', "like +paypal_1 19.90 underway"),
        ('orders: {"#W1": {returns: [+return V1]}}', "returns are written like +return 1 x V101"),
        ("stock: {V1: 0}", "the stock of V1 changes by a number such as +1"),
        ("stock: {V1: many}", "the stock of V1 changes by a number such as +1"),
        ("balances: {gift_1: much}", "the balance of gift_1 is an amount such as 12.50"),
    ],
)
def test_a_mistake_in_the_notation_is_answered_with_how_to_write_it(
    notation: str, problem: str
) -> None:
    with pytest.raises(NotationError) as raised:
        read_changes(yaml.safe_load(notation))
    assert problem in str(raised.value)
