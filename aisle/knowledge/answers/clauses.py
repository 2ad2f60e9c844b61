"""The parts of sentences that say one thing each, and whether they say or deny it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aisle.knowledge.answers.facts import facts
from aisle.knowledge.answers.sources import Source
from aisle.knowledge.search.words import content_words

_LIST_ITEM = re.compile(r"(?:-|\d+\.) ")
_BREAK = re.compile(
    r"[,;]\s+|(?<=[.!?])\s+|\s+(?=(?:and|but|because|while|unless|if|so that|as soon as)\b)"
)
_LEADING_ANSWER = re.compile(r"^(?:no|yes|unfortunately|sorry)\b[,.:;]?\s*", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:no|not|never|neither|nor|none|nothing|nobody|without|cannot|unable|hardly"
    r"|impossible|\w+n't)\b",
    re.IGNORECASE,
)
_AROUND_NUMBERS = content_words(
    "business days euro hours minutes months percent take takes weeks working years"
)


@dataclass(frozen=True)
class Clause:
    """A part of a sentence: its content words, what is to be looked up in it, and a denial."""

    text: str
    words: frozenset[str]
    facts: frozenset[str]
    denies: bool

    @property
    def topic(self) -> frozenset[str]:
        """The words that are no numbers or units: what its numbers are about."""
        return frozenset(word for word in self.words - _AROUND_NUMBERS if not word[0].isdigit())


def clauses(text: str) -> list[Clause]:
    """Cut a text at commas, conjunctions and ends of sentences and lines."""
    parts = _parts(text.replace("\u2019", "'"))
    return [_clause(part) for part in parts if re.search(r"\w", part)]


def clauses_of(source: Source) -> list[Clause]:
    """Return the clauses of a passage; "No" at its start denies what its heading asks."""
    answer, *rest = clauses(source.text) or [_clause("")]
    heading = _clause(source.heading)
    about = Clause(answer.text, answer.words | heading.words, answer.facts, answer.denies)
    found = [about, *rest]
    if start := re.match(r"(yes|no|not)\b", source.text, re.IGNORECASE):
        denies = (start[1].lower() != "yes") != heading.denies
        found.append(Clause(heading.text, heading.words, heading.facts, denies))
    return found


def _parts(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if _LIST_ITEM.match(line):
            yield line
        else:
            yield from _BREAK.split(_LEADING_ANSWER.sub("", line))


def _clause(text: str) -> Clause:
    words = content_words(_DENIAL.sub(" ", text))
    return Clause(text, words, facts(text), _DENIAL.search(text) is not None)
