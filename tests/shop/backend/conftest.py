"""A small shop, kept in Aisle's own database or by a platform far away."""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest

from aisle.database.base import metadata
from aisle.database.engine import Database
from aisle.shop.backend.chosen import get_backend
from aisle.shop.backend.contract import Authorisation, ShopBackend
from aisle.shop.models import Order
from aisle.shop.policies.changes import Change
from aisle.shop.policies.plan import Plan
from tests.conftest import BACKENDS, empty_database
from tests.shop.backend.remote import RemoteBackend, RemotePlatform
from tests.shop.policies.small_shop import SmallShop, small_shop, store


class Kept(Protocol):
    """A place that keeps a shop's orders."""

    def keep(self, shop: SmallShop) -> None: ...

    def backend(self) -> AbstractContextManager[ShopBackend]: ...


@dataclass
class InDatabase:
    database: Database

    def keep(self, shop: SmallShop) -> None:
        with self.database.transaction() as session:
            store(session, shop)

    @contextmanager
    def backend(self) -> Iterator[ShopBackend]:
        with self.database.transaction() as session:
            yield get_backend(session)


class FarAway:
    platform: RemotePlatform

    def keep(self, shop: SmallShop) -> None:
        self.platform = RemotePlatform(shop)

    @contextmanager
    def backend(self) -> Iterator[ShopBackend]:
        yield RemoteBackend(self.platform)


def authorisation(customer_id: uuid.UUID, key: str = "request 1") -> Authorisation:
    return Authorisation(customer_id, verified_by="code", key=key)


def preview(kept: Kept, customer_id: uuid.UUID, change: Change) -> Plan:
    with kept.backend() as backend:
        return backend.preview(customer_id, change)


def carry_out(
    kept: Kept, customer_id: uuid.UUID, plan: Plan, key: str = "request 1"
) -> Order | None:
    with kept.backend() as backend:
        return backend.carry_out(plan, authorisation(customer_id, key))


@pytest.fixture
def shop() -> SmallShop:
    """A small shop; a test adds orders and hands it to ``keep``."""
    return small_shop()


@pytest.fixture(scope="module", params=BACKENDS)
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database that the module's tests share, one after the other."""
    with empty_database(request.param, tmp_path_factory.mktemp("shop")) as database:
        yield database


@pytest.fixture
def in_database(migrated: Database) -> InDatabase:
    """An empty database to keep a shop in."""
    with migrated.transaction() as session:
        for table in reversed(metadata.sorted_tables):
            session.execute(table.delete())
    return InDatabase(migrated)
