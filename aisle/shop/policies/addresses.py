"""Addresses that something can be sent to."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from aisle.shop.policies.changes import Address
from aisle.shop.policies.refusals import IncompleteAddress, SameAddress

REQUIRED = ("address1", "city", "zip", "country")


def new_address(address: Address, present: Mapping[str, Any] | None) -> Address:
    """Return the address without needless white space, when it may replace the present one.

    Raises:
        IncompleteAddress: a part is missing.
        SameAddress: the present one is the same but for capitals and white space.
    """
    tidy = Address(**{name: _tidy(text) for name, text in asdict(address).items()})
    missing = [name for name in REQUIRED if not getattr(tidy, name)]
    if missing:
        raise IncompleteAddress(missing)
    if present is not None and _compared(asdict(tidy)) == _compared(present):
        raise SameAddress
    return tidy


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _compared(address: Mapping[str, Any]) -> list[str]:
    return [_tidy(address.get(field.name) or "").casefold() for field in fields(Address)]
