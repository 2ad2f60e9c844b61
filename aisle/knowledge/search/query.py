"""Turns a question into what an index is asked for: other spellings, other words."""

import re
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from aisle.knowledge.search.spelling import Spelling
from aisle.knowledge.search.synonyms import Phrase, Synonyms
from aisle.knowledge.search.words import Vocabulary, content_phrase, stem

LONGEST_QUESTION = 2_000
"""Characters; the rest is not read."""
MOST_TERMS = 32
COMMONPLACE = 0.25
"""Words in more than this share of passages say little and cost much to look up."""
MOST_MATCHES = 20_000
"""Passages that keywords may match together, about; the commonest words are left out for it."""

_CODE = re.compile(r"(?=[\w./-]*\d)[^\W_]+(?:[./-][^\W_]+)+")


@dataclass(frozen=True)
class Term:
    """One thing asked for, in the words that passages may have for it.

    ``weight`` grows with its rarity: what no passage has weighs most, so that a question
    about something the shop does not write about finds no sure answer.
    """

    alternatives: tuple[Phrase, ...]
    weight: float

    def is_in(self, stems: AbstractSet[str]) -> bool:
        return any(phrase <= stems for phrase in self._stems)

    @cached_property
    def _stems(self) -> list[frozenset[str]]:
        return [frozenset(map(stem, phrase)) for phrase in self.alternatives]


@dataclass(frozen=True)
class Query:
    """``text`` is the question with its misspellings corrected."""

    text: str
    terms: tuple[Term, ...]
    phrases: tuple[str, ...]

    def overlap(self, words: Collection[str]) -> float:
        """Return the weighted share of the terms that a passage with these words has."""
        whole = sum(term.weight for term in self.terms)
        stems = frozenset(map(stem, words))
        return sum(term.weight for term in self.terms if term.is_in(stems)) / whole if whole else 0


def understand(question: str, spelling: Spelling, synonyms: Synonyms) -> Query:
    """Read any text as a question; one without a word has no terms."""
    question = question[:LONGEST_QUESTION]
    vocabulary, text = spelling.vocabulary, spelling.correct(question)
    words = list(dict.fromkeys(content_phrase(text)))[:MOST_TERMS]
    terms = []
    while words:
        length, others = synonyms.at(words)
        alternatives = tuple(dict.fromkeys((tuple(words[:length]), *others)))
        terms.append(Term(alternatives, _weight(alternatives, vocabulary)))
        words = words[length:]
    return Query(text, tuple(terms), _phrases(question, terms, vocabulary))


def _weight(alternatives: tuple[Phrase, ...], vocabulary: Vocabulary) -> float:
    known = [
        max(vocabulary.rarity(word) for word in phrase)
        for phrase in alternatives
        if all(vocabulary.knows(word) for word in phrase)
    ]
    return min(known) if known else vocabulary.rarity("")


def _phrases(question: str, terms: list[Term], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what to look up; codes such as "X-200" also as they are written."""
    telling = [term for term in terms if 0 < _share(term, vocabulary) <= COMMONPLACE]
    looked_up = _affordable(telling or terms, vocabulary)
    phrases = [" ".join(phrase) for term in looked_up for phrase in term.alternatives]
    return tuple(dict.fromkeys(phrases + _CODE.findall(question)))


def _affordable(terms: list[Term], vocabulary: Vocabulary) -> list[Term]:
    """Leave out the commonest terms that would make for too many matches."""
    by_rarity = sorted(terms, key=lambda term: _matches(term, vocabulary))
    matches = accumulate(_matches(term, vocabulary) for term in by_rarity)
    most = sum(total <= MOST_MATCHES for total in matches)
    rare = by_rarity[: max(1, most)]
    return [term for term in terms if term in rare]


def _matches(term: Term, vocabulary: Vocabulary) -> float:
    shares = (min(map(vocabulary.share, phrase)) for phrase in term.alternatives)
    return vocabulary.passages * sum(shares)


def _share(term: Term, vocabulary: Vocabulary) -> float:
    """Return in which share of passages it occurs in the commonest of its forms."""
    return max(min(map(vocabulary.share, phrase)) for phrase in term.alternatives)
