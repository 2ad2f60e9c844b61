"""What dialogue and rules rely on, whoever keeps the orders."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aisle.shop.backend.contract import BackendUnavailable, OperationNotSupported, PlanOutdated
from aisle.shop.orders import OrderNotFound, OrderState
from aisle.shop.policies.books import paid, value
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    CancelReason,
    ChangeAddress,
    ChangePayment,
    Pieces,
    ReturnItems,
)
from aisle.shop.policies.refusals import SameAddress, WrongStatus
from tests.shop.backend.conftest import FarAway, InDatabase, Kept, carry_out, preview
from tests.shop.policies.small_shop import ADDRESS, SmallShop, euros

NUMBER = "#W0000001"
CANCEL = CancelOrder(NUMBER, CancelReason.ORDERED_BY_MISTAKE)
LISBON = Address("Rua Augusta 9", "Lisbon", "1100-053", "Portugal")


@pytest.fixture(params=["in the database", "far away"])
def kept(request: pytest.FixtureRequest, in_database: InDatabase) -> Kept:
    """An empty place to keep a shop in."""
    return FarAway() if request.param == "far away" else in_database


def test_gives_the_customers_own_orders_the_newest_first(kept: Kept, shop: SmallShop) -> None:
    for days, number in enumerate(["#W0000002", "#W0000001", "#W0000003"]):
        shop.order("1 SHIRT-M", number=number).recorded_at += timedelta(days=days)
    shop.order("1 SHIRT-M", number="#W0000009", customer=shop.bea)
    kept.keep(shop)
    with kept.backend() as backend:
        numbers = [order.id for order in backend.orders(shop.ada.id)]
    assert numbers == ["#W0000003", "#W0000001", "#W0000002"]


def test_gives_an_order_with_its_products_and_payments(kept: Kept, shop: SmallShop) -> None:
    shop.order("2 LAMP-BLACK", "1 SHIRT-M at 18.00")
    kept.keep(shop)
    with kept.backend() as backend:
        order = backend.order(shop.ada.id, "w 000 0001")
        pieces = [(line.quantity, line.variant.product.name) for line in order.lines]
        assert pieces == [(2, "Desk Lamp"), (1, "T-Shirt")]
        assert [payment.method.source for payment in order.payments] == ["credit_card"]
        assert value(order) == paid(order) == euros("103.00")


def test_somebody_elses_order_is_no_order(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    with kept.backend() as backend:
        with pytest.raises(OrderNotFound):
            backend.order(shop.bea.id, NUMBER)
        with pytest.raises(OrderNotFound):
            backend.preview(shop.bea.id, CANCEL)
    with pytest.raises(OrderNotFound):
        carry_out(kept, shop.bea.id, plan)


def test_gives_the_customers_own_payment_methods(kept: Kept, shop: SmallShop) -> None:
    kept.keep(shop)
    with kept.backend() as backend:
        methods = backend.payment_methods(shop.ada.id)
        assert {method.id: method.balance for method in methods} == {
            "card": None,
            "gift": euros("50.00"),
            "paypal": None,
        }


def test_gives_a_product_with_its_variants(kept: Kept, shop: SmallShop) -> None:
    kept.keep(shop)
    with kept.backend() as backend:
        product = backend.product("SHIRT")
        assert product is not None
        assert {variant.options["size"] for variant in product.variants} == {"S", "M", "L"}
        assert backend.product("unheard-of") is None


def test_a_preview_changes_nothing(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    preview(kept, shop.ada.id, CANCEL)
    with kept.backend() as backend:
        order = backend.order(shop.ada.id, NUMBER)
        assert (order.status, order.refunds) == ("pending", [])


def test_a_cancelled_order_is_refunded_and_its_pieces_are_in_stock_again(
    kept: Kept, shop: SmallShop
) -> None:
    shop.order("2 LAMP-BLACK", paid={"gift": "60.00", "card": "25.00"})
    kept.keep(shop)
    carry_out(kept, shop.ada.id, preview(kept, shop.ada.id, CANCEL))
    with kept.backend() as backend:
        order = backend.order(shop.ada.id, NUMBER)
        assert (order.status, order.cancel_reason) == ("cancelled", "ordered by mistake")
        assert [(part.method.id, part.amount, part.completed) for part in order.refunds] == [
            ("gift", euros("60.00"), True),
            ("card", euros("25.00"), False),
        ]
        methods = {method.id: method for method in backend.payment_methods(shop.ada.id)}
        assert methods["gift"].balance == euros("110.00")
        product = backend.product("LAMP")
        assert product is not None
        stock = {variant.id: variant.stock for variant in product.variants}
        assert stock["LAMP-BLACK"] == 3 + 2


def test_an_address_is_changed(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    carry_out(kept, shop.ada.id, preview(kept, shop.ada.id, ChangeAddress(NUMBER, LISBON)))
    with kept.backend() as backend:
        order = backend.order(shop.ada.id, NUMBER)
    assert order.address == {
        "address1": "Rua Augusta 9",
        "address2": "",
        "city": "Lisbon",
        "state": "",
        "zip": "1100-053",
        "country": "Portugal",
    }


def test_a_return_is_written_down_and_refunds_nothing_yet(kept: Kept, shop: SmallShop) -> None:
    line = shop.order("3 SHIRT-M", status=OrderState.DELIVERED).lines[0]
    kept.keep(shop)
    change = ReturnItems(NUMBER, (Pieces(line.id, 1), Pieces(line.id, 1)), "gift")
    carry_out(kept, shop.ada.id, preview(kept, shop.ada.id, change))
    with kept.backend() as backend:
        order = backend.order(shop.ada.id, NUMBER)
        assert (order.status, order.refunds) == ("return requested", [])
        (request,) = order.returns
        assert (request.kind, request.payment_method_id) == ("return", "gift")
        assert [part.quantity for part in request.lines] == [2]
        product = backend.product("SHIRT")
        assert product is not None
        assert all(variant.stock == 5 for variant in product.variants)


def test_the_same_request_changes_nothing_a_second_time(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M", paid={"gift": "25.00"})
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    for _ in range(2):
        order = carry_out(kept, shop.ada.id, plan, key="the same")
        assert order is not None
        assert order.status == "cancelled"
    with kept.backend() as backend:
        assert len(backend.order(shop.ada.id, NUMBER).refunds) == 1
        methods = {method.id: method for method in backend.payment_methods(shop.ada.id)}
        assert methods["gift"].balance == euros("75.00")


def test_another_request_of_the_same_is_refused(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    carry_out(kept, shop.ada.id, plan, key="first")
    with pytest.raises(WrongStatus):
        carry_out(kept, shop.ada.id, plan, key="second")


def test_the_rules_hold_for_every_backend(kept: Kept, shop: SmallShop) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    with pytest.raises(SameAddress):
        preview(kept, shop.ada.id, ChangeAddress(NUMBER, Address(**ADDRESS)))


def test_a_plan_that_would_do_something_else_now_is_given_back_renewed(
    kept: Kept, shop: SmallShop
) -> None:
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    (refund,) = plan.refunds
    confirmed = replace(plan, refunds=(replace(refund, amount=euros("99.00")),))
    with pytest.raises(PlanOutdated) as outdated:
        carry_out(kept, shop.ada.id, confirmed)
    assert outdated.value.plan == plan
    with kept.backend() as backend:
        assert backend.order(shop.ada.id, NUMBER).status == "pending"


def test_what_a_system_cannot_do_is_told_before_and_at_the_change(shop: SmallShop) -> None:
    kept = FarAway()
    shop.order("1 SHIRT-M")
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    change = ChangePayment(NUMBER, "paypal")
    with kept.backend() as backend:
        assert change.operation not in backend.operations
    with pytest.raises(OperationNotSupported):
        preview(kept, shop.ada.id, change)
    with pytest.raises(OperationNotSupported):
        carry_out(kept, shop.ada.id, replace(plan, change=change))


def test_a_system_that_takes_no_more_calls_does_all_or_nothing(shop: SmallShop) -> None:
    kept = FarAway()
    shop.order("1 SHIRT-M", paid={"gift": "25.00"})
    kept.keep(shop)
    plan = preview(kept, shop.ada.id, CANCEL)
    for calls in range(20):
        kept.platform.calls_left = calls
        try:
            carry_out(kept, shop.ada.id, plan)
        except BackendUnavailable:
            kept.platform.calls_left = 100
            with kept.backend() as backend:
                assert backend.order(shop.ada.id, NUMBER).status == "pending"
        else:
            break
    kept.platform.calls_left = 100
    with kept.backend() as backend:
        assert backend.order(shop.ada.id, NUMBER).status == "cancelled"
    assert calls > 3
