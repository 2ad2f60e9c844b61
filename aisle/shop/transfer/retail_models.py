"""What stands in the files of the format ``retail``."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from aisle.shop.transfer.records import AddressRecord, Record

ITEMS_MODIFIED = "pending (item modified)"
"""What this format calls "pending (items modified)"."""


class RetailName(Record):
    first_name: str | None
    last_name: str | None


class RetailMethod(Record):
    source: str
    id: str
    brand: str | None = None
    last_four: str | None = None
    balance: Any = None


class RetailUser(Record):
    name: RetailName
    address: AddressRecord | None
    email: str | None
    payment_methods: dict[str, RetailMethod]
    orders: list[str]


class RetailVariant(Record):
    item_id: str
    options: dict[str, str]
    available: bool
    price: Any = Field(...)


class RetailProduct(Record):
    name: str
    product_id: str
    variants: dict[str, RetailVariant]


class RetailItem(Record):
    name: str
    product_id: str
    item_id: str
    price: Decimal = Field(..., ge=0, max_digits=12, decimal_places=2)
    options: dict[str, str]


class RetailFulfilment(Record):
    """Items are told apart by parcels, so that each parcel has a tracking number."""

    tracking_id: list[str] = Field(..., min_items=1, max_items=1)
    item_ids: list[str]


class RetailTransaction(Record):
    transaction_type: Literal["payment", "refund"]
    amount: Any = Field(...)
    payment_method_id: str


class RetailOrder(Record):
    """``shipping_cost`` is an addition of ours, for orders whose sums need it."""

    order_id: str
    user_id: str
    address: AddressRecord
    items: list[RetailItem]
    fulfillments: list[RetailFulfilment]
    status: str
    payment_history: list[RetailTransaction]
    shipping_cost: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    cancel_reason: str | None = None
    return_items: list[str] | None = None
    return_payment_method_id: str | None = None
    exchange_items: list[str] | None = None
    exchange_new_items: list[str] | None = None
    exchange_payment_method_id: str | None = None
    exchange_price_difference: Decimal | None = Field(None, max_digits=12, decimal_places=2)
