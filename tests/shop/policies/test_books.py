"""An order's books."""

from aisle.shop.models import Refund, Return, ReturnLine
from aisle.shop.orders import OrderState
from aisle.shop.policies.books import original_method, paid, paid_by_method, value
from tests.shop.policies.small_shop import SmallShop, euros


def test_an_order_is_worth_its_pieces_and_shipping(shop: SmallShop) -> None:
    order = shop.order("2 LAMP-BLACK", "1 SHIRT-M at 18.00", shipping="5.00")
    assert value(order) == paid(order) == euros("103.00")


def test_a_cancelled_order_is_worth_nothing(shop: SmallShop) -> None:
    assert value(shop.order("2 LAMP-BLACK", status=OrderState.CANCELLED)) == 0


def test_a_return_counts_in_full_until_it_has_arrived(shop: SmallShop) -> None:
    order = shop.order("2 SHIRT-M", status=OrderState.RETURN_REQUESTED)
    line = ReturnLine(order_line=order.lines[0], quantity=2)
    order.returns.append(Return(kind="return", lines=[line]))
    assert value(order) == euros("45.00")


def test_exchanged_pieces_count_at_the_price_of_their_replacement(shop: SmallShop) -> None:
    order = shop.order("3 LAMP-BLACK", status=OrderState.EXCHANGE_REQUESTED, shipping="0.00")
    line = ReturnLine(order_line=order.lines[0], quantity=2, replacement_price=euros("45.00"))
    order.returns.append(Return(kind="exchange", lines=[line]))
    assert value(order) == euros("130.00")


def test_refunds_on_their_way_are_no_longer_paid(shop: SmallShop) -> None:
    order = shop.order("1 LAMP-BLACK", paid={"gift": "30.00", "card": "15.00"})
    card = shop.methods["card"]
    order.refunds.append(Refund(method=card, amount=euros("5.00"), completed=False))
    assert paid(order) == euros("40.00")
    parts = [(method.id, amount) for method, amount in paid_by_method(order)]
    assert parts == [("gift", euros("30.00")), ("card", euros("10.00"))]


def test_the_parts_add_up_also_where_more_went_back_than_a_method_had_paid(
    shop: SmallShop,
) -> None:
    order = shop.order("1 LAMP-BLACK", paid={"gift": "30.00", "card": "15.00"})
    order.refunds.append(Refund(method=shop.methods["paypal"], amount=euros("20.00")))
    assert [amount for _, amount in paid_by_method(order)] == [euros("25.00")]


def test_the_original_method_is_the_one_that_paid_most(shop: SmallShop) -> None:
    order = shop.order("1 LAMP-BLACK", paid={"gift": "10.00", "card": "35.00"})
    assert original_method(order) is shop.methods["card"]
    order.refunds.append(Refund(method=shop.methods["card"], amount=euros("45.00")))
    assert original_method(order) is None
