"""Measures the search on questions whose answers are known."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel, Extra, ValidationError, validator

from aisle.knowledge.errors import KnowledgeError
from aisle.knowledge.indexes.contract import Entry, Filters
from aisle.knowledge.search.hybrid import HybridSearch, fuse_ranks
from aisle.knowledge.search.relevance import ANSWER_THRESHOLD, relevance

DEPTH = 50
"""Passages looked at, which are of at least ten articles."""
RANKED, RECALLED = 10, 5

Progress = Callable[[int, int], None]


class QuestionsUnusable(KnowledgeError):
    """The file of questions cannot be used; the message names the place."""


class Question(BaseModel):
    """A question and the ids of all articles that answer it; none: no article does."""

    question: str
    articles: tuple[str, ...]

    class Config:
        extra = Extra.forbid

    @validator("question")
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty")
        return value


@dataclass(frozen=True)
class Ranking:
    """The articles that one way of searching finds, best first, and how sure it is of them."""

    article_ids: Sequence[str]
    confidence: float


@dataclass(frozen=True)
class Quality:
    """How well one way of searching does, all from 0 to 1.

    nDCG@10, mean reciprocal rank within ten and recall@5 are means over the answerable
    questions. ``auroc`` is the probability that it is surer of an answerable question than of
    one that no article answers, and ``accuracy`` the share of all for which it decides right
    at ``threshold`` whether there is an answer; both are None without such questions.
    """

    ndcg: float
    mrr: float
    recall: float
    auroc: float | None
    accuracy: float | None
    threshold: float | None


def read_questions(path: Path) -> list[Question]:
    """Read a YAML file with ``questions``: a list of ``question`` and ``articles``.

    Raises:
        QuestionsUnusable: it is not like that; the message names the line or the entry.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionsUnusable(f"{path}:{line}: this is not YAML: {error.problem}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise QuestionsUnusable(f"{path} is not a YAML file in UTF-8") from error
    entries = content.get("questions") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise QuestionsUnusable(f"{path}: there must be a list named 'questions'")
    return [_question(path, number, entry) for number, entry in enumerate(entries, start=1)]


def evaluate(
    search: HybridSearch,
    questions: Sequence[Question],
    progress: Progress | None = None,
) -> dict[str, Quality]:
    """Ask every question; return the quality of BM25, of vectors and of both together.

    BM25 and vectors have no threshold of their own: they get the one that suits these
    questions best.

    Raises:
        QuestionsUnusable: an article is not indexed, or no question is answerable.
    """
    _check(questions, search.index.digests().keys())
    rankings: dict[str, list[Ranking]] = {"BM25": [], "vectors": [], "hybrid": []}
    for done, question in enumerate(questions, start=1):
        for name, ranking in _ask(search, question.question).items():
            rankings[name].append(ranking)
        if progress is not None:
            progress(done, len(questions))
    return {
        name: quality(questions, found, ANSWER_THRESHOLD if name == "hybrid" else None)
        for name, found in rankings.items()
    }


def quality(
    questions: Sequence[Question], rankings: Sequence[Ranking], threshold: float | None
) -> Quality:
    """Compare rankings with what they should be; without a threshold the best one is taken."""
    pairs = list(zip(questions, rankings, strict=True))
    answered = [(ranking.article_ids, set(asked.articles)) for asked, ranking in pairs]
    answered = [(found, wanted) for found, wanted in answered if wanted]
    answerable = np.array([bool(question.articles) for question in questions])
    sure = np.array([ranking.confidence for ranking in rankings])
    measured = not answerable.all()
    if measured and threshold is None:
        threshold = _best_threshold(sure, answerable)
    return Quality(
        ndcg=_mean(_ndcg(found, wanted) for found, wanted in answered),
        mrr=_mean(_reciprocal_rank(found, wanted) for found, wanted in answered),
        recall=_mean(
            len(wanted & set(found[:RECALLED])) / len(wanted) for found, wanted in answered
        ),
        auroc=_auroc(sure[answerable], sure[~answerable]) if measured else None,
        accuracy=float(((sure >= threshold) == answerable).mean()) if measured else None,
        threshold=threshold if measured else None,
    )


def _question(path: Path, number: int, entry: Any) -> Question:
    try:
        return Question.parse_obj(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "__root__")
        raise QuestionsUnusable(f"{path}: question {number}: {place} {first['msg']}") from error


def _check(questions: Sequence[Question], known: Collection[str]) -> None:
    named = {article_id for question in questions for article_id in question.articles}
    if unknown := named.difference(known):
        raise QuestionsUnusable(
            f"The questions name articles that there are not: {', '.join(sorted(unknown))}"
        )
    if not named:
        raise QuestionsUnusable("At least one question must name the article that answers it")


def _ask(search: HybridSearch, question: str) -> dict[str, Ranking]:
    query = search.understand(question)
    if not query.terms:
        return {name: Ranking((), 0.0) for name in ("BM25", "vectors", "hybrid")}
    vector = search.encode(query)
    found = search.find(query, vector, Filters(), DEPTH)
    ranked = search.score(query, vector, fuse_ranks([found.keywords, found.nearest]))
    return {
        "BM25": Ranking(_articles(found.keywords), max(found.keyword_scores, default=0.0)),
        "vectors": Ranking(_articles(found.nearest), _cosine(found.nearest, vector)),
        "hybrid": Ranking(
            _articles([item.entry for item in ranked]), relevance(ranked[0].score, first=True)
        ),
    }


def _articles(entries: Iterable[Entry]) -> list[str]:
    return list(dict.fromkeys(entry.passage.article_id for entry in entries))


def _cosine(nearest: Sequence[Entry], vector: Any) -> float:
    return nearest[0].cosine(vector) if nearest else 0.0


def _ndcg(found: Sequence[str], wanted: set[str]) -> float:
    """Return the discounted cumulative gain of the first ten, as a share of the best possible.

    Source: Järvelin and Kekäläinen, ACM TOIS 2002, with gains of 0 and 1.
    """
    gains = [1 / math.log2(rank + 1) for rank in range(1, RANKED + 1)]
    gained = sum(
        gain for gain, article_id in zip(gains, found, strict=False) if article_id in wanted
    )
    return gained / sum(gains[: len(wanted)])


def _reciprocal_rank(found: Sequence[str], wanted: set[str]) -> float:
    ranks = (rank for rank, article_id in enumerate(found[:RANKED], 1) if article_id in wanted)
    return next((1 / rank for rank in ranks), 0.0)


def _auroc(higher: Any, lower: Any) -> float:
    """Return how often one of ``higher`` is above one of ``lower``; equal ones count half."""
    differences = higher[:, np.newaxis] - lower[np.newaxis, :]
    return float(((differences > 0) + 0.5 * (differences == 0)).mean())


def _best_threshold(sure: Any, answerable: Any) -> float:
    return float(max(sure, key=lambda limit: ((sure >= limit) == answerable).mean()))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
