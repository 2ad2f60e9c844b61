"""What each status of a conversation allows.

``active``: the bot answers. ``escalated``: a human has it, the bot is silent.
``resolved``: done; the customer's next message makes it active again.
``closed``: done for good.
"""

from aisle.conversations.errors import MessageNotAllowed, StatusNotAllowed

ACTIVE, ESCALATED, RESOLVED, CLOSED = "active", "escalated", "resolved", "closed"

CUSTOMER, BOT, AGENT, SYSTEM = "customer", "bot", "agent", "system"
SENDERS = (CUSTOMER, BOT, AGENT, SYSTEM)

_NEXT = {
    ACTIVE: {ESCALATED, RESOLVED, CLOSED},
    ESCALATED: {ACTIVE, RESOLVED, CLOSED},
    RESOLVED: {ACTIVE, ESCALATED, CLOSED},
    CLOSED: set[str](),
}
_MAY_WRITE = {
    ACTIVE: {CUSTOMER, BOT, SYSTEM},
    ESCALATED: {CUSTOMER, AGENT, SYSTEM},
    RESOLVED: {CUSTOMER, SYSTEM},
    CLOSED: set[str](),
}
_WHY_NOT = {
    (ACTIVE, AGENT): "the bot has it; set its status to escalated first",
    (ESCALATED, BOT): "a human has it; set its status to active first",
    (RESOLVED, AGENT): "it is resolved; set its status to escalated first",
    (RESOLVED, BOT): "it is resolved; set its status to active first",
}


def check_change(status: str, wanted: str) -> None:
    """Raise StatusNotAllowed unless a conversation may go from one status to the other."""
    if wanted != status and wanted not in _NEXT[status]:
        raise StatusNotAllowed(f"A {status} conversation cannot become {wanted}")


def check_sender(status: str, sender_type: str) -> None:
    """Raise MessageNotAllowed unless ``sender_type`` may write into such a conversation."""
    if sender_type not in _MAY_WRITE[status]:
        reason = _WHY_NOT.get((status, sender_type), "it is closed; open a new one")
        raise MessageNotAllowed(
            f"This conversation takes no message from sender_type {sender_type}: {reason}"
        )
