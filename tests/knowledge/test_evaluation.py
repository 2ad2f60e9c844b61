"""Figures that can be checked by hand, and files of questions that cannot be used."""

import math
from pathlib import Path

import pytest

from aisle.knowledge.evaluation import (
    Question,
    QuestionsUnusable,
    Ranking,
    evaluate,
    quality,
    read_questions,
)
from aisle.knowledge.search.hybrid import HybridSearch
from aisle.settings import PROJECT_ROOT

FILES = ("calibration.yml", "evaluation.yml")


def asked(*articles: str) -> Question:
    return Question(question="why?", articles=articles)


def test_a_perfect_ranking_has_ones_everywhere() -> None:
    result = quality(
        [asked("a", "b"), asked()], [Ranking(["a", "b", "c"], 0.9), Ranking(["a"], 0.1)], 0.5
    )
    assert (result.ndcg, result.mrr, result.recall) == (1, 1, 1)
    assert (result.auroc, result.accuracy, result.threshold) == (1, 1, 0.5)


def test_ndcg_is_discounted_by_rank() -> None:
    result = quality([asked("b", "z")], [Ranking(["a", "b"], 1)], None)
    assert result.ndcg == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert result.mrr == 0.5
    assert result.recall == 0.5


def test_what_comes_after_the_tenth_counts_nothing_for_ndcg_and_mrr() -> None:
    ranking = Ranking([str(number) for number in range(10)] + ["a"], 1)
    result = quality([asked("a")], [ranking], None)
    assert (result.ndcg, result.mrr, result.recall) == (0, 0, 0)


def test_equal_confidence_counts_half() -> None:
    result = quality([asked("a"), asked()], [Ranking(["a"], 0.5), Ranking([], 0.5)], 0.6)
    assert result.auroc == 0.5
    assert result.accuracy == 0.5


def test_without_a_threshold_the_one_that_suits_best_is_taken() -> None:
    rankings = [Ranking(["a"], 7.0), Ranking(["a"], 3.0), Ranking(["a"], 5.0)]
    result = quality([asked("a"), asked(), asked("a")], rankings, None)
    assert (result.threshold, result.accuracy) == (5.0, 1)


def test_without_unanswerable_questions_nothing_is_said_of_them() -> None:
    result = quality([asked("a")], [Ranking(["a"], 1)], 0.5)
    assert (result.auroc, result.accuracy, result.threshold) == (None, None, None)


def test_all_three_ways_are_measured_side_by_side(shop_search: HybridSearch) -> None:
    questions = [
        Question(question="how long is a gift card valid", articles=("gift-cards",)),
        Question(question="?!", articles=()),
    ]
    seen: list[tuple[int, int]] = []
    result = evaluate(shop_search, questions, lambda done, of: seen.append((done, of)))
    assert list(result) == ["BM25", "vectors", "hybrid"]
    assert result["hybrid"].mrr == 1
    assert seen == [(1, 2), (2, 2)]


def test_articles_that_are_not_there_are_named(shop_search: HybridSearch) -> None:
    with pytest.raises(QuestionsUnusable, match="lost-article"):
        evaluate(shop_search, [asked("lost-article")])
    with pytest.raises(QuestionsUnusable, match="At least one"):
        evaluate(shop_search, [asked()])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("questions: [", r"questions.yml:\d+: this is not YAML"),
        ("- a list", "a list named 'questions'"),
        ("questions: []", "a list named 'questions'"),
        ("questions: [{question: why}]", "question 1: articles field required"),
        ("questions: [{question: ' ', articles: []}]", "question 1: question is empty"),
        ("questions: [{question: a, articles: []}, {q: 1}]", "question 2"),
        ("questions: [{question: a, articles: [], id: 3}]", "question 1: id extra fields"),
    ],
)
def test_a_file_that_is_no_list_of_questions_says_where(
    tmp_path: Path, content: str, problem: str
) -> None:
    path = tmp_path / "questions.yml"
    path.write_text(content)
    with pytest.raises(QuestionsUnusable, match=problem):
        read_questions(path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "questions.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(QuestionsUnusable, match="UTF-8"):
        read_questions(path)


@pytest.mark.parametrize("name", FILES)
def test_the_demo_shops_questions_name_only_articles_that_exist(
    shop_search: HybridSearch, name: str
) -> None:
    questions = read_questions(PROJECT_ROOT / "benchmarks" / "knowledge" / name)
    named = {article_id for question in questions for article_id in question.articles}
    assert named <= shop_search.index.digests().keys()
    assert len(questions) >= 200
    assert sum(not question.articles for question in questions) >= 40


def test_no_question_is_both_fitted_to_and_measured_with() -> None:
    fitted, measured = (
        {
            question.question.lower()
            for question in read_questions(PROJECT_ROOT / "benchmarks" / "knowledge" / name)
        }
        for name in FILES
    )
    assert not fitted & measured
