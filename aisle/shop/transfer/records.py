"""A shop's data as flat records, which every format is read into and written from.

Records refer to each other by what shops call things: numbers and ids, never by the
database's keys. A field that its file does not have is left as the database has it.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Extra, Field, root_validator, validator
from pydantic.fields import ModelField

from aisle.shop.orders import OrderState

_NO_TEXT = re.compile(r"\\u0000|[\ud800-\udfff]")
"""As JSON writes it: what PostgreSQL cannot keep."""

_LARGEST = 2_147_483_647
_Money = Field(..., ge=0, max_digits=12, decimal_places=2)
_MaybeMoney = Field(None, ge=0, max_digits=12, decimal_places=2)
_Position = Field(..., ge=1, le=_LARGEST)


def _id(length: int) -> Any:
    return Field(..., min_length=1, max_length=length)


class Record(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False

    @root_validator(pre=True)
    def _can_be_stored(cls, values: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(values, ensure_ascii=False, default=str)
        if _NO_TEXT.search(text):
            raise ValueError("has characters that are no text; remove them")
        return values

    @validator("*", pre=True)
    def _is_not_guessed(cls, value: Any, field: ModelField) -> Any:
        of = field.type_
        is_count = isinstance(of, type) and issubclass(of, int) and of is not bool
        if is_count and isinstance(value, (bool, float, Decimal)):
            raise ValueError("must be a whole number")
        # 1769850000 would be understood as seconds since 1970, which nobody checks by eye.
        if of in (date, datetime) and not isinstance(value, (str, date, NoneType)):
            raise ValueError("must be a text such as 2026-01-31T09:12:00Z")
        return value

    @validator("*")
    def _is_in_utc(cls, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is None:
            raise ValueError("needs a time zone, such as 2026-01-31T09:12:00Z")
        return value.astimezone(timezone.utc)


class AddressRecord(Record):
    address1: str = Field(..., min_length=1)
    address2: str = ""
    city: str = Field(..., min_length=1)
    state: str = ""
    zip: str = Field(..., min_length=1)
    country: str = Field(..., min_length=1)


class ProductRecord(Record):
    id: str = _id(50)
    name: str = _id(200)
    category: str = Field("general", min_length=1, max_length=100)
    aliases: list[str] = []
    description: str = ""
    warranty_years: int = Field(2, ge=0, le=_LARGEST)
    bulky: bool = False


class VariantRecord(Record):
    product: str
    id: str = _id(50)
    options: dict[str, str] = {}
    price: Decimal = _Money
    stock: int = Field(..., ge=0, le=_LARGEST)


class CustomerRecord(Record):
    """``id`` is the shop's own id of the customer, ``external_id`` in the database."""

    id: str = _id(100)
    email: str | None = Field(None, regex=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)
    phone: str | None = Field(None, max_length=50)
    first_name: str | None = Field(None, max_length=100)
    last_name: str | None = Field(None, max_length=100)
    address: AddressRecord | None = None
    preferences: dict[str, Any] = {}

    @validator("preferences")
    def _has_json_numbers(cls, value: dict[str, Any]) -> Any:
        return json.loads(json.dumps(value, default=float))


class MethodRecord(Record):
    customer: str
    id: str = _id(100)
    source: Literal["credit_card", "paypal", "gift_card"]
    brand: str | None = Field(None, max_length=50)
    last_four: str | None = Field(None, regex=r"^\d{4}$")
    balance: Decimal | None = _MaybeMoney


class OrderRecord(Record):
    id: str = Field(..., regex=r"^#W\d{7}$")
    customer: str
    status: OrderState
    address: AddressRecord
    shipping_method: str = Field("standard", min_length=1, max_length=20)
    shipping_cost: Decimal = Field(Decimal("0.00"), ge=0, max_digits=12, decimal_places=2)
    cancel_reason: str | None = Field(None, min_length=1, max_length=100)
    placed_at: datetime | None = None
    recorded_at: datetime | None = None
    updated_at: datetime | None = None


class FulfilmentRecord(Record):
    order: str
    tracking_number: str = _id(50)
    carrier: str | None = Field(None, max_length=50)
    shipped_at: datetime | None = None
    expected_on: date | None = None
    delivered: bool = False
    delivered_at: datetime | None = None


class LineRecord(Record):
    """``tracking_number`` is that of the parcel the line is in, if it is in one."""

    order: str
    position: int = _Position
    variant: str
    quantity: int = Field(..., ge=1, le=_LARGEST)
    price: Decimal = _Money
    tracking_number: str | None = None


class PaymentRecord(Record):
    order: str
    position: int = _Position
    payment_method: str
    amount: Decimal = _Money
    paid_at: datetime | None = None


class RefundRecord(Record):
    order: str
    position: int = _Position
    payment_method: str
    amount: Decimal = _Money
    issued_at: datetime | None = None
    completed: bool = False
    completed_at: datetime | None = None


class ReturnRecord(Record):
    """``number`` counts the returns and exchanges of an order, from 1."""

    order: str
    number: int = _Position
    kind: Literal["return", "exchange"]
    payment_method: str
    requested_at: datetime | None = None


class ReturnLineRecord(Record):
    """``number`` is that of the return, ``line`` the position of the order's line."""

    order: str
    number: int = _Position
    line: int = _Position
    quantity: int = Field(..., ge=1, le=_LARGEST)
    replacement: str | None = None
    replacement_price: Decimal | None = _MaybeMoney


AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass
class ShopRecords:
    """A shop's records, one list a table.

    ``is_vague``: numbers of pieces, positions of payments and the pairs of an exchange are
    made up. What the database has is better, as far as it says the same.
    """

    customers: list[CustomerRecord] = field(default_factory=list)
    payment_methods: list[MethodRecord] = field(default_factory=list)
    products: list[ProductRecord] = field(default_factory=list)
    variants: list[VariantRecord] = field(default_factory=list)
    orders: list[OrderRecord] = field(default_factory=list)
    fulfilments: list[FulfilmentRecord] = field(default_factory=list)
    order_lines: list[LineRecord] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)
    refunds: list[RefundRecord] = field(default_factory=list)
    returns: list[ReturnRecord] = field(default_factory=list)
    return_lines: list[ReturnLineRecord] = field(default_factory=list)
    is_vague: bool = False

    def table(self, name: str) -> list[Any]:
        rows: list[Any] = getattr(self, name)
        return rows


RECORDS: dict[str, type[Record]] = {
    "customers": CustomerRecord,
    "payment_methods": MethodRecord,
    "products": ProductRecord,
    "variants": VariantRecord,
    "orders": OrderRecord,
    "fulfilments": FulfilmentRecord,
    "order_lines": LineRecord,
    "payments": PaymentRecord,
    "refunds": RefundRecord,
    "returns": ReturnRecord,
    "return_lines": ReturnLineRecord,
}
"""The tables of a shop, each after those that it refers to."""

OWNERS = {
    "payment_methods": "customer",
    "variants": "product",
    **dict.fromkeys(
        ("fulfilments", "order_lines", "payments", "refunds", "returns", "return_lines"), "order"
    ),
}
"""The field that says whose a record is, for records that are part of another."""


def by_owner(records: list[AnyRecord], owner: str) -> dict[str, list[AnyRecord]]:
    """Group records by a field, in their sequence."""
    grouped: dict[str, list[AnyRecord]] = {}
    for record in records:
        grouped.setdefault(getattr(record, owner), []).append(record)
    return grouped
