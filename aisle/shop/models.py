"""What the shop sells and what was ordered."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import relationship

from aisle.customers.models import Customer
from aisle.database.base import Base
from aisle.database.types import Guid, Json, Money, UtcDateTime, utc_now


class Product(Base):
    __tablename__ = "products"

    id: str = Column(String(50), primary_key=True)
    name: str = Column(String(200), nullable=False)
    category: str = Column(String(100), nullable=False, index=True)
    aliases: list[str] = Column(Json, nullable=False, default=list)
    description: str = Column(Text, nullable=False, default="")
    warranty_years: int = Column(Integer, nullable=False, default=2)
    bulky: bool = Column(Boolean, nullable=False, default=False)

    variants: list["Variant"] = relationship(
        "Variant", back_populates="product", order_by="Variant.id", lazy="selectin"
    )


class Variant(Base):
    """A product with one choice of each option: what is bought and kept in stock."""

    __tablename__ = "variants"

    id: str = Column(String(50), primary_key=True)
    product_id: str = Column(String(50), ForeignKey("products.id"), nullable=False, index=True)
    options: dict[str, str] = Column(Json, nullable=False, default=dict)
    price: Decimal = Column(Money, nullable=False)
    stock: int = Column(Integer, nullable=False)

    product: Product = relationship(Product, back_populates="variants", lazy="joined")


class PaymentMethod(Base):
    """``source`` is credit_card, paypal or gift_card; only gift cards have a balance."""

    __tablename__ = "payment_methods"

    id: str = Column(String(100), primary_key=True)
    customer_id: uuid.UUID = Column(Guid, ForeignKey("customers.id"), nullable=False, index=True)
    source: str = Column(String(20), nullable=False)
    brand: str | None = Column(String(50))
    last_four: str | None = Column(String(4))
    balance: Decimal | None = Column(Money)


class Order(Base):
    """An order; ``id`` is what the customer knows, such as ``#W1234567``.

    Not every shop system tells when an order was placed; ``recorded_at`` then gives the
    sequence of a customer's orders, and no date is shown.
    """

    __tablename__ = "orders"

    id: str = Column(String(20), primary_key=True)
    customer_id: uuid.UUID = Column(Guid, ForeignKey("customers.id"), nullable=False, index=True)
    status: str = Column(String(30), nullable=False, index=True)
    address: dict[str, Any] = Column(Json, nullable=False)
    shipping_method: str = Column(String(20), nullable=False)
    shipping_cost: Decimal = Column(Money, nullable=False)
    cancel_reason: str | None = Column(String(100))
    placed_at: datetime | None = Column(UtcDateTime, index=True)
    recorded_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)
    updated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, onupdate=utc_now)

    customer: Customer = relationship(Customer)
    lines: list["OrderLine"] = relationship(
        "OrderLine", order_by="OrderLine.position", lazy="selectin"
    )
    fulfilments: list["Fulfilment"] = relationship(
        "Fulfilment", order_by="Fulfilment.shipped_at", lazy="selectin"
    )
    payments: list["Payment"] = relationship(
        "Payment", order_by="Payment.position", lazy="selectin"
    )
    refunds: list["Refund"] = relationship("Refund", order_by="Refund.position", lazy="selectin")
    returns: list["Return"] = relationship(
        "Return", order_by="Return.requested_at", lazy="selectin"
    )


class Fulfilment(Base):
    """A parcel of an order; dates and carrier are None where the shop does not know them.

    ``delivered`` says whether it has arrived, also when nobody knows the day.
    """

    __tablename__ = "fulfilments"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    order_id: str = Column(String(20), ForeignKey("orders.id"), nullable=False, index=True)
    tracking_number: str = Column(String(50), nullable=False, unique=True)
    carrier: str | None = Column(String(50))
    shipped_at: datetime | None = Column(UtcDateTime)
    expected_on: date | None = Column(Date)
    delivered: bool = Column(Boolean, nullable=False, default=False)
    delivered_at: datetime | None = Column(UtcDateTime)


class OrderLine(Base):
    """Pieces of one variant in an order; ``price`` is for one piece, when ordered."""

    __tablename__ = "order_lines"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    order_id: str = Column(String(20), ForeignKey("orders.id"), nullable=False, index=True)
    position: int = Column(Integer, nullable=False)
    variant_id: str = Column(String(50), ForeignKey("variants.id"), nullable=False, index=True)
    fulfilment_id: uuid.UUID | None = Column(Guid, ForeignKey("fulfilments.id"))
    quantity: int = Column(Integer, nullable=False)
    price: Decimal = Column(Money, nullable=False)

    variant: Variant = relationship(Variant, lazy="joined")


class Payment(Base):
    __tablename__ = "payments"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    order_id: str = Column(String(20), ForeignKey("orders.id"), nullable=False, index=True)
    payment_method_id: str = Column(
        String(100), ForeignKey("payment_methods.id"), nullable=False, index=True
    )
    position: int = Column(Integer, nullable=False)
    amount: Decimal = Column(Money, nullable=False)
    paid_at: datetime | None = Column(UtcDateTime)

    method: PaymentMethod = relationship(PaymentMethod, lazy="joined")


class Refund(Base):
    """Money sent back; on its way until ``completed`` is true, whenever that was."""

    __tablename__ = "refunds"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    order_id: str = Column(String(20), ForeignKey("orders.id"), nullable=False, index=True)
    payment_method_id: str = Column(
        String(100), ForeignKey("payment_methods.id"), nullable=False, index=True
    )
    position: int = Column(Integer, nullable=False)
    amount: Decimal = Column(Money, nullable=False)
    issued_at: datetime | None = Column(UtcDateTime)
    completed: bool = Column(Boolean, nullable=False, default=False)
    completed_at: datetime | None = Column(UtcDateTime)

    method: PaymentMethod = relationship(PaymentMethod, lazy="joined")


class Return(Base):
    """Lines that come back: for money (kind ``return``) or a variant (``exchange``)."""

    __tablename__ = "returns"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    order_id: str = Column(String(20), ForeignKey("orders.id"), nullable=False, index=True)
    kind: str = Column(String(20), nullable=False)
    payment_method_id: str = Column(
        String(100), ForeignKey("payment_methods.id"), nullable=False, index=True
    )
    requested_at: datetime | None = Column(UtcDateTime)

    lines: list["ReturnLine"] = relationship("ReturnLine", lazy="selectin")


class ReturnLine(Base):
    """``quantity`` pieces of a line that come back.

    In an exchange, ``replacement_price`` is what a piece of the replacement cost when it
    was asked for; the difference to the line's price is then settled.
    """

    __tablename__ = "return_lines"

    return_id: uuid.UUID = Column(Guid, ForeignKey("returns.id"), primary_key=True)
    order_line_id: uuid.UUID = Column(Guid, ForeignKey("order_lines.id"), primary_key=True)
    quantity: int = Column(Integer, nullable=False)
    replacement_variant_id: str | None = Column(String(50), ForeignKey("variants.id"))
    replacement_price: Decimal | None = Column(Money)

    order_line: OrderLine = relationship(OrderLine, lazy="joined")
    replacement: Variant | None = relationship(Variant, lazy="joined")


class AuditEntry(Base):
    """A change that was made in a conversation: who, proven how, before and after.

    ``key`` names the one request that made it, so that a repetition changes nothing.
    """

    __tablename__ = "audit_log"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    key: str | None = Column(String(300), unique=True)
    operation: str = Column(String(50), nullable=False)
    customer_id: uuid.UUID = Column(Guid, ForeignKey("customers.id"), nullable=False, index=True)
    order_id: str | None = Column(String(20), index=True)  # of whoever keeps the orders
    conversation_id: uuid.UUID | None = Column(Guid, index=True)
    verified_by: str = Column(String(20), nullable=False)
    before: dict[str, Any] = Column(Json, nullable=False)
    after: dict[str, Any] = Column(Json, nullable=False)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)
