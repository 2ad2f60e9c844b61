"""What a shopper wants: one request, and how it must end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.retail.shop import Item, Method, Order, Shop, User, Variant

CANCEL, ADDRESS, DEFAULT_ADDRESS = "cancel", "address", "default address"
PAYMENT, ITEMS, RETURN, EXCHANGE = "payment", "items", "return", "exchange"
STATUS, REFUND, PRICE = "status", "refund", "price"
CHANGES = (CANCEL, ADDRESS, DEFAULT_ADDRESS, PAYMENT, ITEMS, RETURN, EXCHANGE)
LOOK_UPS = (STATUS, REFUND, PRICE)
PENDING = (CANCEL, ADDRESS, PAYMENT, ITEMS)
SWAPS = (ITEMS, EXCHANGE)

OPERATIONS = {
    CANCEL: "cancel_order",
    ADDRESS: "change_address",
    DEFAULT_ADDRESS: "change_default_address",
    PAYMENT: "change_payment",
    ITEMS: "change_items",
    RETURN: "return_items",
    EXCHANGE: "exchange_items",
}

# What the shopper does instead of saying yes.
SAYS_NO, NO_THEN_YES, NEVER_CLEAR, DROPS_IT = "no", "no, then yes", "never clear", "drops it"
TWISTS = (SAYS_NO, NO_THEN_YES, NEVER_CLEAR, DROPS_IT)


@dataclass(frozen=True)
class Goal:
    """``refused`` says why the rules forbid it; ``twist`` what the shopper does at the end.

    ``method`` is None when the shopper leaves it to the shop: the method that paid.
    ``slips`` are new variants that the shopper names first by mistake, by the item's place.
    """

    kind: str
    user: User
    shop: Shop
    order: Order | None = None
    reason: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    is_default: bool = False
    """The address is the one on the account, and the shopper may say so."""
    items: tuple[Item, ...] = ()
    targets: tuple[Variant, ...] = ()
    method: Method | None = None
    product: str = ""
    refused: str = ""
    twist: str = ""
    slips: Mapping[int, Variant] = field(default_factory=dict)
    status_before: str = ""
    """Put into the database before the dialogue begins."""

    @property
    def changes_nothing(self) -> bool:
        return bool(self.refused or self.twist) or self.kind in LOOK_UPS

    @property
    def original(self) -> Method:
        assert self.order is not None
        return self.shop.users[self.order.user].methods[self.order.paid_with]

    @property
    def pays(self) -> Method:
        """The method that pays or is refunded."""
        return self.method or self.original

    @property
    def difference(self) -> Decimal:
        pairs = zip(self.items, self.targets, strict=True)
        return sum((new.price - item.price for item, new in pairs), Decimal("0.00"))

    @property
    def amount(self) -> Decimal:
        """What the chosen items cost."""
        return sum((item.price for item in self.items), Decimal("0.00"))
