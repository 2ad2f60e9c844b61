"""Picks the sentences of a passage that fit into a chat message."""

import re
from collections.abc import Iterator, Sequence

from aisle.knowledge.search.words import content_words

LONGEST_ANSWER = 420

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9#\"“(])")
_LIST_ITEM = re.compile(r"(?:-|\d+\.) ")


def excerpt(text: str, question: str, limit: int = LONGEST_ANSWER) -> str:
    """Return ``text``, or the run of whole sentences in it that shares most with the question.

    A single sentence longer than ``limit`` is cut between words and ends with "…".
    """
    if len(text) <= limit:
        return text
    words = content_words(question)
    runs = list(_runs(list(_sentences(text)), limit))
    best = max(runs, key=lambda run: len(words & content_words(run)))
    return _without_dangling_introduction(best)


def _runs(sentences: Sequence[str], limit: int) -> Iterator[str]:
    for start in range(len(sentences)):
        run = sentences[start].strip()
        if len(run) > limit:
            yield run[: limit - 1].rsplit(None, 1)[0] + "…"
            continue
        for sentence in sentences[start + 1 :]:
            longer = run + sentence.rstrip()
            if len(longer) > limit:
                break
            run = longer
        yield run


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences and list items, each with the space or line break before it."""
    for line in text.split("\n"):
        parts = [line] if _LIST_ITEM.match(line) else _SENTENCE_END.split(line)
        for number, part in enumerate(parts):
            yield (" " if number else "\n") + part


def _without_dangling_introduction(run: str) -> str:
    kept = re.split(r"(?<=[.!?])\s+(?=[^.!?\n]*:$)", run)
    return kept[0] if run.endswith(":") else run
