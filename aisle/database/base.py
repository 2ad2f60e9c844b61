"""The base class of every database model."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeMeta, registry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_registry = registry(metadata=metadata)


class Base(metaclass=DeclarativeMeta):  # type: ignore[metaclass]  # SQLAlchemy 1.4 has no types
    """Models declare their columns with the Python type of the value."""

    __abstract__ = True
    registry: ClassVar[Any] = _registry
    metadata: ClassVar[Any] = metadata

    def __init__(self, **values: Any) -> None:
        _registry.constructor(self, **values)
