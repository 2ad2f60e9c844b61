"""Customers as the shop's own systems write them."""

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from aisle.customers.models import Customer


class CustomerNotFound(Exception):
    """No customer has this id."""


class CustomerConflict(Exception):
    """What identifies the customer belongs to two different ones."""


@dataclass(frozen=True)
class CustomerData:
    """What the shop knows; None leaves what is stored as it is."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    preferences: dict[str, Any] | None = None


def get_customer(session: Session, customer_id: uuid.UUID) -> Customer:
    """Raises CustomerNotFound."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise CustomerNotFound(f"No customer has the id {customer_id}")
    return customer


def find_by_external_id(session: Session, external_id: str) -> Customer | None:
    statement = select(Customer).where(Customer.external_id == external_id)
    return session.execute(statement).scalar_one_or_none()


def save_customer(session: Session, data: CustomerData) -> tuple[Customer, bool]:
    """Store a customer, or add to the one with this external id or e-mail address.

    A customer known by the e-mail address alone becomes one with the customer of the
    external id: conversations, orders and all else move over.

    Returns:
        The customer, and whether it is new.

    Raises:
        CustomerConflict: external id and e-mail address belong to different customers.
    """
    by_id = find_by_external_id(session, data.external_id) if data.external_id else None
    by_email = _by_email(session, data.email) if data.email else None
    if by_email is not None and _is_another(by_email, by_id, data.external_id):
        raise CustomerConflict(
            "This e-mail address belongs to a customer with another external_id; "
            "change that customer first"
        )
    if by_id is not None and by_email is not None and by_id is not by_email:
        _merge(session, by_email, into=by_id)
    customer = by_id or by_email
    is_new = customer is None
    if customer is None:
        customer = Customer(id=uuid.uuid4())
        session.add(customer)
    _add_to(customer, data)
    session.flush()
    return customer, is_new


def _is_another(by_email: Customer, by_id: Customer | None, external_id: str | None) -> bool:
    if external_id is None or by_email is by_id:
        return False
    return by_email.external_id not in (None, external_id)


def _by_email(session: Session, email: str) -> Customer | None:
    same = func.lower(Customer.email) == email.lower()
    return session.execute(select(Customer).where(same)).scalars().first()


def _add_to(customer: Customer, data: CustomerData) -> None:
    for name, value in asdict(data).items():
        if value is None:
            continue
        present = getattr(customer, name)
        setattr(customer, name, {**(present or {}), **value} if name == "preferences" else value)


def _merge(session: Session, other: Customer, *, into: Customer) -> None:
    """Let everything that refers to ``other`` refer to the remaining one; then it goes."""
    for table, column in _references():
        moved = update(table).where(table.c[column] == other.id).values({column: into.id})
        session.execute(moved, execution_options={"synchronize_session": False})
    for name in ("phone", "first_name", "last_name", "default_address"):
        if getattr(into, name) is None:
            setattr(into, name, getattr(other, name))
    into.preferences = {**other.preferences, **into.preferences}
    session.delete(other)
    session.flush()
    session.expire_all()


def _references() -> list[tuple[Table, str]]:
    """Return every table and column that refers to a customer."""
    target = Customer.__table__  # type: ignore[attr-defined]  # SQLAlchemy adds it
    return [
        (table, key.parent.name)
        for table in Customer.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is target
    ]
