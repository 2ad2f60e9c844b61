import pytest

from tests.shop.policies.small_shop import SmallShop, small_shop


@pytest.fixture
def shop() -> SmallShop:
    """A small shop without orders: plain objects, no database."""
    return small_shop()
