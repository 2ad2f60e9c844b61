"""Fits the confidence of knowledge search and measures answers and non-answers.

    .venv/bin/python benchmarks/knowledge_calibration.py

Reads data/knowledge and tests/knowledge/questions.yml, prints the constants for
aisle/knowledge/search.py and the threshold for aisle/knowledge/service.py. All figures but
the constants are from ten-fold cross-validation by question, the mean of five shuffles.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sqlalchemy import select

from aisle.database.engine import database_at
from aisle.database.migrate import upgrade
from aisle.knowledge import search
from aisle.knowledge.articles import load_articles
from aisle.knowledge.index import KnowledgeIndex, build_index
from aisle.knowledge.models import Article
from aisle.knowledge.service import KnowledgeService
from aisle.knowledge.words import content_words, word_overlap
from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.settings import PROJECT_ROOT, get_settings

QUESTIONS = PROJECT_ROOT / "tests" / "knowledge" / "questions.yml"
ARTICLES = PROJECT_ROOT / "data" / "knowledge"
FOLDS = 10
SHUFFLES = 5


@dataclass
class Candidates:
    """The passages found for one question, in the order of rank fusion."""

    article_ids: list[str]
    features: np.ndarray  # (passages, 3): cosine, overlap, is first
    right: np.ndarray  # (passages,)
    wanted: set[str]


def main() -> None:
    questions = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    labelled = [(item["question"], set(item["articles"])) for item in questions["answerable"]]
    labelled += [(question, set()) for question in questions["unanswerable"]]
    with tempfile.TemporaryDirectory() as folder:
        index, encoder = build(Path(folder))
        report_latency(KnowledgeService(index, encoder), [question for question, _ in labelled])
        found = [candidates(index, encoder, *item) for item in labelled]
        index.close()
    print_constants(fit(found))
    report_quality(found)


def build(folder: Path) -> tuple[KnowledgeIndex, SentenceEncoder]:
    database = database_at(f"sqlite:///{folder / 'articles.db'}")
    upgrade(database)
    with database.transaction() as session:
        load_articles(session, ARTICLES)
        published = select(Article).where(Article.status == "published").order_by(Article.id)
        articles = session.execute(published).scalars().all()
    nlp = get_settings().ai_services.nlp
    encoder = SentenceEncoder.load(ensure_encoder(nlp), batch_size=nlp.batch_size)
    started = perf_counter()
    report = build_index(articles, encoder, folder / "index.db")
    print(f"{report.passages} passages indexed in {perf_counter() - started:.1f} s")
    return KnowledgeIndex.open(folder / "index.db", encoder.fingerprint), encoder


def candidates(
    index: KnowledgeIndex, encoder: SentenceEncoder, question: str, wanted: set[str]
) -> Candidates:
    similarities = index.similarities(encoder.encode([question])[0])
    rows = search.fuse_ranks(
        [
            index.keyword_matches(question, search.CANDIDATES),
            index.nearest(similarities, search.CANDIDATES),
        ]
    )[: search.CANDIDATES]
    words = content_words(question)
    passages = [index.passages[row] for row in rows]
    overlaps = [word_overlap(words, passage, index.rarity) for passage in passages]
    scores = [
        search.score(float(similarities[row]), overlap)
        for row, overlap in zip(rows, overlaps, strict=True)
    ]
    first = np.arange(len(rows)) == np.argmax(scores)
    return Candidates(
        article_ids=[passage.article_id for passage in passages],
        features=np.column_stack([similarities[rows], overlaps, first]),
        right=np.array([passage.article_id in wanted for passage in passages]),
        wanted=wanted,
    )


def fit(found: list[Candidates]) -> LogisticRegression:
    features = np.vstack([item.features for item in found])
    right = np.concatenate([item.right for item in found])
    return LogisticRegression(C=10, max_iter=1000).fit(features, right)


def held_out_confidences(found: list[Candidates], seed: int) -> list[np.ndarray]:
    order = np.random.RandomState(seed).permutation(len(found))
    confidences: list[np.ndarray] = [np.zeros(0)] * len(found)
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS].tolist())
        model = fit([item for number, item in enumerate(found) if number not in held_out])
        for number in held_out:
            confidences[number] = model.predict_proba(found[number].features)[:, 1]
    return confidences


def report_quality(found: list[Candidates]) -> None:
    answerable = np.array([bool(item.wanted) for item in found])
    rows = []
    thresholds = np.arange(0.05, 0.61, 0.05)
    curves = []
    for seed in range(SHUFFLES):
        confidences = held_out_confidences(found, seed)
        ranked = [
            list(dict.fromkeys(item.article_ids[row] for row in np.argsort(-confidence)))
            for item, confidence in zip(found, confidences, strict=True)
        ]
        top = np.array([confidence.max() for confidence in confidences])
        first = np.array([ids[0] in item.wanted for ids, item in zip(ranked, found, strict=True)])
        third = np.array(
            [bool(set(ids[:3]) & item.wanted) for ids, item in zip(ranked, found, strict=True)]
        )
        rows.append(
            (
                first[answerable].mean(),
                third[answerable].mean(),
                roc_auc_score(answerable, top),
                calibration_error(top, first),
            )
        )
        curves.append([decisions(top, first, answerable, limit) for limit in thresholds])
    top1, top3, auroc, error = np.mean(rows, axis=0)
    print(f"{answerable.sum()} answerable and {(~answerable).sum()} unanswerable questions")
    print(f"right article first {top1:.3f}, among the first three {top3:.3f}")
    print(f"no-answer AUROC {auroc:.3f}, calibration error of the first hit {error:.3f}")
    print("threshold  decision right  answerable answered  unanswerable refused  answers right")
    for limit, values in zip(thresholds, np.mean(curves, axis=0), strict=True):
        print(f"{limit:9.2f}" + "".join(f"{value:18.3f}" for value in values))


def decisions(
    top: np.ndarray, first: np.ndarray, answerable: np.ndarray, limit: float
) -> tuple[float, float, float, float]:
    answered = top >= limit
    return (
        float((answered == answerable).mean()),
        float(answered[answerable].mean()),
        float((~answered[~answerable]).mean()),
        float(first[answered].mean()),
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    groups = np.array_split(np.argsort(confidence), bins)
    gaps = [abs(confidence[group].mean() - right[group].mean()) for group in groups]
    return float(np.average(gaps, weights=[len(group) for group in groups]))


def print_constants(model: LogisticRegression) -> None:
    cosine, overlap, first = model.coef_[0]
    print(f"INTERCEPT = {model.intercept_[0]:.2f}")
    print(f"COSINE_WEIGHT = {cosine:.2f}")
    print(f"OVERLAP_WEIGHT = {overlap:.2f}")
    print(f"FIRST_BONUS = {first:.2f}")


def report_latency(service: KnowledgeService, questions: list[str]) -> None:
    times = []
    for question in questions:
        started = perf_counter()
        service.answer(question)
        times.append((perf_counter() - started) * 1000)
    print(f"answer(): median {np.median(times):.1f} ms, 95 % within {np.quantile(times, 0.95):.1f}")


if __name__ == "__main__":
    main()
