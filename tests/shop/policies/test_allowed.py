"""When an operation is possible at all."""

import pytest

from aisle.shop.orders import OrderState
from aisle.shop.policies.allowed import TRANSITIONS, allowed_operations, check_status
from aisle.shop.policies.changes import Operation
from aisle.shop.policies.refusals import AlreadyExchanged, ItemsAlreadyChanged, WrongStatus
from tests.shop.policies.small_shop import SmallShop

OF_PENDING = [
    Operation.CANCEL_ORDER,
    Operation.CHANGE_ADDRESS,
    Operation.CHANGE_PAYMENT,
    Operation.CHANGE_ITEMS,
]
OF_DELIVERED = [Operation.RETURN_ITEMS, Operation.EXCHANGE_ITEMS]
S = OrderState


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (S.PENDING, OF_PENDING),
        (S.DELIVERED, OF_DELIVERED),
        (S.ITEMS_MODIFIED, []),
        (S.PROCESSED, []),
        (S.CANCELLED, []),
        (S.RETURN_REQUESTED, []),
        (S.EXCHANGE_REQUESTED, []),
    ],
)
def test_each_state_allows_its_operations_and_refuses_all_others(
    shop: SmallShop, status: OrderState, allowed: list[Operation]
) -> None:
    order = shop.order("1 SHIRT-M", status=status)
    assert allowed_operations(order) == frozenset(allowed)
    for operation in [*OF_PENDING, *OF_DELIVERED]:
        if operation in allowed:
            check_status(operation, order)
        else:
            with pytest.raises(WrongStatus) as refusal:
                check_status(operation, order)
            assert refusal.value.order_number == order.id
            assert refusal.value.status == status.value


@pytest.mark.parametrize("operation", OF_PENDING)
def test_once_its_items_are_changed_an_order_is_neither_changed_nor_cancelled(
    shop: SmallShop, operation: Operation
) -> None:
    order = shop.order("1 SHIRT-M", status=OrderState.ITEMS_MODIFIED)
    with pytest.raises(ItemsAlreadyChanged):
        check_status(operation, order)


@pytest.mark.parametrize("operation", OF_DELIVERED)
@pytest.mark.parametrize("status", [OrderState.RETURN_REQUESTED, OrderState.EXCHANGE_REQUESTED])
def test_a_second_return_or_exchange_has_a_reason_of_its_own(
    shop: SmallShop, operation: Operation, status: OrderState
) -> None:
    with pytest.raises(AlreadyExchanged):
        check_status(operation, shop.order("1 SHIRT-M", status=status))


def test_the_default_address_is_about_no_order(shop: SmallShop) -> None:
    check_status(Operation.CHANGE_DEFAULT_ADDRESS, shop.order("1 SHIRT-M", status=S.CANCELLED))


def test_states_change_along_these_edges_only() -> None:
    assert set(TRANSITIONS.values()) == {
        (S.PENDING, S.CANCELLED),
        (S.PENDING, S.PENDING),
        (S.PENDING, S.ITEMS_MODIFIED),
        (S.DELIVERED, S.RETURN_REQUESTED),
        (S.DELIVERED, S.EXCHANGE_REQUESTED),
    }
