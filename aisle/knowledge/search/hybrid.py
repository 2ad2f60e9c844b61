"""Finds passages by keywords and vectors, the same way in every index."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from aisle.knowledge.articles.passages import Passage
from aisle.knowledge.indexes.contract import Candidates, Entry, Filters, SearchIndex
from aisle.knowledge.search.query import Query, understand
from aisle.knowledge.search.relevance import relevance, score
from aisle.knowledge.search.spelling import Spelling
from aisle.knowledge.search.synonyms import Synonyms
from aisle.knowledge.search.topics import Topics
from aisle.language.encoder import SentenceEncoder, Vectors

CANDIDATES = 30
RANK_CONSTANT = 60
EQUALLY_GOOD = 1e-6

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True)
class Hit:
    """A passage, and the probability (0 to 1) that its article answers the question."""

    passage: Passage
    relevance: float


@dataclass(frozen=True)
class Scored:
    """An entry with the three figures that its score is made of."""

    entry: Entry
    cosine: float
    overlap: float
    topic: float

    @property
    def score(self) -> float:
        return score(self.cosine, self.overlap, self.topic)


class HybridSearch:
    """Searches an index with the encoder that built it. Without topics, these count nothing."""

    def __init__(
        self,
        index: SearchIndex,
        encoder: SentenceEncoder,
        synonyms: Synonyms,
        topics: Topics | None,
    ) -> None:
        self.index = index
        self.encoder = encoder
        self.synonyms = synonyms
        self._topics = topics
        self._spelling: Spelling | None = None

    def search(
        self, question: str, filters: Filters | None = None, candidates: int = CANDIDATES
    ) -> list[Hit]:
        """Return up to ``candidates`` passages, the most likely answer first.

        Any text is a valid question; one without a word finds nothing.
        """
        query = self.understand(question)
        if not query.terms:
            return []
        vector = self.encode(query)
        found = self.find(query, vector, filters or Filters(), candidates)
        merged = fuse_ranks([found.keywords, found.nearest])
        best = self.score(query, vector, merged)[:candidates]
        return [
            Hit(item.entry.passage, relevance(item.score, first=_is_first(item, best)))
            for item in best
        ]

    def understand(self, question: str) -> Query:
        return understand(question, self._current_spelling(), self.synonyms)

    def encode(self, query: Query) -> Vectors:
        vector: Vectors = self.encoder.encode([query.text])[0]
        return vector

    def find(self, query: Query, vector: Vectors, filters: Filters, limit: int) -> Candidates:
        """Return what keywords and vectors find, each on their own."""
        return self.index.find(query.phrases, vector, filters, limit)

    def score(self, query: Query, vector: Vectors, entries: Sequence[Entry]) -> list[Scored]:
        """Return the entries with their scores, best first."""
        if not entries:
            return []
        vectors = np.stack([entry.vector for entry in entries])
        topics = self._topics
        alike = np.zeros(len(entries)) if topics is None else topics.agreement(vector, vectors)
        scored = [
            Scored(entry, float(cosine), query.overlap(entry.words), float(topic))
            for entry, cosine, topic in zip(entries, vectors @ vector, alike, strict=True)
        ]
        return sorted(scored, key=lambda item: -item.score)

    def _current_spelling(self) -> Spelling:
        vocabulary, spelling = self.index.vocabulary(), self._spelling
        if spelling is None or spelling.vocabulary is not vocabulary:
            spelling = Spelling(vocabulary, self.synonyms.words, self.encoder.knows_word)
            self._spelling = spelling
        return spelling


def _is_first(item: Scored, ranked: Sequence[Scored]) -> bool:
    """Whether nothing is better; several that are equally good all are."""
    return item.score > ranked[0].score - EQUALLY_GOOD


def fuse_ranks(rankings: Sequence[Sequence[Item]]) -> list[Item]:
    """Merge rankings by reciprocal rank fusion: each adds 1 / (60 + rank).

    Source: Cormack, Clarke and Büttcher, SIGIR 2009, where 60 did best.
    """
    scores: dict[Item, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RANK_CONSTANT + rank)
    return sorted(scores, key=lambda item: -scores[item])
