"""What an agent reads first: who it is, what is wanted, how the customer feels."""

from collections.abc import Sequence

from aisle.conversations.models import Conversation
from aisle.conversations.verification import is_verified
from aisle.customers.identity import Proof

LONGEST_QUOTE = 200
MOST_QUOTES = 3

_PROOF = {
    Proof.CONTACT: "identity confirmed by contact data",
    Proof.CODE: "identity confirmed by code",
    Proof.SHOP: "identity confirmed by the shop",
}


def summarise(
    conversation: Conversation,
    *,
    request: str | None,
    order_number: str | None,
    said: Sequence[str],
    sentiment: Sequence[float],
    details: str = "",
) -> str:
    """Describe a conversation in one paragraph.

    Args:
        conversation: whose customer, when verified, is named.
        request: the intent of what is wanted, such as ``cancel_order``.
        order_number: the order it concerns.
        said: what the customer wrote, oldest first; the last few are quoted.
        sentiment: -1…1 for each of the customer's messages, oldest first.
        details: what is known of a change that is not made yet, and of further wishes.
    """
    parts = [_who(conversation)]
    if request:
        about = f", order {order_number}" if order_number else ""
        parts.append(f"wants: {request.replace('_', ' ')}{about}")
    if details:
        parts.append(details)
    quotes = [f"“{_shortened(text)}”" for text in said[-MOST_QUOTES:] if text.strip()]
    if quotes:
        parts.append("said: " + " ".join(quotes))
    parts.append(f"mood: {_mood(sentiment)}")
    return " · ".join(parts)


def _who(conversation: Conversation) -> str:
    customer = conversation.customer
    if customer is None or not is_verified(conversation):
        tries = conversation.failed_identity_checks
        failed = f", {tries} failed identity checks" if tries else ""
        return f"Unknown customer (not verified{failed})"
    proof = _PROOF[Proof(conversation.verified_by or Proof.CONTACT)]
    return f"{customer.first_name} {customer.last_name} ({proof})"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def _mood(sentiment: Sequence[float]) -> str:
    if not sentiment:
        return "neutral"
    latest = sentiment[-1]
    words = [(-0.6, "very upset"), (-0.2, "unhappy"), (0.4, "neutral"), (1.0, "friendly")]
    mood = next(word for limit, word in words if latest <= limit)
    if len(sentiment) > 1 and latest < sentiment[0] - 0.3:
        return f"{mood}, falling"
    return mood
