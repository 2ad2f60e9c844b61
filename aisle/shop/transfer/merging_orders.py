"""Brings orders with all their parts into the database."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aisle.database.types import utc_now
from aisle.shop.models import Order
from aisle.shop.seed import Counts
from aisle.shop.transfer.order_parts import PartsByOrder, merged_parts, replace_parts
from aisle.shop.transfer.records import OrderRecord, ShopRecords
from aisle.shop.transfer.saving import Values, insert, merged, update
from aisle.shop.transfer.stored import read_orders

_MOMENT = timedelta(microseconds=1)


class OrderMerge:
    """Merges orders, some at a time, in the sequence of the files.

    A shop that tells no dates lists a customer's orders from the oldest on; what was
    recorded later then has a later ``recorded_at``.
    """

    def __init__(
        self, session: Session, shop: ShopRecords, customer_ids: Mapping[str, uuid.UUID]
    ) -> None:
        self._session = session
        self._customer_ids = customer_ids
        self._names = {own: name for name, own in customer_ids.items()}
        self._now = self._next_moment = utc_now()
        self._recorded: dict[str, datetime] = {}
        self._parts = PartsByOrder(shop)
        self._is_vague = shop.is_vague

    def merge(self, orders: Sequence[OrderRecord]) -> Counts:
        """Write what differs of these orders."""
        stored = read_orders(self._session, [order.id for order in orders], self._names)
        present = {order.id: order for order in stored.shop.orders}
        present_parts = PartsByOrder(stored.shop)
        before = {order.id: present_parts.of(order.id) for order in orders}
        parts = {
            number: merged_parts(self._parts.of(number), own, is_vague=self._is_vague)
            for number, own in before.items()
        }
        wanted = [self._dated(order, present.get(order.id)) for order in orders]
        changed = [
            order
            for order in wanted
            if order != present.get(order.id) or parts[order.id] != before[order.id]
        ]
        new = [order for order in changed if order.id not in present]
        old = [order for order in changed if order.id in present]
        said = {order.id for order in orders if order.updated_at is not None}
        insert(self._session, Order, [self._values(order, order.updated_at) for order in new])
        update(
            self._session,
            Order,
            [self._values(one, one.updated_at if one.id in said else self._now) for one in old],
        )
        replace_parts(
            self._session,
            [order.id for order in old],
            [parts[order.id] for order in changed],
            stored.part_ids,
        )
        return Counts(len(new), len(old), len(orders) - len(new) - len(old))

    def _dated(self, order: OrderRecord, present: OrderRecord | None) -> OrderRecord:
        """The order with the moments that its file leaves out."""
        recorded = order.recorded_at or (present and present.recorded_at)
        updated = order.updated_at or (present and present.updated_at)
        is_said = order.recorded_at is not None
        order = merged(order, present)
        recorded = recorded or order.placed_at or self._another_moment()
        last = self._recorded.get(order.customer)
        if not is_said and order.placed_at is None and last is not None and recorded <= last:
            recorded = last + _MOMENT
        self._recorded[order.customer] = recorded
        updated = updated or order.placed_at or recorded
        return order.copy(update={"recorded_at": recorded, "updated_at": updated})

    def _another_moment(self) -> datetime:
        self._next_moment += _MOMENT
        return self._next_moment

    def _values(self, order: OrderRecord, updated_at: datetime | None) -> Values:
        return {
            **order.dict(exclude={"customer"}),
            "status": order.status.value,
            "customer_id": self._customer_ids[order.customer],
            "updated_at": updated_at,
        }
