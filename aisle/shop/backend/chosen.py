"""The system that keeps this shop's orders."""

from sqlalchemy.orm import Session

from aisle.shop.backend.contract import ShopBackend
from aisle.shop.backend.sql import SqlBackend


def get_backend(session: Session) -> ShopBackend:
    """Return the shop's system, as the session's transaction sees it."""
    return SqlBackend(session)
