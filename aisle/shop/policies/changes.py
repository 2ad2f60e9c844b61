"""The changes that a customer may ask for."""

import uuid
from dataclasses import dataclass
from enum import Enum


class Operation(str, Enum):
    """What can be done to orders and accounts; the settings name these."""

    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    CHANGE_PAYMENT = "change_payment"
    CHANGE_ITEMS = "change_items"
    RETURN_ITEMS = "return_items"
    EXCHANGE_ITEMS = "exchange_items"
    CHANGE_DEFAULT_ADDRESS = "change_default_address"


class CancelReason(str, Enum):
    NO_LONGER_NEEDED = "no longer needed"
    ORDERED_BY_MISTAKE = "ordered by mistake"


@dataclass(frozen=True)
class Address:
    """Where something is sent; ``address2`` and ``state`` may be empty."""

    address1: str
    city: str
    zip: str
    country: str
    address2: str = ""
    state: str = ""


@dataclass(frozen=True)
class Pieces:
    """So many pieces of an order's line."""

    line_id: uuid.UUID
    quantity: int


@dataclass(frozen=True)
class Swap:
    """So many pieces of an order's line, which another variant takes the place of."""

    line_id: uuid.UUID
    quantity: int
    variant_id: str


@dataclass(frozen=True)
class CancelOrder:
    order_number: str
    reason: CancelReason
    operation = Operation.CANCEL_ORDER


@dataclass(frozen=True)
class ChangeAddress:
    order_number: str
    address: Address
    operation = Operation.CHANGE_ADDRESS


@dataclass(frozen=True)
class ChangePayment:
    order_number: str
    payment_method_id: str
    operation = Operation.CHANGE_PAYMENT


@dataclass(frozen=True)
class ChangeItems:
    """``payment_method_id`` pays or gets the difference; None when there is none."""

    order_number: str
    swaps: tuple[Swap, ...]
    payment_method_id: str | None = None
    operation = Operation.CHANGE_ITEMS


@dataclass(frozen=True)
class ReturnItems:
    """``payment_method_id`` gets the refund; None means the original one."""

    order_number: str
    items: tuple[Pieces, ...]
    payment_method_id: str | None = None
    operation = Operation.RETURN_ITEMS


@dataclass(frozen=True)
class ExchangeItems:
    """``payment_method_id`` pays or gets the difference; None when there is none."""

    order_number: str
    swaps: tuple[Swap, ...]
    payment_method_id: str | None = None
    operation = Operation.EXCHANGE_ITEMS


@dataclass(frozen=True)
class ChangeDefaultAddress:
    address: Address
    operation = Operation.CHANGE_DEFAULT_ADDRESS
    order_number = None


OrderChange = (
    CancelOrder | ChangeAddress | ChangePayment | ChangeItems | ReturnItems | ExchangeItems
)
Change = OrderChange | ChangeDefaultAddress
