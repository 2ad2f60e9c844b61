"""An order's books: what was paid for it, and what that was paid for."""

from decimal import Decimal

from aisle.shop.models import Order, PaymentMethod
from aisle.shop.orders import OrderState, order_total

NOTHING = Decimal("0.00")


def paid(order: Order) -> Decimal:
    """Return payments less refunds, those on their way included."""
    payments = sum((payment.amount for payment in order.payments), NOTHING)
    return payments - sum((refund.amount for refund in order.refunds), NOTHING)


def value(order: Order) -> Decimal:
    """Return the price of what the customer keeps or returns in transit.

    That is shipping and all pieces, exchanged ones at the price of what replaces them; a
    return counts until it has arrived, a cancelled order is worth nothing. Whatever is done
    to an order by these rules, what was paid moves with this value.
    """
    if order.status == OrderState.CANCELLED:
        return NOTHING
    differences = (
        (line.replacement_price - line.order_line.price) * line.quantity
        for request in order.returns
        for line in request.lines
        if line.replacement_price is not None
    )
    return order_total(order) + sum(differences, NOTHING)


def paid_by_method(order: Order) -> list[tuple[PaymentMethod, Decimal]]:
    """Return the methods whose money the shop still holds and how much, in order of payment.

    The amounts add up to ``paid``, also where a method was refunded more than it had paid.
    """
    methods = {payment.method.id: payment.method for payment in order.payments}
    held = dict.fromkeys(methods, NOTHING)
    for payment in order.payments:
        held[payment.method.id] += payment.amount
    for refund in order.refunds:
        held[refund.method.id] = held.get(refund.method.id, NOTHING) - refund.amount
    left = paid(order)
    parts = []
    for method_id, method in methods.items():
        amount = min(held[method_id], left)
        if amount > 0:
            parts.append((method, amount))
            left -= amount
    return parts


def original_method(order: Order) -> PaymentMethod | None:
    """Return the method that paid for the order, of several the one that paid most."""
    parts = paid_by_method(order)
    return max(parts, key=lambda part: part[1])[0] if parts else None
