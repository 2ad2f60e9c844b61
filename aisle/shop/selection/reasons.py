"""Why a customer wants to cancel, read from their words."""

from collections.abc import Sequence
from functools import lru_cache

from aisle.shop.phrases import PhraseIndex, Token, tokenise
from aisle.shop.policies.changes import CancelReason
from aisle.shop.selection.words import word_set

_NOT_NEEDED = (
    "no longer needed", "no longer need", "no longer want", "no longer wanted",
    "no longer interested", "no longer require", "no longer required", "no longer have use",
    "dont need", "do not need", "didnt need", "not needed", "not need", "unneeded", "unwanted",
    "dont want", "do not want", "not want", "dont require", "no use for", "no need", "not required",
    "changed my mind", "change my mind", "changed our mind", "change of mind", "changed mind",
    "found cheaper", "cheaper elsewhere", "found for less", "found better", "better price",
    "better deal", "bought elsewhere", "got elsewhere", "got one elsewhere", "already have",
    "already got", "takes too long", "taking too long", "too late", "too slow", "too expensive",
    "cant afford", "cannot afford", "plans changed", "change of plans", "regret", "not interested",
    "lost interest", "found another", "found alternative", "bought another", "borrow",
)  # fmt: skip
_MISTAKE = (
    "by mistake", "mistake", "mistaken", "mistakenly", "in error", "by accident", "accident",
    "accidental", "accidentally", "ordered twice", "bought twice", "clicked twice", "double order",
    "ordered double", "duplicate", "duplicate order", "wrong item", "wrong one", "wrong product",
    "wrong thing", "wrong order", "wrong size", "wrong colour", "wrong model", "wrong variant",
    "wrong button", "wrong address", "wrong account", "wrong", "oops", "unintentionally",
    "unintended", "didnt mean to", "did not mean to", "not mean to", "not meant to",
    "never meant to", "inadvertently", "misclick", "misclicked", "my son ordered",
    "my daughter ordered", "my kid ordered", "my child ordered", "without my permission",
)  # fmt: skip
_FILLERS = word_set(
    "really actually even just simply it this that them these those anything the a an any all do "
    "have one already"
)
_NEGATIONS = frozenset({"not", "no", "wasnt", "isnt", "neither"})
_ORDINALS = {"first": CancelReason.NO_LONGER_NEEDED, "second": CancelReason.ORDERED_BY_MISTAKE}


def read_reason(text: str) -> CancelReason | None:
    """Return the reason that a text gives, or None.

    "The first" and "the second" count in the order of ``CancelReason``.
    """
    tokens = tokenise(text)
    lean = [token for token in tokens if token.key not in _FILLERS]
    found = [
        reason
        for words in (tokens, lean)
        for hit in _phrases().find(words)
        for reason in hit.values
        if not _is_denied(words, hit.first, reason)
    ]
    for reason in (CancelReason.ORDERED_BY_MISTAKE, CancelReason.NO_LONGER_NEEDED):
        if reason in found:
            return reason
    words = [token.key for token in lean]
    return _ORDINALS.get(words[0]) if len(words) == 1 else None


def _is_denied(tokens: Sequence[Token], first: int, reason: CancelReason) -> bool:
    before = {token.key for token in tokens[max(0, first - 2) : first]}
    return reason is CancelReason.ORDERED_BY_MISTAKE and bool(before & _NEGATIONS)


@lru_cache(maxsize=1)
def _phrases() -> PhraseIndex[CancelReason]:
    return PhraseIndex(
        [(phrase, CancelReason.NO_LONGER_NEEDED) for phrase in _NOT_NEEDED]
        + [(phrase, CancelReason.ORDERED_BY_MISTAKE) for phrase in _MISTAKE]
    )
