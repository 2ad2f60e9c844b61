"""The shop's system when Aisle's own database is that system."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import desc, func, or_, select
from sqlalchemy.orm import Session

from aisle.customers.models import Customer
from aisle.database.types import utc_now
from aisle.shop.backend import effects
from aisle.shop.backend.audit import is_done, record, snapshot
from aisle.shop.backend.contract import Authorisation, PlanOutdated, ShopBackend
from aisle.shop.models import Order, PaymentMethod, Product, Variant
from aisle.shop.numbers import normalise_order_number
from aisle.shop.orders import OrderNotFound, get_order
from aisle.shop.policies.changes import (
    CancelOrder,
    Change,
    ChangeDefaultAddress,
    ChangeItems,
    ExchangeItems,
)
from aisle.shop.policies.plan import Plan
from aisle.shop.policies.planning import make_plan, plan_default_address


class SqlBackend(ShopBackend):
    """Works within the session's transaction; the caller commits.

    What a change touches is locked before its plan is made again, always the order first,
    then payment methods and variants by id, so that no two changes wait for each other.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def orders(self, customer_id: uuid.UUID) -> Sequence[Order]:
        known_since = func.coalesce(Order.placed_at, Order.recorded_at)
        own = select(Order).where(Order.customer_id == customer_id)
        newest = own.order_by(desc(known_since), desc(Order.id))
        return list(self._session.execute(newest).scalars())

    def order(self, customer_id: uuid.UUID, number: str) -> Order:
        return get_order(self._session, customer_id, number)

    def payment_methods(self, customer_id: uuid.UUID) -> Sequence[PaymentMethod]:
        own = select(PaymentMethod).where(PaymentMethod.customer_id == customer_id)
        return list(self._session.execute(own.order_by(PaymentMethod.id)).scalars())

    def product(self, product_id: str) -> Product | None:
        found: Product | None = self._session.get(Product, product_id)
        return found

    def preview(self, customer_id: uuid.UUID, change: Change) -> Plan:
        if isinstance(change, ChangeDefaultAddress):
            return plan_default_address(change, self._customer(customer_id).default_address)
        order = self.order(customer_id, change.order_number)
        targets = select(Variant).where(_among(Variant.id, _targets(change)))
        return make_plan(change, order, self.payment_methods(customer_id), self._by_id(targets))

    def carry_out(self, plan: Plan, authorisation: Authorisation) -> Order | None:
        change = plan.change
        if isinstance(change, ChangeDefaultAddress):
            self._change_default_address(plan, change, authorisation)
            return None
        order = self._locked_order(authorisation.customer_id, change.order_number)
        if is_done(self._session, authorisation.key):
            return order
        methods = self._locked_methods(authorisation.customer_id, order)
        variants = self._locked_variants(change, order)
        own = [way for way in methods.values() if way.customer_id == authorisation.customer_id]
        present = make_plan(change, order, own, variants)
        if present != plan:
            raise PlanOutdated(present)
        before = snapshot(order)
        effects.carry_out(plan, order, methods, variants, utc_now())
        record(self._session, change.operation, authorisation, before, snapshot(order), order=order)
        return order

    def _change_default_address(
        self, plan: Plan, change: ChangeDefaultAddress, authorisation: Authorisation
    ) -> None:
        customer = self._customer(authorisation.customer_id, lock=True)
        if is_done(self._session, authorisation.key):
            return
        present = plan_default_address(change, customer.default_address)
        if present != plan:
            raise PlanOutdated(present)
        before = {"address": customer.default_address}
        customer.default_address = asdict(change.address)
        after = {"address": customer.default_address}
        record(self._session, change.operation, authorisation, before, after)

    def _customer(self, customer_id: uuid.UUID, *, lock: bool = False) -> Customer:
        query = select(Customer).where(Customer.id == customer_id)
        found: Customer = self._session.execute(
            _locked(query, Customer) if lock else query
        ).scalar_one()
        return found

    def _locked_order(self, customer_id: uuid.UUID, number: str) -> Order:
        order_id = normalise_order_number(number)
        own = select(Order).where(Order.id == order_id, Order.customer_id == customer_id)
        order: Order | None = self._session.execute(_locked(own, Order)).scalar_one_or_none()
        if order is None:
            raise OrderNotFound(number)
        return order

    def _locked_methods(self, customer_id: uuid.UUID, order: Order) -> dict[str, PaymentMethod]:
        """The customer's own methods, and those that paid for the order."""
        paying = {payment.payment_method_id for payment in order.payments}
        query = select(PaymentMethod).where(
            or_(PaymentMethod.customer_id == customer_id, _among(PaymentMethod.id, paying))
        )
        return self._by_id(_locked(query.order_by(PaymentMethod.id), PaymentMethod))

    def _locked_variants(self, change: Change, order: Order) -> Mapping[str, Variant]:
        """The variants whose stock may change."""
        wanted = {*_targets(change)}
        if isinstance(change, CancelOrder | ChangeItems):
            wanted.update(line.variant_id for line in order.lines)
        query = select(Variant).where(_among(Variant.id, wanted)).order_by(Variant.id)
        return self._by_id(_locked(query, Variant))

    def _by_id(self, query: Any) -> dict[str, Any]:
        return {row.id: row for row in self._session.execute(query).scalars()}


def _targets(change: Change) -> Collection[str]:
    """The variants that items become."""
    if isinstance(change, ChangeItems | ExchangeItems):
        return {swap.variant_id for swap in change.swaps}
    return ()


def _among(column: Any, ids: Collection[str]) -> Any:
    return column.in_(sorted(ids))


def _locked(query: Any, model: Any) -> Any:
    """Rows as they are now, whatever the session knew, and nobody else's until the commit.

    Keys never change, so rows that refer to these may be added meanwhile.
    """
    query = query.with_for_update(of=model, key_share=True)
    return query.execution_options(populate_existing=True)
