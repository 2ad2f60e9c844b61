"""A small shop of plain objects, with figures that are easy to reckon with.

Ada has a card, PayPal and a gift card of 50.00. Orders are made as a test needs them.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.types import utc_now
from aisle.shop.models import Order, OrderLine, Payment, PaymentMethod, Product, Variant
from aisle.shop.orders import OrderState, order_total

ADDRESS = {
    "address1": "Storgatan 12",
    "address2": "",
    "city": "Malmö",
    "state": "",
    "zip": "211 42",
    "country": "Sweden",
}


def euros(amount: str) -> Decimal:
    return Decimal(amount)


@dataclass
class SmallShop:
    ada: Customer
    bea: Customer
    methods: dict[str, PaymentMethod]
    products: dict[str, Product]
    variants: dict[str, Variant]
    orders: dict[str, Order] = field(default_factory=dict)

    @property
    def ada_methods(self) -> list[PaymentMethod]:
        return [method for method in self.methods.values() if method.customer_id == self.ada.id]

    def order(
        self,
        *lines: str,
        status: OrderState = OrderState.PENDING,
        shipping: str = "5.00",
        paid: dict[str, str] | None = None,
        number: str = "#W0000001",
        customer: Customer | None = None,
    ) -> Order:
        """An order of lines such as "2 LAMP-BLACK" or "1 SHIRT-M at 18.00".

        Args:
            paid: amounts by payment method; all with Ada's card when it is not given.
        """
        owner = customer or self.ada
        order = Order(
            id=number,
            customer_id=owner.id,
            status=status.value,
            address=dict(ADDRESS),
            shipping_method="standard",
            shipping_cost=euros(shipping),
            recorded_at=utc_now(),
            updated_at=utc_now(),
            lines=[self._line(number, place, text) for place, text in enumerate(lines, start=1)],
            payments=[],
            refunds=[],
            returns=[],
        )
        amounts = {name: euros(amount) for name, amount in (paid or {}).items()}
        amounts = amounts or {"card": order_total(order)}
        order.payments = [
            self._payment(number, place, self.methods[name], amount)
            for place, (name, amount) in enumerate(amounts.items(), start=1)
        ]
        self.orders[number] = order
        return order

    def _line(self, number: str, position: int, text: str) -> OrderLine:
        quantity, variant_id, *rest = text.split()
        variant = self.variants[variant_id]
        return OrderLine(
            id=uuid.uuid4(),
            order_id=number,
            position=position,
            variant_id=variant_id,
            variant=variant,
            quantity=int(quantity),
            price=euros(rest[1]) if rest else variant.price,
        )

    def _payment(
        self, number: str, position: int, method: PaymentMethod, amount: Decimal
    ) -> Payment:
        return Payment(
            id=uuid.uuid4(),
            order_id=number,
            payment_method_id=method.id,
            method=method,
            position=position,
            amount=amount,
            paid_at=utc_now(),
        )


def small_shop() -> SmallShop:
    ada = Customer(id=uuid.uuid4(), first_name="Ada", default_address=dict(ADDRESS))
    bea = Customer(id=uuid.uuid4(), first_name="Bea", default_address=dict(ADDRESS))
    methods = {
        "card": PaymentMethod(id="card", customer_id=ada.id, source="credit_card"),
        "gift": PaymentMethod(
            id="gift", customer_id=ada.id, source="gift_card", balance=euros("50.00")
        ),
        "paypal": PaymentMethod(id="paypal", customer_id=ada.id, source="paypal"),
        "bea": PaymentMethod(id="bea", customer_id=bea.id, source="credit_card"),
    }
    lamp = Product(id="LAMP", name="Desk Lamp", category="office", aliases=[])
    shirt = Product(id="SHIRT", name="T-Shirt", category="clothing", aliases=[])
    variants = [
        _variant(lamp, "BLACK", {"color": "black"}, "40.00", stock=3),
        _variant(lamp, "WHITE", {"color": "white"}, "45.00", stock=2),
        _variant(lamp, "RED", {"color": "red"}, "35.00", stock=0),
        _variant(lamp, "GOLD", {"color": "gold"}, "140.00", stock=4),
        _variant(shirt, "M", {"size": "M"}, "20.00", stock=5),
        _variant(shirt, "L", {"size": "L"}, "20.00", stock=5),
        _variant(shirt, "S", {"size": "S"}, "15.99", stock=5),
    ]
    return SmallShop(
        ada,
        bea,
        methods,
        {"LAMP": lamp, "SHIRT": shirt},
        {variant.id: variant for variant in variants},
    )


def _variant(
    product: Product, name: str, options: dict[str, str], price: str, *, stock: int
) -> Variant:
    return Variant(
        id=f"{product.id}-{name}",
        product_id=product.id,
        product=product,
        options=options,
        price=euros(price),
        stock=stock,
    )


def store(session: Session, shop: SmallShop) -> None:
    """Write the shop and its orders as they are now into an empty database."""
    rows_in_order: tuple[Iterable[object], ...] = (
        [shop.ada, shop.bea, *shop.products.values()],
        shop.methods.values(),
        shop.orders.values(),
    )
    for rows in rows_in_order:
        session.add_all(list(rows))
        session.flush()
