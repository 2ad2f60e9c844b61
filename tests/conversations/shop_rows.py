"""The shop's rows before a case, what became of them, and putting everything back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import Session

from aisle.conversations.models import IdentityCode
from aisle.customers.models import Customer
from aisle.database.base import Base
from aisle.database.engine import Database
from aisle.shop.models import (
    AuditEntry,
    Fulfilment,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Return,
    ReturnLine,
    Variant,
)

KEPT = {
    model.__tablename__
    for model in (
        AuditEntry,
        Customer,
        Fulfilment,
        IdentityCode,
        Order,
        OrderLine,
        Payment,
        PaymentMethod,
        Product,
        Refund,
        Return,
        ReturnLine,
        Variant,
    )
}
# Those that others refer to come first.
TABLES = [table for table in Base.metadata.sorted_tables if table.name in KEPT]

Row = Mapping[str, Any]
Key = tuple[Any, ...]
"""A row's primary key as the database gives it, without SQLAlchemy's types."""
Rows = dict[Key, Row]
_Raw = dict[Key, tuple[Any, ...]]


@dataclass(frozen=True)
class RowChange:
    """A row that was added (no ``before``), removed (no ``after``) or is another now."""

    table: str
    key: Key
    before: Row | None
    after: Row | None


class ShopRows:
    """Remembers the rows as they are when it is made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._raw: dict[str, _Raw] = {}
        self.before: dict[str, Rows] = {}
        """By table, all rows; values as SQLAlchemy gives them, such as Decimals."""
        with database.reading() as session:
            for table in TABLES:
                self._raw[table.name] = _raw_rows(session, table)
                self.before[table.name] = _rows(session, table)

    def changes(self) -> list[RowChange]:
        """Return what differs now from what is remembered.

        Thousands of rows are compared as the database gives them, which takes a tenth of
        the time; only those that differ are made into values.
        """
        with self._database.reading() as session:
            return [change for table in TABLES for change in self._changes_of(session, table)]

    def restore(self) -> None:
        """Make every row what it was."""
        changes = self.changes()
        if not changes:
            return
        tables = {table.name: table for table in TABLES}
        with self._database.transaction() as session:
            for change in changes:
                if change.before is not None:
                    _put_back(session, tables[change.table], change, change.before)
            for change in reversed(changes):
                if change.before is None:
                    table = tables[change.table]
                    session.execute(delete(table).where(_is(table, change.key)))

    def _changes_of(self, session: Session, table: Any) -> Iterator[RowChange]:
        before, after = self._raw[table.name], _raw_rows(session, table)
        if before == after:
            return
        for key in before.keys() | after.keys():
            if before.get(key) == after.get(key):
                continue
            known = self.before[table.name].get(key)
            # Conversations of other tests may have made customers and refer to them.
            if known is None and table.name == Customer.__tablename__:
                continue
            now = next(iter(_rows(session, table, key).values())) if key in after else None
            yield RowChange(table.name, key, known, now)


def _put_back(session: Session, table: Any, change: RowChange, row: Row) -> None:
    if change.after is None:
        session.execute(insert(table).values(**row))
    else:
        session.execute(update(table).where(_is(table, change.key)).values(**row))


def _raw_rows(session: Session, table: Any) -> _Raw:
    columns = ", ".join(column.name for column in table.columns)
    places = [list(table.columns).index(column) for column in table.primary_key]
    rows = session.connection().exec_driver_sql(f"SELECT {columns} FROM {table.name}")
    if len(places) == 1:
        place = places[0]
        return {(row[place],): tuple(row) for row in rows}
    return {tuple(row[place] for place in places): tuple(row) for row in rows}


def _rows(session: Session, table: Any, key: Key | None = None) -> Rows:
    """All rows of a table, or the one with the key, by their raw keys."""
    conditions = [] if key is None else [_is(table, key)]
    rows = session.execute(select(table).where(*conditions)).mappings()
    return {_raw_key(session, table, row): dict(row) for row in rows}


def _raw_key(session: Session, table: Any, row: Row) -> Key:
    dialect = session.get_bind().dialect
    return tuple(
        processed(row[column.name])
        if (processed := column.type.bind_processor(dialect))
        else row[column.name]
        for column in table.primary_key
    )


def _is(table: Any, key: Key) -> Any:
    pairs = zip(table.primary_key, key, strict=True)
    return and_(*(column == value for column, value in pairs))
