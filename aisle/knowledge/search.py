"""Finds passages: keywords and vectors, fused by rank, each with a calibrated confidence."""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aisle.knowledge.index import KnowledgeIndex
from aisle.knowledge.passages import Passage
from aisle.knowledge.words import content_words, word_overlap
from aisle.language.encoder import SentenceEncoder

RANK_CONSTANT = 60
CANDIDATES = 30
LONGEST_QUESTION = 2_000

# Fitted by benchmarks/knowledge_calibration.py for all-MiniLM-L6-v2 (int8); fit again after
# a change of encoder or of what is encoded.
INTERCEPT = -4.78
COSINE_WEIGHT = 7.32
OVERLAP_WEIGHT = 2.29
FIRST_BONUS = 0.99  # the best of many is right more often than its similarity alone says


@dataclass(frozen=True)
class Hit:
    """A passage, and the probability (0 to 1) that its article answers the question."""

    passage: Passage
    confidence: float


def search_passages(
    index: KnowledgeIndex,
    encoder: SentenceEncoder,
    question: str,
    *,
    article_ids: Collection[str] | None = None,
    candidates: int = CANDIDATES,
) -> list[Hit]:
    """Return up to ``candidates`` passages, the most likely answer first.

    ``article_ids`` limits the search to these articles. Any text is a valid question; one
    without a word finds nothing.
    """
    question = question[:LONGEST_QUESTION]
    if not re.search(r"\w", question) or not index.passages:
        return []
    similarities = index.similarities(encoder.encode([question])[0])
    rows = fuse_ranks(
        [
            index.keyword_matches(question, candidates, article_ids),
            index.nearest(similarities, candidates, article_ids),
        ]
    )[:candidates]
    words = content_words(question)
    scored = [
        (
            score(float(similarities[row]), word_overlap(words, index.passages[row], index.rarity)),
            row,
        )
        for row in rows
    ]
    scored.sort(key=lambda item: -item[0])
    return [
        Hit(passage=index.passages[row], confidence=confidence(value, first=place == 0))
        for place, (value, row) in enumerate(scored)
    ]


def fuse_ranks(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Merge rankings by reciprocal rank fusion: each adds 1 / (60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] = scores.get(row, 0.0) + 1 / (RANK_CONSTANT + rank)
    return sorted(scores, key=lambda row: -scores[row])


def score(cosine: float, overlap: float) -> float:
    """Return how well a passage fits; more is better."""
    return COSINE_WEIGHT * cosine + OVERLAP_WEIGHT * overlap


def confidence(value: float, *, first: bool) -> float:
    """Turn a passage's score into the probability that its article answers the question."""
    return 1 / (1 + math.exp(-(INTERCEPT + value + (FIRST_BONUS if first else 0.0))))
