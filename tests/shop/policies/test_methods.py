"""Which payment methods are offered, and what gift cards hold afterwards."""

from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import CancelOrder, CancelReason, ChangePayment, Operation
from aisle.shop.policies.methods import balance_after, methods_for
from aisle.shop.policies.planning import make_plan
from tests.shop.policies.small_shop import SmallShop, euros


def accepted(shop: SmallShop, operation: Operation, amount: str = "0.00") -> set[str]:
    order = shop.orders["#W0000001"]
    found = methods_for(operation, order, shop.ada_methods, euros(amount))
    return {method.id for method in found}


def test_an_order_may_be_paid_with_another_method_that_covers_it(shop: SmallShop) -> None:
    shop.order("1 SHIRT-M", shipping="30.00")
    assert accepted(shop, Operation.CHANGE_PAYMENT) == {"paypal", "gift"}
    shop.order("1 SHIRT-M", shipping="30.01")
    assert accepted(shop, Operation.CHANGE_PAYMENT) == {"paypal"}


def test_a_difference_may_be_paid_with_whatever_covers_it(shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    assert accepted(shop, Operation.CHANGE_ITEMS, "50.00") == {"card", "paypal", "gift"}
    assert accepted(shop, Operation.EXCHANGE_ITEMS, "50.01") == {"card", "paypal"}
    assert accepted(shop, Operation.CHANGE_ITEMS, "-50.01") == {"card", "paypal", "gift"}


def test_a_return_is_refunded_the_original_way_or_to_a_gift_card(shop: SmallShop) -> None:
    shop.order("1 SHIRT-M", status=OrderState.DELIVERED)
    assert accepted(shop, Operation.RETURN_ITEMS) == {"card", "gift"}


def test_tells_what_will_be_left_on_a_gift_card(shop: SmallShop) -> None:
    order = shop.order("1 SHIRT-M")
    plan = make_plan(ChangePayment(order.id, "gift"), order, shop.ada_methods, {})
    assert balance_after(shop.methods["gift"], plan) == euros("25.00")
    assert balance_after(shop.methods["card"], plan) is None


def test_tells_what_a_gift_card_will_hold_after_a_refund(shop: SmallShop) -> None:
    order = shop.order("1 SHIRT-M", paid={"gift": "25.00"})
    change = CancelOrder(order.id, CancelReason.ORDERED_BY_MISTAKE)
    plan = make_plan(change, order, shop.ada_methods, {})
    assert balance_after(shop.methods["gift"], plan) == euros("75.00")
