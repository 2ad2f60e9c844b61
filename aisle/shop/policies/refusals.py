"""Why the shop's rules do not allow a change; each reason is a type of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


class Refusal(Exception):
    """A rule does not allow it; nothing was changed."""


@dataclass(eq=False)
class WrongStatus(Refusal):
    """The order is in a state in which this is not possible.

    The state is the value of ``aisle.shop.orders.OrderState``.
    """

    order_number: str
    status: str


@dataclass(eq=False)
class ItemsAlreadyChanged(WrongStatus):
    """The items of the order were changed once; now it can neither be changed nor cancelled."""


@dataclass(eq=False)
class AlreadyExchanged(WrongStatus):
    """An exchange or a return of this order was requested already."""


@dataclass(eq=False)
class NothingChosen(Refusal):
    """No item is named, or not one piece of it."""


@dataclass(eq=False)
class NotInOrder(Refusal):
    """A line is not part of the order."""


@dataclass(eq=False)
class TooManyPieces(Refusal):
    """More pieces than were ordered."""

    name: str
    ordered: int


@dataclass(eq=False)
class OtherProduct(Refusal):
    """An item can only become another variant of the same product."""

    name: str
    other: str


@dataclass(eq=False)
class SameVariant(Refusal):
    """The item is this variant already."""

    name: str


@dataclass(eq=False)
class SoldOut(Refusal):
    """There are not enough pieces of a variant."""

    name: str
    options: dict[str, str]
    stock: int


@dataclass(eq=False)
class NotOwnMethod(Refusal):
    """The customer has no such payment method."""


@dataclass(eq=False)
class SameMethod(Refusal):
    """The order is paid this way already."""


@dataclass(eq=False)
class MethodMissing(Refusal):
    """There is a difference to pay or refund, and no payment method for it is named."""

    difference: Decimal


@dataclass(eq=False)
class GiftCardTooSmall(Refusal):
    balance: Decimal
    needed: Decimal


@dataclass(eq=False)
class RefundElsewhere(Refusal):
    """A refund goes to the original payment method or to one of the customer's gift cards."""


@dataclass(eq=False)
class IncompleteAddress(Refusal):
    """Parts of the address are missing: names of ``Address``'s fields."""

    missing: Sequence[str]


@dataclass(eq=False)
class SameAddress(Refusal):
    """This is the address already."""
