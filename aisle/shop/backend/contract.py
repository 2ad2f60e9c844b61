"""The one door to a shop's orders, stock and payments, whoever keeps them.

A backend tells what is there and carries changes out. The rules are not its own: it asks
``aisle.shop.policies`` at the moment of the change. ``Order``, ``Variant`` and the others
are plain objects here; a backend that keeps them elsewhere makes them without a session.

What a backend may be: slow, limited in calls, and able to do some operations only.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from aisle.shop.models import Order, PaymentMethod, Product
from aisle.shop.policies.changes import Change, Operation
from aisle.shop.policies.plan import Plan


class BackendError(Exception):
    """The shop's system could not do it; nothing was changed."""


class BackendUnavailable(BackendError):
    """The shop's system does not answer, or takes no more calls for now."""


class OperationNotSupported(BackendError):
    """The shop's system cannot do this at all; a human has to."""


class PlanOutdated(BackendError):
    """What was confirmed is not what would happen now; ``plan`` is."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("The confirmed plan is out of date")
        self.plan = plan


@dataclass(frozen=True)
class Authorisation:
    """On whose word something is changed, as the server knows it.

    ``key`` names the request: a second call with the same key changes nothing more.
    """

    customer_id: uuid.UUID
    verified_by: str
    key: str
    conversation_id: uuid.UUID | None = None


class ShopBackend(ABC):
    """A shop's system, as far as one transaction of Aisle's database uses it."""

    operations: frozenset[Operation] = frozenset(Operation)
    """What it can do; a human does the rest."""

    @abstractmethod
    def orders(self, customer_id: uuid.UUID) -> Sequence[Order]:
        """Return the customer's own orders, the newest first.

        Raises:
            BackendUnavailable: as all of these methods.
        """

    @abstractmethod
    def order(self, customer_id: uuid.UUID, number: str) -> Order:
        """Return the customer's own order; the number may be written in any way.

        Raises:
            OrderNotFound: no such order, or it is somebody else's.
        """

    @abstractmethod
    def payment_methods(self, customer_id: uuid.UUID) -> Sequence[PaymentMethod]:
        """Return the customer's own payment methods."""

    @abstractmethod
    def product(self, product_id: str) -> Product | None:
        """Return a product with its variants."""

    @abstractmethod
    def preview(self, customer_id: uuid.UUID, change: Change) -> Plan:
        """Return what a change would do now.

        Raises:
            OrderNotFound: no such order, or it is somebody else's.
            Refusal: the rules do not allow it.
            OperationNotSupported: this system cannot do it.
        """

    @abstractmethod
    def carry_out(self, plan: Plan, authorisation: Authorisation) -> Order | None:
        """Do what the customer has confirmed, once; return the order as it is afterwards.

        Raises:
            PlanOutdated: prices, balances or the order changed since; nothing was done.
            OrderNotFound, Refusal, OperationNotSupported: as for ``preview``.
        """
