"""What changes do, in amounts, and why others are refused."""

from dataclasses import replace

import pytest

from aisle.shop.models import Order, OrderLine, Refund
from aisle.shop.orders import OrderState
from aisle.shop.policies.changes import (
    Address,
    CancelOrder,
    CancelReason,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItems,
    OrderChange,
    Pieces,
    ReturnItems,
    Swap,
)
from aisle.shop.policies.plan import MoneyMove, Plan
from aisle.shop.policies.planning import make_plan, plan_default_address
from aisle.shop.policies.refusals import (
    GiftCardTooSmall,
    IncompleteAddress,
    ItemsAlreadyChanged,
    MethodMissing,
    NothingChosen,
    NotInOrder,
    NotOwnMethod,
    OtherProduct,
    RefundElsewhere,
    SameAddress,
    SameMethod,
    SameVariant,
    SoldOut,
    TooManyPieces,
    WrongStatus,
)
from tests.shop.policies.small_shop import ADDRESS, SmallShop, euros

NUMBER = "#W0000001"
CANCEL = CancelOrder(NUMBER, CancelReason.NO_LONGER_NEEDED)


def plan(shop: SmallShop, change: OrderChange) -> Plan:
    order = shop.orders[change.order_number]
    return make_plan(change, order, shop.ada_methods, shop.variants)


def move(method: str, amount: str) -> MoneyMove:
    return MoneyMove(method, euros(amount), at_once=method == "gift")


def refunded(order: Order, shop: SmallShop, method: str, amount: str) -> None:
    """Money that went back before."""
    refund = Refund(payment_method_id=method, method=shop.methods[method], amount=euros(amount))
    order.refunds.append(refund)


def swap(line: OrderLine, variant_id: str, quantity: int = 1) -> Swap:
    return Swap(line.id, quantity, variant_id)


class TestCancelling:
    def test_refunds_the_total_to_the_card_that_paid(self, shop: SmallShop) -> None:
        shop.order("2 LAMP-BLACK", "1 SHIRT-M at 18.00", shipping="5.00")
        assert plan(shop, CANCEL) == Plan(CANCEL, "cancelled", refunds=(move("card", "103.00"),))

    def test_each_method_gets_back_what_it_paid_and_the_gift_card_at_once(
        self, shop: SmallShop
    ) -> None:
        shop.order("1 LAMP-BLACK", paid={"gift": "30.00", "card": "15.00"})
        expected = (move("gift", "30.00"), move("card", "15.00"))
        assert plan(shop, CANCEL).refunds == expected

    def test_what_was_refunded_before_is_not_refunded_again(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", paid={"gift": "30.00", "card": "15.00"})
        refunded(order, shop, "gift", "30.00")
        refunded(order, shop, "paypal", "5.00")
        assert plan(shop, CANCEL).refunds == (move("card", "10.00"),)

    def test_needs_a_pending_order(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-BLACK", status=OrderState.PROCESSED)
        with pytest.raises(WrongStatus):
            plan(shop, CANCEL)


class TestAddress:
    NEW = Address("Rua Augusta 9", "Lisbon", "1100-053", "Portugal")

    def test_is_tidied_and_moves_no_money(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-BLACK")
        untidy = replace(self.NEW, address1="  Rua  Augusta 9 ", city="Lisbon\n")
        assert plan(shop, ChangeAddress(NUMBER, untidy)) == Plan(
            ChangeAddress(NUMBER, self.NEW), "pending"
        )

    def test_needs_street_city_zip_and_country(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-BLACK")
        with pytest.raises(IncompleteAddress) as refusal:
            plan(shop, ChangeAddress(NUMBER, replace(self.NEW, zip="", country="  ")))
        assert refusal.value.missing == ["zip", "country"]

    def test_the_present_one_is_no_change_however_it_is_written(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-BLACK")
        same = Address("storgatan  12", "MALMÖ", "211 42", "Sweden ")
        with pytest.raises(SameAddress):
            plan(shop, ChangeAddress(NUMBER, same))

    def test_another_flat_in_the_house_is_a_change(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-BLACK")
        flat = Address("Storgatan 12", "Malmö", "211 42", "Sweden", address2="3rd floor")
        assert plan(shop, ChangeAddress(NUMBER, flat)).status == "pending"

    def test_of_the_account_follows_the_same_rules_and_concerns_no_order(self) -> None:
        change = ChangeDefaultAddress(self.NEW)
        assert plan_default_address(change, ADDRESS) == Plan(change, None)
        assert plan_default_address(change, None) == Plan(change, None)
        with pytest.raises(SameAddress):
            plan_default_address(ChangeDefaultAddress(Address(**ADDRESS)), ADDRESS)
        with pytest.raises(IncompleteAddress):
            plan_default_address(ChangeDefaultAddress(replace(self.NEW, city="")), ADDRESS)


class TestPayment:
    def test_the_new_method_pays_all_and_the_old_one_is_refunded(self, shop: SmallShop) -> None:
        shop.order("2 LAMP-BLACK")
        assert plan(shop, ChangePayment(NUMBER, "paypal")) == Plan(
            ChangePayment(NUMBER, "paypal"),
            "pending",
            payments=(move("paypal", "85.00"),),
            refunds=(move("card", "85.00"),),
        )

    def test_a_gift_card_that_just_covers_the_total_will_do(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-WHITE", shipping="5.00")
        assert plan(shop, ChangePayment(NUMBER, "gift")).payments == (move("gift", "50.00"),)

    def test_a_gift_card_one_cent_too_small_will_not(self, shop: SmallShop) -> None:
        shop.order("1 LAMP-WHITE", shipping="5.01")
        with pytest.raises(GiftCardTooSmall) as refusal:
            plan(shop, ChangePayment(NUMBER, "gift"))
        assert (refusal.value.balance, refusal.value.needed) == (euros("50.00"), euros("50.01"))

    @pytest.mark.parametrize("method", ["card", "gift"])
    def test_the_present_methods_are_no_change(self, shop: SmallShop, method: str) -> None:
        shop.order("1 LAMP-BLACK", paid={"gift": "30.00", "card": "15.00"})
        with pytest.raises(SameMethod):
            plan(shop, ChangePayment(NUMBER, method))

    def test_a_method_that_was_refunded_in_full_may_pay_again(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", paid={"paypal": "45.00", "card": "45.00"})
        refunded(order, shop, "paypal", "45.00")
        assert plan(shop, ChangePayment(NUMBER, "paypal")).refunds == (move("card", "45.00"),)

    @pytest.mark.parametrize("method", ["bea", "unheard-of"])
    def test_only_the_customers_own_methods(self, shop: SmallShop, method: str) -> None:
        shop.order("1 LAMP-BLACK")
        with pytest.raises(NotOwnMethod):
            plan(shop, ChangePayment(NUMBER, method))


class TestChangingItems:
    def test_a_dearer_variant_is_paid_for_at_its_present_price(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", "2 SHIRT-M at 18.00")
        change = ChangeItems(
            NUMBER,
            (swap(order.lines[0], "LAMP-WHITE"), swap(order.lines[1], "SHIRT-L", 2)),
            "paypal",
        )
        assert plan(shop, change) == Plan(
            change,
            "pending (items modified)",
            payments=(move("paypal", "9.00"),),  # 45 - 40, and twice 20 - 18
            difference=euros("9.00"),
        )

    def test_a_cheaper_variant_is_refunded_to_the_named_method(self, shop: SmallShop) -> None:
        order = shop.order("3 SHIRT-M")
        change = ChangeItems(NUMBER, (swap(order.lines[0], "SHIRT-S", 2),), "gift")
        assert plan(shop, change) == Plan(
            change,
            "pending (items modified)",
            refunds=(move("gift", "8.02"),),
            difference=euros("-8.02"),
        )

    def test_needs_no_method_when_nothing_is_left_to_pay(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M")
        swaps = (swap(order.lines[0], "SHIRT-L"),)
        assert plan(shop, ChangeItems(NUMBER, swaps)).difference == 0
        named = plan(shop, ChangeItems(NUMBER, swaps, "paypal"))
        assert (named.payments, named.refunds) == ((), ())

    @pytest.mark.parametrize(("target", "difference"), [("WHITE", "5.00"), ("RED", "-5.00")])
    def test_asks_for_a_method_when_there_is_a_difference(
        self, shop: SmallShop, target: str, difference: str
    ) -> None:
        shop.variants["LAMP-RED"].stock = 1
        order = shop.order("1 LAMP-BLACK")
        with pytest.raises(MethodMissing) as refusal:
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], f"LAMP-{target}"),)))
        assert refusal.value.difference == euros(difference)

    def test_a_gift_card_must_cover_the_difference_only(self, shop: SmallShop) -> None:
        order = shop.order("2 LAMP-BLACK")
        white = ChangeItems(NUMBER, (swap(order.lines[0], "LAMP-WHITE", 2),), "gift")
        assert plan(shop, white).payments == (move("gift", "10.00"),)
        gold = ChangeItems(NUMBER, (swap(order.lines[0], "LAMP-GOLD"),), "gift")
        with pytest.raises(GiftCardTooSmall) as refusal:
            plan(shop, gold)
        assert (refusal.value.balance, refusal.value.needed) == (euros("50.00"), euros("100.00"))

    def test_an_empty_gift_card_takes_a_refund(self, shop: SmallShop) -> None:
        shop.methods["gift"].balance = None
        order = shop.order("1 SHIRT-M")
        change = ChangeItems(NUMBER, (swap(order.lines[0], "SHIRT-S"),), "gift")
        assert plan(shop, change).refunds == (move("gift", "4.01"),)

    def test_somebody_elses_method_is_refused_even_without_a_difference(
        self, shop: SmallShop
    ) -> None:
        order = shop.order("1 SHIRT-M")
        with pytest.raises(NotOwnMethod):
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "SHIRT-L"),), "bea"))

    def test_another_product_is_refused(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK")
        with pytest.raises(OtherProduct) as refusal:
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "SHIRT-M"),), "card"))
        assert (refusal.value.name, refusal.value.other) == ("Desk Lamp", "T-Shirt")

    def test_the_variant_that_it_is_already_is_refused(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK")
        with pytest.raises(SameVariant):
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "LAMP-BLACK"),)))

    def test_a_variant_that_is_sold_out_is_refused(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK")
        with pytest.raises(SoldOut) as refusal:
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "LAMP-RED"),), "card"))
        assert (refusal.value.name, refusal.value.options) == ("Desk Lamp", {"color": "red"})

    def test_a_variant_that_the_shop_no_longer_has_is_sold_out(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK")
        with pytest.raises(SoldOut):
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "LAMP-BLUE"),), "card"))

    def test_stock_must_do_for_all_swaps_together(self, shop: SmallShop) -> None:
        order = shop.order("2 LAMP-BLACK", "1 LAMP-GOLD")
        both = (swap(order.lines[0], "LAMP-WHITE", 2), swap(order.lines[1], "LAMP-WHITE"))
        with pytest.raises(SoldOut) as refusal:
            plan(shop, ChangeItems(NUMBER, both, "card"))
        assert refusal.value.stock == 2

    def test_pieces_of_a_line_may_become_different_variants(self, shop: SmallShop) -> None:
        order = shop.order("3 SHIRT-M")
        parts = (swap(order.lines[0], "SHIRT-L", 2), swap(order.lines[0], "SHIRT-S", 1))
        assert plan(shop, ChangeItems(NUMBER, parts, "card")).difference == euros("-4.01")

    def test_more_pieces_than_ordered_are_refused_also_in_parts(self, shop: SmallShop) -> None:
        order = shop.order("2 SHIRT-M")
        parts = (swap(order.lines[0], "SHIRT-L", 2), swap(order.lines[0], "SHIRT-S", 1))
        with pytest.raises(TooManyPieces) as refusal:
            plan(shop, ChangeItems(NUMBER, parts, "card"))
        assert (refusal.value.name, refusal.value.ordered) == ("T-Shirt", 2)

    def test_lines_of_another_order_are_refused(self, shop: SmallShop) -> None:
        shop.order("1 SHIRT-M")
        other = shop.order("1 SHIRT-M", number="#W0000002")
        with pytest.raises(NotInOrder):
            plan(shop, ChangeItems(NUMBER, (swap(other.lines[0], "SHIRT-L"),)))

    @pytest.mark.parametrize("quantity", [0, -1, None])
    def test_something_must_be_chosen(self, shop: SmallShop, quantity: int | None) -> None:
        order = shop.order("1 SHIRT-M")
        swaps = () if quantity is None else (swap(order.lines[0], "SHIRT-L", quantity),)
        with pytest.raises(NothingChosen):
            plan(shop, ChangeItems(NUMBER, swaps))

    def test_once_per_order(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M", status=OrderState.ITEMS_MODIFIED)
        with pytest.raises(ItemsAlreadyChanged):
            plan(shop, ChangeItems(NUMBER, (swap(order.lines[0], "SHIRT-L"),)))


class TestReturning:
    def returned(self, order: Order, method: str | None = None, pieces: int = 1) -> ReturnItems:
        return ReturnItems(NUMBER, (Pieces(order.lines[0].id, pieces),), method)

    def test_the_price_paid_goes_back_the_original_way_when_the_items_are_back(
        self, shop: SmallShop
    ) -> None:
        order = shop.order("3 SHIRT-M at 18.00", status=OrderState.DELIVERED)
        change = self.returned(order, pieces=2)
        assert plan(shop, change) == Plan(
            change, "return requested", refund_later=move("card", "36.00")
        )

    def test_a_gift_card_may_take_the_refund(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M", status=OrderState.DELIVERED)
        later = plan(shop, self.returned(order, "gift")).refund_later
        assert later == MoneyMove("gift", euros("20.00"), at_once=True)

    def test_the_original_method_may_be_named(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M", status=OrderState.DELIVERED)
        assert plan(shop, self.returned(order, "card")).refund_later == move("card", "20.00")

    def test_of_several_original_methods_the_one_that_paid_most_is_meant(
        self, shop: SmallShop
    ) -> None:
        order = shop.order(
            "1 LAMP-BLACK", paid={"gift": "10.00", "card": "35.00"}, status=OrderState.DELIVERED
        )
        assert plan(shop, self.returned(order)).refund_later == move("card", "40.00")

    def test_any_other_method_is_refused(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M", status=OrderState.DELIVERED)
        with pytest.raises(RefundElsewhere):
            plan(shop, self.returned(order, "paypal"))
        with pytest.raises(NotOwnMethod):
            plan(shop, self.returned(order, "bea"))

    def test_never_more_goes_back_than_was_paid(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", status=OrderState.DELIVERED, shipping="0.00")
        refunded(order, shop, "card", "15.00")
        assert plan(shop, self.returned(order)).refund_later == move("card", "25.00")

    def test_without_an_original_payment_a_method_must_be_named(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", status=OrderState.DELIVERED)
        refunded(order, shop, "card", "45.00")
        with pytest.raises(MethodMissing):
            plan(shop, self.returned(order))

    def test_more_pieces_than_ordered_are_refused(self, shop: SmallShop) -> None:
        order = shop.order("2 SHIRT-M", status=OrderState.DELIVERED)
        with pytest.raises(TooManyPieces):
            plan(shop, self.returned(order, pieces=3))

    @pytest.mark.parametrize("status", [OrderState.PENDING, OrderState.RETURN_REQUESTED])
    def test_needs_a_delivered_order(self, shop: SmallShop, status: OrderState) -> None:
        order = shop.order("1 SHIRT-M", status=status)
        with pytest.raises(WrongStatus):
            plan(shop, self.returned(order))


class TestExchanging:
    def test_settles_the_difference_as_a_change_of_items_does(self, shop: SmallShop) -> None:
        order = shop.order("2 LAMP-BLACK", status=OrderState.DELIVERED)
        change = ExchangeItems(NUMBER, (swap(order.lines[0], "LAMP-WHITE", 2),), "gift")
        assert plan(shop, change) == Plan(
            change,
            "exchange requested",
            payments=(move("gift", "10.00"),),
            difference=euros("10.00"),
        )

    def test_follows_the_same_rules_about_variants(self, shop: SmallShop) -> None:
        order = shop.order("1 LAMP-BLACK", status=OrderState.DELIVERED)
        refusals = {
            "LAMP-BLACK": SameVariant,
            "LAMP-RED": SoldOut,
            "SHIRT-M": OtherProduct,
            "LAMP-WHITE": MethodMissing,
        }
        for target, refusal in refusals.items():
            with pytest.raises(refusal):
                plan(shop, ExchangeItems(NUMBER, (swap(order.lines[0], target),)))

    def test_needs_a_delivered_order(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M")
        with pytest.raises(WrongStatus):
            plan(shop, ExchangeItems(NUMBER, (swap(order.lines[0], "SHIRT-L"),)))

    def test_something_must_be_known_to_settle_it_with(self, shop: SmallShop) -> None:
        order = shop.order("1 SHIRT-M", status=OrderState.DELIVERED)
        refunded(order, shop, "card", "25.00")
        with pytest.raises(MethodMissing):
            plan(shop, ExchangeItems(NUMBER, (swap(order.lines[0], "SHIRT-L"),)))
