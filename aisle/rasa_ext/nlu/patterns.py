"""Entities that need no training: fixed forms, and the shop's own words."""

import re
from typing import Any

from aisle.shop.catalogue import get_catalogue
from aisle.shop.numbers import order_number_spans

Entity = dict[str, Any]

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
AMOUNT = re.compile(
    r"[€£$]\s?\d[\d.,]*\d|[€£$]\s?\d"
    r"|\b\d(?:[\d.,]*\d)?\s?(?:€|£|\$|(?:eur|euros?|dollars?|pounds?)\b)",
    re.IGNORECASE,
)


def pattern_entities(text: str) -> list[Entity]:
    """Return the e-mail addresses, order numbers and amounts in a text."""
    spans = [("email", match.span()) for match in EMAIL.finditer(text)]
    spans += [("order_number", span) for span in order_number_spans(text)]
    spans += [("amount", match.span()) for match in AMOUNT.finditer(text)]
    return [_entity(kind, text, *span) for kind, span in spans]


def catalogue_entities(text: str) -> list[Entity]:
    """Return the products and product options that the shop sells, as the text names them."""
    catalogue = get_catalogue()
    products = catalogue.find_products(text)
    options = catalogue.find_options(text)
    found = [_entity("product", text, match.start, match.end) for match in products]
    return found + [_entity("option", text, match.start, match.end) for match in options]


def _entity(kind: str, text: str, start: int, end: int) -> Entity:
    return {
        "entity": kind,
        "value": text[start:end],
        "start": start,
        "end": end,
        "confidence_entity": 1.0,
    }
