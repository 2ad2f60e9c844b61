"""Fits how passages are scored, and what their scores mean.

    .venv/bin/python -m benchmarks.knowledge.calibrate

Reads data/knowledge and benchmarks/knowledge/calibration.yml, and prints the constants for
aisle/knowledge/search/relevance.py. Figures of quality are of these same questions, in
ten-fold cross-validation by question; evaluation.yml has others, for `aisle knowledge evaluate`.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
from sklearn.linear_model import LogisticRegression

from aisle.knowledge.evaluation import DEPTH, Question, Ranking, quality, read_questions
from aisle.knowledge.indexes.contract import Filters
from aisle.knowledge.search.hybrid import HybridSearch, Scored, fuse_ranks
from aisle.knowledge.search.relevance import OVERLAP_WEIGHT, TOPIC_WEIGHT
from aisle.settings import PROJECT_ROOT
from benchmarks.knowledge.shop import demo_search

QUESTIONS = PROJECT_ROOT / "benchmarks" / "knowledge" / "calibration.yml"
WEIGHTS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
FOLDS = 10
SEED = 0


def main() -> None:
    questions = read_questions(QUESTIONS)
    with demo_search() as search:
        found = [candidates(search, question.question) for question in questions]
    try_weights(questions, found)
    ranked = [order(items, OVERLAP_WEIGHT, TOPIC_WEIGHT) for items in found]
    answerable = np.array([bool(question.articles) for question in questions])
    model = fit(questions, ranked)
    print(f"INTERCEPT = {model.intercept_[0]:.2f}")
    print(f"SCORE_WEIGHT = {model.coef_[0][0]:.2f}\nFIRST_BONUS = {model.coef_[0][1]:.2f}")
    sure = held_out(questions, ranked)
    right = np.array(
        [hit(question, items) for question, items in zip(questions, ranked, strict=True)]
    )
    print(f"calibration error of the first passage {calibration_error(sure, right):.3f}")
    print("threshold  decision right  answerable answered  unanswerable refused  answers right")
    for limit in np.arange(0.3, 0.76, 0.05):
        figures = decisions(sure, right, answerable, limit)
        print(f"{limit:9.2f}" + "".join(f"{figure:18.3f}" for figure in figures))


def candidates(search: HybridSearch, question: str) -> list[Scored]:
    query = search.understand(question)
    if not query.terms:
        return []
    vector = search.encode(query)
    found = search.find(query, vector, Filters(), DEPTH)
    return search.score(query, vector, fuse_ranks([found.keywords, found.nearest]))


def try_weights(questions: Sequence[Question], found: Sequence[Sequence[Scored]]) -> None:
    """Print how good each pair of weights is; what is chosen stands in relevance.py."""
    for overlap, topic in product(WEIGHTS, WEIGHTS):
        rankings = [
            Ranking(articles(items), scores(items, overlap, topic)[0] if items else 0.0)
            for items in (order(each, overlap, topic) for each in found)
        ]
        result = quality(questions, rankings, None)
        print(
            f"overlap {overlap:.2f}, topic {topic:.2f}: nDCG@10 {result.ndcg:.3f}, "
            f"recall@5 {result.recall:.3f}, AUROC {result.auroc:.3f}"
        )


def order(items: Sequence[Scored], overlap: float, topic: float) -> list[Scored]:
    by_score = np.argsort(-scores(items, overlap, topic), kind="stable")
    return [items[place] for place in by_score]


def scores(items: Sequence[Scored], overlap: float, topic: float) -> np.ndarray:
    return np.array([item.cosine + overlap * item.overlap + topic * item.topic for item in items])


def articles(items: Sequence[Scored]) -> list[str]:
    return list(dict.fromkeys(item.entry.passage.article_id for item in items))


def hit(question: Question, items: Sequence[Scored]) -> bool:
    return bool(items) and items[0].entry.passage.article_id in question.articles


def fit(questions: Sequence[Question], ranked: Sequence[Sequence[Scored]]) -> LogisticRegression:
    """Learn the probability that a passage's article answers, from score and being first."""
    features, labels = [], []
    for question, items in zip(questions, ranked, strict=True):
        for place, item in enumerate(items[:30]):
            features.append([item.score, float(place == 0)])
            labels.append(item.entry.passage.article_id in question.articles)
    return LogisticRegression(C=10, max_iter=1000).fit(features, labels)


def held_out(questions: Sequence[Question], ranked: Sequence[Sequence[Scored]]) -> np.ndarray:
    """Return the relevance of each question's first passage by a model that did not see it."""
    folds = np.random.RandomState(SEED).permutation(len(questions)) % FOLDS
    sure = np.zeros(len(questions))
    for fold in range(FOLDS):
        seen = [place for place in range(len(questions)) if folds[place] != fold]
        model = fit([questions[place] for place in seen], [ranked[place] for place in seen])
        for place in np.flatnonzero(folds == fold):
            if ranked[place]:
                sure[place] = model.predict_proba([[ranked[place][0].score, 1.0]])[0, 1]
    return sure


def decisions(
    sure: np.ndarray, right: np.ndarray, answerable: np.ndarray, limit: float
) -> tuple[float, float, float, float]:
    answered = sure >= limit
    return (
        float((answered == answerable).mean()),
        float(answered[answerable].mean()),
        float((~answered[~answerable]).mean()),
        float(right[answered].mean()),
    )


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Return the mean distance of what is said from what is, in bins of equal size."""
    groups = np.array_split(np.argsort(sure), bins)
    gaps = [abs(sure[group].mean() - right[group].mean()) for group in groups]
    return float(np.average(gaps, weights=[len(group) for group in groups]))


if __name__ == "__main__":
    main()
