"""Who may call: the shop's server, a visitor, a customer that the shop vouches for."""

from dataclasses import dataclass
from uuid import UUID


class AccessDenied(Exception):
    """The caller may not do this; the message repeats nothing of what was presented."""


@dataclass(frozen=True)
class ShopServer:
    """May act in every conversation. ``name`` tells callers apart and is no secret."""

    name: str


@dataclass(frozen=True)
class Visitor:
    """May read and write one conversation."""

    conversation_id: UUID


@dataclass(frozen=True)
class SignedCustomer:
    """A customer of the shop, as the shop's own server has signed."""

    external_id: str


Caller = ShopServer | Visitor | SignedCustomer
