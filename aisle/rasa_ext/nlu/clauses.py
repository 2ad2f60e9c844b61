"""Where one wish in a message ends and the next begins."""

import re
from collections.abc import Iterator

from aisle.rasa_ext.nlu import clause_words as words
from aisle.shop.numbers import order_number_spans

MOST_CLAUSES = 6
"""Of one message; what follows belongs to the last."""

_SHORTEST_QUESTION_AFTER_COMMA = 4
"""Words; a shorter one asks for more about what stands before it."""

Span = tuple[int, int]


def clauses(text: str) -> list[Span]:
    """Return the parts of a message that each hold a wish, a question or a yes or no.

    Nothing is returned for a message that holds one. Parts that only explain ("they are too
    small", "good morning") belong to the wish that they stand beside. It errs towards one
    wish too few: lists of items, addresses and conditions are left whole.
    """
    pieces = list(_pieces(text))
    if len(pieces) < 2:
        return []
    kept = _stripped(text, _merged(text, pieces))
    return kept if len(kept) > 1 else []


def _pieces(text: str) -> Iterator[Span]:
    start = 0
    for boundary in words.BOUNDARY.finditer(text):
        inside_sentence = boundary["end"] is None
        end = boundary.start() if inside_sentence else boundary.end()
        if _answer_goes_on(text, start, boundary):
            continue
        if inside_sentence and _goes_on(text, start, boundary):
            continue
        if not words.LEAD.fullmatch(text[start:end] + " "):
            yield start, end
            start = end
    if text[start:].strip():
        yield start, len(text)


def _answer_goes_on(text: str, start: int, boundary: "re.Match[str]") -> bool:
    """Whether a yes or no is followed by what it is said to, as in "yes, cancel the order"."""
    answered = words.ANSWER.fullmatch(text, start, boundary.start()) is not None
    return answered and words.AFTER_ANSWER.match(text, boundary.end()) is not None


def _goes_on(text: str, start: int, boundary: "re.Match[str]") -> bool:
    """Whether the words after a comma or "and" belong to the wish before them."""
    said, following = text[start : boundary.start()], boundary.end()
    if words.GOES_ON.search(said):
        return True
    if boundary["joined"] == " " and words.ALSO_DO.match(text, following):
        return True  # "does that also cancel the order"
    asked = words.ASKED_AFTER_COMMA.match(text, following) if boundary["listed"] else None
    return asked is not None and (
        len(asked[0].split()) < _SHORTEST_QUESTION_AFTER_COMMA
        or words.POINTS_BACK.search(asked[0]) is not None
    )


def _merged(text: str, pieces: list[Span]) -> list[Span]:
    merged: list[Span] = []
    waiting: Span | None = None  # explains what comes next
    for start, end in pieces:
        added = words.ADDED.match(text, start, end) is not None
        ends_waiting = added and len(merged) + 1 < MOST_CLAUSES
        if waiting and ends_waiting and not words.COURTESY.fullmatch(text, *waiting):
            merged.append(waiting)
            waiting = None
        if (added or _stands(text, start, end)) and len(merged) < MOST_CLAUSES:
            merged.append((waiting[0] if waiting else start, end))
            waiting = None
        elif merged and waiting is None and _belongs_before(text, start, end, len(merged)):
            merged[-1] = (merged[-1][0], end)
        else:
            waiting = (waiting[0] if waiting else start, end)
    if waiting and merged:
        merged[-1] = (merged[-1][0], waiting[1])
    return merged


def _stands(text: str, start: int, end: int) -> bool:
    if words.ANSWER.fullmatch(text, start, end):
        return True
    if words.CONDITION.match(text, start, end) or words.COURTESY.fullmatch(text, start, end):
        return False
    opening = words.OPENING.match(text, start, end)
    start = opening.end() if opening else start
    lead = words.LEAD.match(text, start, end)
    said = lead.end() if lead else start
    if len(text[said:end].split()) < 2 or words.TAG.fullmatch(text, said, end):
        return False
    asked = text[said:end].rstrip().endswith("?") and not words.SEEKS_AGREEMENT.search(
        text[said:end]
    )
    return asked or words.WISH.match(text, said, end) is not None or _names_order(text[said:end])


def _names_order(clause: str) -> bool:
    """Whether it says something of an order, and not just its number."""
    spans = order_number_spans(clause)
    return bool(spans) and words.WISH.search(clause) is not None


def _belongs_before(text: str, start: int, end: int, merged: int) -> bool:
    courtesy = words.COURTESY.fullmatch(text, start, end) is not None
    points_back = words.POINTS_BACK.search(text, start, end) is not None
    return merged == MOST_CLAUSES or courtesy or points_back


def _stripped(text: str, spans: list[Span]) -> list[Span]:
    """Leave out what joins a clause to the one before it, and spaces."""
    stripped = []
    for start, end in spans:
        lead = (
            None if words.ANSWER.fullmatch(text, start, end) else words.LEAD.match(text, start, end)
        )
        first = lead.end() if lead else start
        last = start + len(text[start:end].rstrip(" \t\n,;"))
        if first < last:
            stripped.append((first, last))
    return stripped
