"""Writes those records that differ from what is stored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from aisle.shop.seed import Counts
from aisle.shop.transfer.records import AnyRecord
from aisle.shop.transfer.stored import table_of

Values = dict[str, Any]


def merged(record: AnyRecord, present: AnyRecord | None) -> AnyRecord:
    """Return the record; what its file does not say is as it is stored."""
    if present is None:
        return record
    return present.copy(update={name: getattr(record, name) for name in record.__fields_set__})


def save(
    session: Session,
    model: Any,
    records: Sequence[Any],
    present: Mapping[str, Any],
    values_of: Callable[[Any], Values],
) -> set[str]:
    """Insert new records and update different ones; return the ids of both.

    Args:
        present: the stored records by the ids that ``records`` have.
        values_of: returns a record's columns, the key ``id`` among them.
    """
    wanted = [merged(record, present.get(record.id)) for record in records]
    changed = [record for record in wanted if record != present.get(record.id)]
    insert(session, model, [values_of(record) for record in changed if record.id not in present])
    update(session, model, [values_of(record) for record in changed if record.id in present])
    return {record.id for record in changed}


def insert(session: Session, model: Any, rows: Sequence[Values]) -> None:
    if rows:
        session.execute(table_of(model).insert(), rows)


def update(session: Session, model: Any, rows: Sequence[Values]) -> None:
    """Change rows; each has the key ``id`` and the same columns."""
    table = table_of(model)
    parameters = [{"row_id": row["id"], **_without_id(row)} for row in rows]
    if parameters:
        session.execute(table.update().where(table.c.id == bindparam("row_id")), parameters)


def _without_id(row: Values) -> Values:
    return {name: value for name, value in row.items() if name != "id"}


def counts(ids: Iterable[str], present: Mapping[str, Any], changed: set[str]) -> Counts:
    every = set(ids)
    added = len(every - present.keys())
    updated = len(changed & present.keys() & every)
    return Counts(added, updated, len(every) - added - updated)
