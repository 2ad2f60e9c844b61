"""What the bot says about the catalogue: facts only, no opinions."""

import re
from collections.abc import Iterable

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.shop.backend.chosen import get_backend
from aisle.shop.catalogue import OptionMatch, get_catalogue, variants_matching
from aisle.shop.models import Product, Variant
from aisle.shop.wording import lower_name, money

_ASKS_FOR_OPINION = re.compile(r"\b(?:best|better|recommend\w*|should i (?:buy|get|take))\b", re.I)
MOST_CHOICES = 6
LONGEST_FOLLOW_UP = 6
"""Words."""


def tell_availability(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    product = _product(session, turn)
    wanted = _options(turn, product)
    variants = variants_matching(product, wanted)
    name, choice = lower_name(product.name), _choice(wanted)
    in_stock = [variant for variant in variants if variant.stock > 0]
    if not variants:
        _say_no_such_variant(dispatcher, product, choice)
    elif not in_stock:
        dispatcher.utter_message(
            response="utter_product_sold_out", product=name, choice=_in(choice)
        )
    elif wanted:
        dispatcher.utter_message(
            response="utter_product_available", product=name, choice=_in(choice)
        )
    else:
        dispatcher.utter_message(
            response="utter_product_available_in", product=name, choices=_choices(in_stock)
        )
    return [SlotSet("product_id", product.id)]


def tell_price(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    product = _product(session, turn)
    wanted = _options(turn, product)
    variants = variants_matching(product, wanted)
    prices = sorted({variant.price for variant in variants})
    name = lower_name(product.name)
    if not prices:
        _say_no_such_variant(dispatcher, product, _choice(wanted))
    elif len(prices) == 1:
        dispatcher.utter_message(
            response="utter_product_price_one",
            product=name + _in(_choice(wanted)),
            price=money(prices[0]),
        )
    else:
        dispatcher.utter_message(
            response="utter_product_price_range",
            product=name + _in(_choice(wanted)),
            lowest=money(prices[0]),
            highest=money(prices[-1]),
            options=_options_offered(variants),
        )
    return [SlotSet("product_id", product.id)]


def tell_information(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    product = _product(session, turn)
    if _ASKS_FOR_OPINION.search(turn.text):
        dispatcher.utter_message(response="utter_no_recommendation")
    prices = sorted({variant.price for variant in product.variants})
    price = money(prices[0])
    dispatcher.utter_message(
        response=(
            "utter_product_information" if product.description else "utter_product_information_bare"
        ),
        product=lower_name(product.name),
        description=product.description,
        options=_options_offered(product.variants),
        price=price if len(prices) == 1 else f"{price} to {money(prices[-1])}",
    )
    return [SlotSet("product_id", product.id)]


def is_follow_up(turn: Turn) -> bool:
    """Whether a short message only names options of the product talked about: "and in blue?"."""
    product_id = turn.slot("product_id")
    if product_id is None or len(turn.text.split()) > LONGEST_FOLLOW_UP:
        return False
    return bool(get_catalogue().find_options(turn.text, product_id))


TELL = {
    "product_availability": tell_availability,
    "product_price": tell_price,
    "product_information": tell_information,
}
"""By intent."""


def _product(session: Session, turn: Turn) -> Product:
    product = get_backend(session).product(turn.slot("product_id"))
    assert product is not None  # the form takes ids from the catalogue only
    return product


def _options(turn: Turn, product: Product) -> list[OptionMatch]:
    return get_catalogue().find_options(turn.text, product.id)


def _choice(wanted: Iterable[OptionMatch]) -> str:
    return ", ".join(dict.fromkeys(match.value for match in wanted))


def _in(choice: str) -> str:
    return f" in {choice}" if choice else ""


def _say_no_such_variant(dispatcher: CollectingDispatcher, product: Product, choice: str) -> None:
    dispatcher.utter_message(
        response="utter_product_no_such_variant",
        product=lower_name(product.name),
        choice=choice,
        choices=_options_offered(product.variants),
    )


def _choices(variants: Iterable[Variant]) -> str:
    described = [", ".join(variant.options.values()) for variant in variants]
    shown = described[:MOST_CHOICES]
    more = len(described) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _options_offered(variants: Iterable[Variant]) -> str:
    """Return "color: black or white; size: M, L or XL"."""
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for key, value in variant.options.items():
            values.setdefault(key, {})[value] = None
    return "; ".join(f"{key}: {', '.join(found)}" for key, found in values.items())
