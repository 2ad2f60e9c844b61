"""Plans carried out on plain objects."""

import uuid

from aisle.database.types import utc_now
from aisle.shop.backend import effects
from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import ExchangeItems, Swap
from aisle.shop.policies.planning import make_plan
from tests.shop.policies.small_shop import SmallShop


def test_a_line_that_is_split_stays_in_its_parcel(shop: SmallShop) -> None:
    order = shop.order("3 SHIRT-M", status=OrderState.DELIVERED)
    (line,) = order.lines
    line.fulfilment_id = parcel = uuid.uuid4()
    swaps = (Swap(line.id, 1, "SHIRT-L"), Swap(line.id, 2, "SHIRT-S"))
    plan = make_plan(ExchangeItems(order.id, swaps, "card"), order, shop.ada_methods, shop.variants)
    effects.carry_out(plan, order, shop.methods, shop.variants, utc_now())
    assert [(line.quantity, line.fulfilment_id) for line in order.lines] == [
        (2, parcel),
        (1, parcel),
    ]
