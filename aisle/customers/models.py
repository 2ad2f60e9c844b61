"""Customers of the shop."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String

from aisle.database.base import Base
from aisle.database.types import Guid, Json, UtcDateTime, utc_now


class Customer(Base):
    __tablename__ = "customers"

    id: uuid.UUID = Column(Guid, primary_key=True, default=uuid.uuid4)
    external_id: str | None = Column(String(100), unique=True, index=True)
    email: str | None = Column(String(254), unique=True, index=True)
    phone: str | None = Column(String(50))
    first_name: str | None = Column(String(100))
    last_name: str | None = Column(String(100))
    default_address: dict[str, Any] | None = Column(Json)
    preferences: dict[str, Any] = Column(Json, nullable=False, default=dict)
    created_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now)
    updated_at: datetime = Column(UtcDateTime, nullable=False, default=utc_now, onupdate=utc_now)
