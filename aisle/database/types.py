"""Column types that mean the same on SQLite and PostgreSQL."""

import uuid
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, JSON, BigInteger, DateTime, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.types import TypeDecorator

CENT = Decimal("0.01")

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document: JSONB on PostgreSQL, text on SQLite."""

TextList = JSON().with_variant(ARRAY(Text), "postgresql")
"""A list of strings: TEXT[] on PostgreSQL, JSON on SQLite."""


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Guid(TypeDecorator):  # type: ignore[misc]  # SQLAlchemy 1.4 has no types
    """``uuid.UUID``: UUID on PostgreSQL, 36 characters on SQLite."""

    impl = CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(UUID(as_uuid=True) if native else CHAR(36))

    def process_bind_param(self, value: uuid.UUID | None, dialect: Any) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return str(value)

    def process_result_value(self, value: Any, dialect: Any) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(value)


class UtcDateTime(TypeDecorator):  # type: ignore[misc]
    """A timezone-aware UTC ``datetime``; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a time zone cannot be stored; use UTC")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


class _Hundredths(TypeDecorator):  # type: ignore[misc]
    """An exact ``Decimal`` with two places: NUMERIC on PostgreSQL, an integer on SQLite.

    SQLite has no decimal type and would keep a binary fraction.
    """

    impl = Numeric
    cache_ok = True
    digits = 12

    def load_dialect_impl(self, dialect: Any) -> Any:
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(Numeric(self.digits, 2) if native else BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> Any:
        if value is None:
            return None
        if value != value.quantize(CENT):
            raise ValueError(f"{value} has more than two decimal places")
        return value if dialect.name == "postgresql" else int(value * 100)

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        if value is None or dialect.name == "postgresql":
            return value
        return (Decimal(value) / 100).quantize(CENT)


class Money(_Hundredths):
    """An amount in the shop's currency."""

    cache_ok = True


class Score(_Hundredths):
    """A figure from -1 to 1."""

    cache_ok = True
    digits = 3
