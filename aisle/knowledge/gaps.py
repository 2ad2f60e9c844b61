"""What the articles do not answer: the questions of customers, grouped by meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.models import ArticleRating, UnansweredQuestion
from aisle.knowledge.service import KnowledgeService
from aisle.language.encoder import Vectors

SAME_MEANING = 0.55
"""Cosine of a question with the middle of a group from which on it belongs to it."""
MOST_QUESTIONS = 2_000
MOST_EXAMPLES = 5


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning that had no answer, or one that did not help.

    ``question`` is the most typical one, and ``examples`` are up to five others. ``asked``
    counts all of them, ``unhelpful`` those that got an answer. ``article_ids`` are the
    articles that did not help.
    """

    question: str
    asked: int
    unhelpful: int
    last_asked_at: datetime
    examples: tuple[str, ...]
    article_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Asked:
    question: str
    at: datetime
    article_id: str | None


def find_gaps(session: Session, knowledge: KnowledgeService, limit: int = 20) -> list[Gap]:
    """Return the most frequent gaps, from the latest 2,000 questions of either kind.

    Questions leave the list when the articles answer them meanwhile, and one whose answer
    did not help when that article has been changed since.
    """
    asked = _unanswered(session) + _not_helped(session)
    if not asked:
        return []
    vectors = knowledge.encode([item.question for item in asked])
    groups = group_by_meaning(vectors)
    gaps = [_gap([asked[place] for place in group], vectors[group]) for group in groups]
    gaps.sort(key=lambda gap: (-gap.asked, -gap.last_asked_at.timestamp()))
    open_gaps = (gap for gap in gaps if gap.unhelpful or not knowledge.surely_answers(gap.question))
    return list(islice(open_gaps, limit))


def group_by_meaning(vectors: Vectors) -> list[list[int]]:
    """Return groups of rows that point the same way; each row is in one of them.

    A row joins the group whose middle is nearest, if that is near enough, else it begins
    one. A second pass lets early rows move to groups that came up later.
    """
    sums, middles = np.zeros_like(vectors), np.zeros_like(vectors)
    count = 0
    for row in vectors:
        alike = middles[:count] @ row
        nearest = int(np.argmax(alike)) if count else 0
        if not count or alike[nearest] < SAME_MEANING:
            nearest, count = count, count + 1
        sums[nearest] += row
        middles[nearest] = sums[nearest] / np.linalg.norm(sums[nearest])
    chosen = np.argmax(vectors @ middles[:count].T, axis=1)
    groups = [np.flatnonzero(chosen == group).tolist() for group in range(count)]
    return [group for group in groups if group]


def _unanswered(session: Session) -> list[_Asked]:
    statement = (
        select(UnansweredQuestion)
        .order_by(UnansweredQuestion.asked_at.desc())  # type: ignore[attr-defined]
        .limit(MOST_QUESTIONS)
    )
    kept = session.execute(statement).scalars()
    return [_Asked(item.question, item.asked_at, None) for item in kept]


def _not_helped(session: Session) -> list[_Asked]:
    statement = (
        select(ArticleRating)
        .where(ArticleRating.helpful.is_(False))  # type: ignore[attr-defined]
        .where(ArticleRating.question.is_not(None))  # type: ignore[union-attr]
        .order_by(ArticleRating.rated_at.desc())  # type: ignore[attr-defined]
        .limit(MOST_QUESTIONS)
    )
    ratings = session.execute(statement).scalars().all()
    articles = article_store(session).some({rating.article_id for rating in ratings})
    return [
        _Asked(rating.question or "", rating.rated_at, rating.article_id)
        for rating in ratings
        if rating.article_id not in articles
        or articles[rating.article_id].updated_at < rating.rated_at
    ]


def _gap(asked: Sequence[_Asked], vectors: Vectors) -> Gap:
    by_closeness = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    questions = list(dict.fromkeys(asked[place].question for place in by_closeness))
    unhelpful = [item.article_id for item in asked if item.article_id is not None]
    return Gap(
        question=questions[0],
        asked=len(asked),
        unhelpful=len(unhelpful),
        last_asked_at=max(item.at for item in asked),
        examples=tuple(questions[1 : 1 + MOST_EXAMPLES]),
        article_ids=tuple(dict.fromkeys(unhelpful)),
    )
