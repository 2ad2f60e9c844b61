"""Every case finds the shop untouched, whatever the one before did."""

from decimal import Decimal

import pytest

from aisle.conversations.dialogue import open_conversation
from aisle.conversations.models import IdentityCode
from aisle.customers.models import Customer
from aisle.database.engine import Database
from aisle.shop.models import AuditEntry, Order, OrderLine, PaymentMethod, Refund, Variant
from tests.conversations.shop_changes import made_changes
from tests.conversations.shop_rows import ShopRows
from tests.conversations.small_shop import ask_to_return, fill


@pytest.fixture
def shop(database: Database) -> ShopRows:
    with database.transaction() as session:
        fill(session)
    return ShopRows(database)


def test_rows_that_changed_went_or_are_new_become_what_they_were(
    database: Database, shop: ShopRows
) -> None:
    with database.transaction() as session:
        order = session.get(Order, "#W1")
        order.status, order.cancel_reason = "cancelled", "no longer needed"
        order.refunds = [
            Refund(position=0, payment_method_id="gift_1", amount=Decimal("84.60"), completed=True)
        ]
        session.get(PaymentMethod, "gift_1").balance += Decimal("84.60")
        session.get(Variant, "V1").stock += 3
        session.delete(order.lines[1])
        order.lines.append(
            OrderLine(position=2, variant_id="V3", quantity=1, price=Decimal("1.00"))
        )
        ask_to_return(session, "#W2")
    assert {change.table for change in shop.changes()} == {
        "orders",
        "order_lines",
        "refunds",
        "payment_methods",
        "variants",
        "returns",
        "return_lines",
    }
    shop.restore()
    assert shop.changes() == []
    with database.reading() as session:
        order = session.get(Order, "#W1")
        assert order.status == "pending"
        assert [line.variant_id for line in order.lines] == ["V1", "V2"]
        assert order.refunds == []
        assert session.get(PaymentMethod, "gift_1").balance == Decimal("50.00")


def test_codes_and_the_audit_log_of_a_case_go_too(database: Database, shop: ShopRows) -> None:
    with database.transaction() as session:
        customer_id = session.get(Order, "#W1").customer_id
        conversation = open_conversation(session, "visitor-1")
        session.flush()
        session.add(
            IdentityCode(
                customer_id=customer_id,
                conversation_id=conversation.id,
                code_hash="x",
                failed_attempts=5,
            )
        )
        session.add(
            AuditEntry(
                operation="cancel_order",
                customer_id=customer_id,
                order_id="#W1",
                conversation_id=conversation.id,
                verified_by="code",
                before={},
                after={},
            )
        )
    assert made_changes(shop) == ()
    assert len(shop.changes()) == 2
    shop.restore()
    assert shop.changes() == []


def test_customers_that_other_tests_made_are_left_alone(database: Database, shop: ShopRows) -> None:
    with database.transaction() as session:
        session.add(Customer(external_id="C3", email="new@example.com"))
    shop.restore()
    assert shop.changes() == []
    with database.reading() as session:
        assert session.query(Customer).filter_by(external_id="C3").count() == 1
