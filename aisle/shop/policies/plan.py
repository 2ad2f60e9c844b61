"""What a change would do: shown to the customer first, then done exactly so."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal

from aisle.shop.policies.changes import Change


@dataclass(frozen=True)
class MoneyMove:
    """An amount in the shop's currency that is paid with, or goes back to, a method.

    ``at_once``: gift cards; other refunds take 5 to 7 business days.
    """

    payment_method_id: str
    amount: Decimal
    at_once: bool


@dataclass(frozen=True)
class Plan:
    """The consequences of a change.

    ``refund_later`` is the refund of a return, which is paid when the items are back.
    ``difference`` is what new items cost more (positive) or less than the old ones.
    """

    change: Change
    status: str | None
    """The order's status afterwards; None when the change is about no order."""
    payments: tuple[MoneyMove, ...] = field(default=())
    refunds: tuple[MoneyMove, ...] = field(default=())
    refund_later: MoneyMove | None = None
    difference: Decimal = Decimal("0.00")

    @property
    def fingerprint(self) -> str:
        """A short name of everything that the plan does: equal plans have equal ones."""
        return hashlib.sha256(repr(self).encode()).hexdigest()
