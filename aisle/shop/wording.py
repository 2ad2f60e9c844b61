"""Pieces of plain English for what the assistant says."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from aisle.settings import get_settings
from aisle.shop.models import Order, OrderLine, PaymentMethod

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = _NUMBERS.split()
_UNCOUNTABLE = frozenset({"linen", "bedding", "furniture", "equipment", "luggage", "clothing"})
_PAIRS = (
    "boots shoes socks gloves mittens jeans trousers shorts poles earbuds headphones trainers "
    "sneakers sandals slippers glasses sunglasses scissors"
)
_IN_PAIRS = frozenset(_PAIRS.split())
_IRREGULAR_PLURALS = {"mouse": "mice", "knife": "knives", "foot": "feet", "man": "men"}
_AN_BEFORE_CONSONANT = re.compile(r"(?:hour|honest|heir)", re.IGNORECASE)
_A_BEFORE_VOWEL = re.compile(r"(?:uni|use|usu|usb|uk|eu|one|once)", re.IGNORECASE)
_SPELT_LIKE_VOWEL = frozenset("AEFHILMNORSX")
_PROPER_NAMES = frozenset({"Bluetooth", "German", "French", "Swiss", "Damascus", "Juniper"})
_CLEAR_KEYS = ("color", "colour", "material", "size")
_METHOD_NAMES = {"paypal": "PayPal", "gift_card": "gift card", "ideal": "iDEAL"}


def spoken_date(day: date, today: date) -> str:
    """Return "today", "on Thursday" (up to six days away), "on 8 November" and the like."""
    distance = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if distance in near:
        return near[distance]
    if abs(distance) <= 6:
        return f"on {day:%A}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"on {day.day} {day:%B}{year}"


def spoken_list(items: Sequence[str]) -> str:
    """Return "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def spoken_lines(lines: Iterable[OrderLine]) -> str:
    """Return "a mechanical keyboard and two headlamps"; pieces of one product are added up."""
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.variant.product.name] += line.quantity
    return spoken_list([spoken_item(name, quantity) for name, quantity in pieces.items()])


def spoken_item(name: str, quantity: int = 1) -> str:
    """Return "an office chair", "two headlamps", "hiking boots", "two pairs of jeans"."""
    words = lower_name(name)
    last = words.split()[-1]
    many = last in _UNCOUNTABLE or _is_plural(last)
    if quantity == 1:
        return words if many else f"{_article(words)} {words}"
    number = _NUMBER_WORDS[quantity] if quantity < len(_NUMBER_WORDS) else str(quantity)
    if many:
        return f"{number} {'pairs' if last in _IN_PAIRS else 'sets'} of {words}"
    return f"{number} {words[: -len(last)]}{_plural(last)}"


def lower_name(name: str) -> str:
    """Return a product's name as it stands in a sentence: "T-shirt", "LED lamp", "office chair"."""
    return " ".join(_lower_word(word) for word in name.split())


def dated_number(order: Order) -> str:
    """Return "#W1000871 of 8 November", or the number alone where the day is not known."""
    day = order.placed_at
    return f"{order.id} of {day.day} {day:%B}" if day else order.id


def short_order(order: Order) -> str:
    """Return "#W1000871 of 8 November: a desk lamp", with at most two articles by name."""
    pieces: Counter[str] = Counter()
    for line in order.lines:
        pieces[line.variant.product.name] += line.quantity
    named = [spoken_item(name, quantity) for name, quantity in list(pieces.items())[:2]]
    more = [f"{len(pieces) - 2} more"] if len(pieces) > 2 else []
    return f"{dated_number(order)}: {spoken_list([*named, *more])}"


def described_line(line: OrderLine) -> str:
    """Return "2 × Desk Lamp (white, medium)"; one piece comes without its number."""  # noqa: RUF002
    options = spoken_options(line.variant.options)
    count = f"{line.quantity} × " if line.quantity > 1 else ""  # noqa: RUF001
    return count + line.variant.product.name + (f" ({options})" if options else "")


def described_pieces(line: OrderLine, quantity: int) -> str:
    """Return "desk lamp (white, medium)" or "2 headlamps (black)", as it stands in a sentence."""
    options = spoken_options(line.variant.options)
    name = lower_name(line.variant.product.name)
    if quantity > 1:
        name = spoken_item(line.variant.product.name, quantity)
    return name + (f" ({options})" if options else "")


def detailed_line(line: OrderLine) -> str:
    """Return "2 × Desk Lamp (white, medium), €39.90 each"."""  # noqa: RUF002
    each = " each" if line.quantity > 1 else ""
    return f"{described_line(line)}, {money(line.price)}{each}"


def spoken_options(options: Mapping[str, str]) -> str:
    """Return "black, 1000ml, armrest: fixed": the option is named where its value is not clear.

    Colours, materials, sizes in letters and quantities with a unit speak for themselves.
    """
    return ", ".join(
        str(value) if _speaks_for_itself(key, str(value)) else f"{key}: {value}"
        for key, value in options.items()
    )


def spoken_tracking(tracking_number: str, carrier: str | None) -> str:
    """Return "DHL tracking number 300418825571"; the carrier may be unknown."""
    return f"{carrier + ' ' if carrier else ''}tracking number {tracking_number}"


def spoken_address(address: Mapping[str, str | None]) -> str:
    """Return "Hauptstr. 3, 01099 Dresden, Germany" or "9 Oak St, Suite 2, Denver, CO 80279, USA".

    The keys are the fields of ``aisle.shop.policies.changes.Address``.
    """
    city, code, state = (address.get(key) or "" for key in ("city", "zip", "state"))
    place = [city, f"{state} {code}"] if state else [f"{code} {city}"]
    street, country = [address.get("address1"), address.get("address2")], address.get("country")
    parts = [(part or "").strip() for part in (*street, *place, country)]
    return ", ".join(part for part in parts if part)


def money(amount: Decimal) -> str:
    """Return "€1,479.15", in the shop's currency: "CHF 5.00" where that is a code."""
    currency = get_settings().shop.currency
    space = " " if currency[-1].isalpha() else ""
    return f"{'-' if amount < 0 else ''}{currency}{space}{abs(amount):,.2f}"


def payment_method_name(method: PaymentMethod) -> str:
    """Return "credit card ending in 2478", "PayPal" or "gift card"."""
    name = _METHOD_NAMES.get(method.source, method.source.replace("_", " "))
    return f"{name} ending in {method.last_four}" if method.last_four else name


def _speaks_for_itself(key: str, value: str) -> bool:
    has_letter, has_digit = re.search(r"[^\W\d_]", value), re.search(r"\d", value)
    if has_letter and has_digit:
        return True
    return bool(has_letter) and key.casefold().endswith(_CLEAR_KEYS)


def _lower_word(word: str) -> str:
    letter, hyphen, rest = word.partition("-")
    if hyphen and len(letter) == 1:
        return f"{letter}-{rest.lower()}"
    is_acronym = sum(character.isupper() for character in word) > 1 and "-" not in word
    return word if is_acronym or word in _PROPER_NAMES else word.lower()


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _plural(word: str) -> str:
    if word in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    if word.endswith("elf"):
        return f"{word[:-1]}ves"
    return f"{word}s"


def _article(words: str) -> str:
    first = words.split()[0]
    if re.fullmatch(r"[A-Z]{2,}", first):
        return "an" if first[0] in _SPELT_LIKE_VOWEL else "a"
    if _AN_BEFORE_CONSONANT.match(first):
        return "an"
    vowel = first[0].lower() in "aeiou" and not _A_BEFORE_VOWEL.match(first)
    return "an" if vowel else "a"
