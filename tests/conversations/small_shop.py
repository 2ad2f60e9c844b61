"""A shop of two customers and two orders, for tests of what changes in one."""

from decimal import Decimal

from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.shop.models import (
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Return,
    ReturnLine,
    Variant,
)

HOME = {"address1": "Lindenweg 4", "address2": "", "city": "Graz", "state": "", "zip": "8010"}
ADDRESS = {**HOME, "country": "Austria"}


def fill(session: Session) -> None:
    """Mia (C1) has a pending order of lamps, #W1, and Tom a delivered one, #W2."""
    mia = Customer(external_id="C1", email="mia@example.com", default_address=ADDRESS)
    tom = Customer(external_id="C2", email="tom@example.com", default_address=ADDRESS)
    lamp = Product(id="P1", name="Lamp", category="home")
    for number, price in enumerate(("19.90", "24.90", "19.90"), start=1):
        options = {"colour": f"colour {number}"}
        lamp.variants.append(
            Variant(id=f"V{number}", options=options, price=Decimal(price), stock=5)
        )
    session.add_all([mia, tom, lamp])
    session.flush()
    card = PaymentMethod(id="card_1", customer_id=mia.id, source="credit_card")
    gift = PaymentMethod(
        id="gift_1", customer_id=mia.id, source="gift_card", balance=Decimal("50.00")
    )
    toms = PaymentMethod(id="paypal_2", customer_id=tom.id, source="paypal")
    session.add_all([card, gift, toms])
    session.flush()
    for number, customer, method, status in (
        ("#W1", mia, card, "pending"),
        ("#W2", tom, toms, "delivered"),
    ):
        order = Order(
            id=number,
            customer_id=customer.id,
            status=status,
            address=ADDRESS,
            shipping_method="standard",
            shipping_cost=Decimal("0.00"),
        )
        order.lines = [
            OrderLine(position=0, variant_id="V1", quantity=3, price=Decimal("19.90")),
            OrderLine(position=1, variant_id="V2", quantity=1, price=Decimal("24.90")),
        ]
        order.payments = [Payment(position=0, method=method, amount=Decimal("84.60"))]
        session.add(order)


def ask_to_return(session: Session, number: str, *, replacement: str | None = None) -> Return:
    """Let one piece of each line of an order come back."""
    order = session.get(Order, number)
    assert order is not None
    returned = Return(
        order_id=number,
        kind="return" if replacement is None else "exchange",
        payment_method_id=order.payments[0].payment_method_id,
    )
    for line in order.lines:
        returned.lines.append(
            ReturnLine(
                order_line=line,
                quantity=1,
                replacement_variant_id=replacement,
                replacement_price=None if replacement is None else Decimal("19.90"),
            )
        )
    session.add(returned)
    return returned
