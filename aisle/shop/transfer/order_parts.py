"""The parts of orders: compared by number, and replaced as a whole."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.shop.models import Fulfilment, OrderLine, Payment, Refund, Return, ReturnLine
from aisle.shop.transfer.records import OWNERS, ShopRecords, by_owner
from aisle.shop.transfer.saving import Values, insert, merged
from aisle.shop.transfer.stored import table_of

_NUMBERS = {
    "fulfilments": "tracking_number",
    "order_lines": "position",
    "payments": "position",
    "refunds": "position",
    "returns": "number",
    "return_lines": "line",
}
"""What tells an order's parts of one table apart; a return's lines also by the return."""

_MODELS = {
    "fulfilments": Fulfilment,
    "order_lines": OrderLine,
    "payments": Payment,
    "refunds": Refund,
    "returns": Return,
    "return_lines": ReturnLine,
}

Parts = dict[str, list[Any]]
"""An order's records by table, in their sequence."""

PartKeys = Mapping[tuple[str, str, Any], uuid.UUID]
"""The database's keys by table, order and number in it."""


class PartsByOrder:
    """Finds the parts of a shop's orders."""

    def __init__(self, shop: ShopRecords) -> None:
        self._grouped = {table: by_owner(shop.table(table), OWNERS[table]) for table in _NUMBERS}

    def of(self, order: str) -> Parts:
        return {
            table: sorted(grouped.get(order, []), key=lambda record: _number(table, record))
            for table, grouped in self._grouped.items()
        }


def merged_parts(wanted: Parts, present: Parts, *, is_vague: bool) -> Parts:
    """Return the wanted parts; what their file does not say is as it is stored.

    Args:
        is_vague: the positions of payments and refunds are made up, and which of equal
            items come back or which item becomes which, so that the stored ones hold.
    """
    result: Parts = {}
    for table, records in wanted.items():
        if is_vague and table in ("payments", "refunds"):
            records = _renumbered(records, present[table])
        if is_vague and table == "return_lines" and _come_back_alike(wanted, present):
            records = present[table]
        known = {_number(table, record): record for record in present[table]}
        result[table] = [merged(one, known.get(_number(table, one))) for one in records]
    return result


def _renumbered(records: Sequence[Any], present: Sequence[Any]) -> list[Any]:
    result: list[Any] = []
    for index, record in enumerate(records):
        after = result[-1].position + 1 if result else 1
        is_known = index < len(present)
        position = present[index].position if is_known else max(record.position, after)
        result.append(record.copy(update={"position": position}))
    return result


def _come_back_alike(wanted: Parts, present: Parts) -> bool:
    """Whether equal items come back and become the same, whichever lines they are in."""
    return _coming_back(wanted) == _coming_back(present)


def _coming_back(parts: Parts) -> tuple[Any, ...]:
    items = {line.position: (line.variant, line.price) for line in parts["order_lines"]}
    returned = parts["return_lines"]
    return (
        items,
        sorted((one.number, items.get(one.line), one.quantity) for one in returned),
        sorted((one.number, one.replacement or "") for one in returned),
    )


def _number(table: str, record: Any) -> Any:
    number = getattr(record, _NUMBERS[table])
    return (record.number, number) if table == "return_lines" else number


def replace_parts(
    session: Session, changed: Collection[str], parts: Sequence[Parts], keys: PartKeys
) -> None:
    """Write orders' parts instead of those that are there.

    Args:
        changed: the orders of which there may be parts.
        keys: of stored parts, which keep them.
    """
    _delete(session, changed)
    rows = _PartRows(keys)
    for table, model in _MODELS.items():
        records = [record for own in parts for record in own[table]]
        insert(session, model, [rows.values(table, record) for record in records])


def _delete(session: Session, numbers: Collection[str]) -> None:
    if not numbers:
        return
    returns = table_of(Return)
    own_returns = select(returns.c.id).where(returns.c.order_id.in_(numbers))
    lines = table_of(ReturnLine)
    session.execute(lines.delete().where(lines.c.return_id.in_(own_returns)))
    for model in (Return, OrderLine, Fulfilment, Payment, Refund):
        table = table_of(model)
        session.execute(table.delete().where(table.c.order_id.in_(numbers)))


class _PartRows:
    """Turns parts into rows; one that was there before keeps its key."""

    def __init__(self, keys: PartKeys) -> None:
        self._keys = dict(keys)

    def values(self, table: str, record: Any) -> Values:
        values = record.dict()
        order = values.pop("order")
        if table == "return_lines":
            return self._return_line(order, values)
        number = values[_NUMBERS[table]]
        values |= {"id": self._key(table, order, number), "order_id": order}
        if table == "returns":
            del values["number"]
        if table == "order_lines":
            parcel = values.pop("tracking_number")
            values["fulfilment_id"] = parcel and self._key("fulfilments", order, parcel)
            values["variant_id"] = values.pop("variant")
        if "payment_method" in values:
            values["payment_method_id"] = values.pop("payment_method")
        return values

    def _return_line(self, order: str, values: Values) -> Values:
        return {
            "return_id": self._key("returns", order, values["number"]),
            "order_line_id": self._key("order_lines", order, values["line"]),
            "quantity": values["quantity"],
            "replacement_variant_id": values["replacement"],
            "replacement_price": values["replacement_price"],
        }

    def _key(self, table: str, order: str, number: Any) -> uuid.UUID:
        return self._keys.setdefault((table, order, number), uuid.uuid4())
