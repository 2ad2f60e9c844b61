"""The mail that tells a customer how to send items back."""

from collections.abc import Sequence

from aisle.customers.models import Customer
from aisle.mail.messages import Mail
from aisle.settings import get_settings
from aisle.shop.policies.changes import ExchangeItems, ReturnItems

_AFTERWARDS = {
    ReturnItems: "When the parcel is here and checked, we refund what was agreed in the chat.",
    ExchangeItems: "When the parcel is here, we send you the replacement.",
}
_KINDS = {ReturnItems: "return", ExchangeItems: "exchange"}


def instructions_mail(
    customer: Customer, change: ReturnItems | ExchangeItems, items: Sequence[str]
) -> Mail:
    """Return the instructions for a return or an exchange, in the shop's own words.

    Args:
        customer: who has an e-mail address.
        change: what was requested.
        items: each of the items, in words.
    """
    shop = get_settings().shop
    kind = _KINDS[type(change)]
    text = shop.return_instructions.read_text(encoding="utf-8").format(
        first_name=customer.first_name,
        kind=kind,
        order_number=change.order_number,
        items="\n".join(f"- {item}" for item in items),
        afterwards=_AFTERWARDS[type(change)],
        shop=shop.name,
    )
    return Mail(customer.email or "", f"Your {kind} for order {change.order_number}", text)
