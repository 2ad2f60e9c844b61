"""Finds out which customer somebody is, and how well that is known."""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum, IntEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aisle.customers.credentials import Credentials, parse_credentials
from aisle.customers.models import Customer
from aisle.customers.names import split_name
from aisle.settings import Verification, get_settings

__all__ = [
    "MAX_ATTEMPTS",
    "Credentials",
    "Proof",
    "VerificationLevel",
    "find_customer",
    "is_somebody_else",
    "masked_email",
    "parse_credentials",
    "required_level",
]

MAX_ATTEMPTS = 3
"""Failed checks in one conversation after which a human takes over."""

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i"}
)
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


class VerificationLevel(IntEnum):
    """How well a customer is known: not at all, by contact data, by a one-time code."""

    NONE = 0
    CONTACT = 1
    CODE = 2


class Proof(str, Enum):
    """What a customer's identity rests on: a conversation's ``verified_by``."""

    CONTACT = "contact"
    CODE = "code"
    SHOP = "shop"
    """The shop's server or its signed token vouched for the customer."""


_LEVELS = {
    Verification.CONTACT: VerificationLevel.CONTACT,
    Verification.CODE: VerificationLevel.CODE,
}


def required_level(name: str) -> VerificationLevel:
    """Return how well a customer must be known for something, as the shop has set it.

    Args:
        name: a key of ``shop.verification`` in the settings: ``look_up``, ``show_payment``,
            or an operation such as ``cancel_order``.

    Raises:
        KeyError: there is no such key.
    """
    needs: dict[str, Verification] = dict(get_settings().shop.verification)
    return _LEVELS[needs[name]]


def find_customer(session: Session, credentials: Credentials) -> Customer | None:
    """Return the one customer whom the credentials fit, or None; never why not.

    The e-mail address is compared without case; names and ZIP code (of the default
    address) without case, accents, spaces, apostrophes and hyphens. When both are
    given and point at different customers, nobody is found.
    """
    found: dict[object, Customer] = {}
    if credentials.email:
        found.update((customer.id, customer) for customer in _by_email(session, credentials.email))
    if credentials.has_name_and_zip:
        found.update((customer.id, customer) for customer in _by_name(session, credentials))
    return next(iter(found.values())) if len(found) == 1 else None


def is_somebody_else(names: Iterable[str], customer: Customer) -> bool:
    """Whether one of the names, given in full, is another person's than the customer's."""
    return any(
        not _same_name(Credentials(first_name=first, last_name=last), customer)
        for first, last in map(split_name, names)
        if first and last
    )


def masked_email(customer: Customer) -> str:
    """Return enough of the address on file for its owner to know it: ``n***@example.com``.

    Empty when there is none.
    """
    if not customer.email:
        return ""
    name, _, domain = customer.email.partition("@")
    return f"{name[:1]}***@{domain}"


def _by_email(session: Session, email: str) -> list[Customer]:
    same = func.lower(Customer.email) == email.strip().lower()
    return list(session.execute(select(Customer).where(same)).scalars())


def _by_name(session: Session, credentials: Credentials) -> list[Customer]:
    zip_code = Customer.default_address["zip"].as_string()  # type: ignore[index]
    bare = func.upper(func.replace(func.replace(zip_code, " ", ""), "-", ""))
    wanted = _zip_key(credentials.zip_code or "")
    neighbours = session.execute(select(Customer).where(bare == wanted)).scalars()
    return [customer for customer in neighbours if _same_name(credentials, customer)]


def _zip_key(zip_code: str) -> str:
    without_country = re.sub(r"^(?!LV|LT)[A-Z]{1,2}-(?=\d{4,5}$)", "", zip_code.strip().upper())
    return re.sub(r"[\s-]", "", without_country)


def _same_name(credentials: Credentials, customer: Customer) -> bool:
    typed = (credentials.first_name or "", credentials.last_name or "")
    stored = (customer.first_name or "", customer.last_name or "")
    if not all(stored):
        return False
    return any(
        _keys(first + last) & _keys(stored_first + stored_last)
        for first, last, stored_first, stored_last in (
            (*typed, *stored),
            (*reversed(typed), *stored),
            (*typed, _first_part(stored[0]), stored[1]),
            (_first_part(typed[0]), typed[1], *stored),
        )
    )


def _first_part(first_name: str) -> str:
    return re.split(r"[\s-]", first_name.strip(), maxsplit=1)[0]


def _keys(name: str) -> set[str]:
    """A name's comparable spellings: "Müller" is both "muller" and "mueller"."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return {_letters_only(folded), _letters_only(folded.translate(_SPELT_OUT))} - {""}


def _letters_only(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(character for character in decomposed if character.isalnum())
