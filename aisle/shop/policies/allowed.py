"""When an operation is possible at all, and where it leads an order."""

from collections.abc import Mapping

from aisle.shop.models import Order
from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import Operation
from aisle.shop.policies.refusals import AlreadyExchanged, ItemsAlreadyChanged, WrongStatus

TRANSITIONS: Mapping[Operation, tuple[OrderState, OrderState]] = {
    Operation.CANCEL_ORDER: (OrderState.PENDING, OrderState.CANCELLED),
    Operation.CHANGE_ADDRESS: (OrderState.PENDING, OrderState.PENDING),
    Operation.CHANGE_PAYMENT: (OrderState.PENDING, OrderState.PENDING),
    Operation.CHANGE_ITEMS: (OrderState.PENDING, OrderState.ITEMS_MODIFIED),
    Operation.RETURN_ITEMS: (OrderState.DELIVERED, OrderState.RETURN_REQUESTED),
    Operation.EXCHANGE_ITEMS: (OrderState.DELIVERED, OrderState.EXCHANGE_REQUESTED),
}
"""The state that each operation on an order needs, and the one that it leads to."""

_REQUESTED = (OrderState.RETURN_REQUESTED, OrderState.EXCHANGE_REQUESTED)


def check_status(operation: Operation, order: Order) -> None:
    """Check what can be told as soon as the order is known, before any details are.

    Raises:
        ItemsAlreadyChanged: a pending order whose items were changed stays as it is.
        AlreadyExchanged: a return or an exchange was requested already.
        WrongStatus: any other state in which this is not possible.
    """
    if operation not in TRANSITIONS:
        return
    needed, _ = TRANSITIONS[operation]
    if order.status == needed:
        return
    if needed is OrderState.PENDING and order.status == OrderState.ITEMS_MODIFIED:
        raise ItemsAlreadyChanged(order.id, order.status)
    if needed is OrderState.DELIVERED and order.status in _REQUESTED:
        raise AlreadyExchanged(order.id, order.status)
    raise WrongStatus(order.id, order.status)


def allowed_operations(order: Order) -> frozenset[Operation]:
    """Return what the order's state allows."""
    return frozenset(
        operation for operation, (needed, _) in TRANSITIONS.items() if order.status == needed
    )
