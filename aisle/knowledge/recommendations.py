"""What to recommend while a conversation goes on: turns its context into a search."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

_SAID_OF = {"product": "", "issue": "", "order": "order", "order_number": "order"}
"""Entities that say what it is about, and what is searched for instead of their value: the
number of an order stands in no article."""


class DialogueContext(Protocol):
    """What ``ConversationService.get_conversation_context`` gives, or anything like it."""

    @property
    def last_intent(self) -> str | None: ...

    @property
    def entities(self) -> Sequence[Mapping[str, Any]]:
        """Each with its ``type`` and ``value``."""


def query_of(context: DialogueContext) -> str:
    """Return the latest intent in words, then the PRODUCT, ORDER and ISSUE entities."""
    parts = [(context.last_intent or "").replace("_", " ")]
    for entity in context.entities:
        kind = str(entity["type"]).lower()
        if kind in _SAID_OF:
            parts.append(_SAID_OF[kind] or str(entity["value"]))
    return " ".join(dict.fromkeys(filter(None, parts)))
