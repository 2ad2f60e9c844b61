"""Fusion, confidence, odd questions, and how well the demo shop's articles are found."""

from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aisle.knowledge.index import KnowledgeIndex
from aisle.knowledge.search import Hit, fuse_ranks, search_passages
from aisle.knowledge.service import ANSWER_THRESHOLD
from aisle.knowledge.words import content_words
from aisle.language.encoder import SentenceEncoder

QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yml").read_text(encoding="utf-8"))


def test_fusion_prefers_what_both_rankings_like() -> None:
    assert fuse_ranks([[1, 2, 3], [4, 2, 5]])[0] == 2
    assert fuse_ranks([[1, 2], []]) == [1, 2]
    assert fuse_ranks([[7, 8], [7, 9]])[0] == 7


def test_words_count_by_their_beginning_and_common_words_not_at_all() -> None:
    assert content_words("How is the delivery delivered?") == {"deliv"}


@pytest.mark.parametrize(
    "question",
    [
        "", "   ", "\n\t", "😀", "😀😡🎉" * 100, "?!", '"', '"refund', "re*", "*", "refund AND",
        "AND", "OR NOT", "NEAR(a b)", "title:refund", "content : x", "^refund", "(", ")", "a-b",
        "it's", "'; DROP TABLE passages; --", "\x00refund\x00", "_", "²³", "x" * 10_000,
        "refund " * 1_500, "{refund}", "col:umn + more", "我的包裹在哪里", "wo ist mein paket",
        "<b>refund</b>",
    ],
)  # fmt: skip
def test_no_question_breaks_the_search(
    shop_index: KnowledgeIndex, encoder: SentenceEncoder, question: str
) -> None:
    hits = search_passages(shop_index, encoder, question)
    assert all(0 < hit.confidence < 1 for hit in hits)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_valid_keyword_query(shop_index: KnowledgeIndex, text: str) -> None:
    shop_index.keyword_matches(text, 5)


def test_hits_come_best_first_and_at_most_as_many_as_asked_for(
    shop_index: KnowledgeIndex, encoder: SentenceEncoder
) -> None:
    hits = search_passages(shop_index, encoder, "how do i return something", candidates=7)
    confidences = [hit.confidence for hit in hits]
    assert len(hits) == 7
    assert confidences == sorted(confidences, reverse=True)


def test_a_question_in_the_words_of_an_article_is_nearly_certain(
    shop_index: KnowledgeIndex, encoder: SentenceEncoder
) -> None:
    best = search_passages(shop_index, encoder, "How long is a gift card valid?")[0]
    assert best.passage.article_id == "gift-cards"
    assert best.confidence > 0.9


def test_the_question_file_names_only_articles_that_exist(shop_index: KnowledgeIndex) -> None:
    known = {passage.article_id for passage in shop_index.passages}
    named = {name for item in QUESTIONS["answerable"] for name in item["articles"]}
    assert named <= known
    assert len(QUESTIONS["answerable"]) >= 120
    assert len(QUESTIONS["unanswerable"]) >= 40


def test_shoppers_questions_find_their_article(
    shop_index: KnowledgeIndex, encoder: SentenceEncoder
) -> None:
    first = third = 0
    for item in QUESTIONS["answerable"]:
        ids = _article_ids(search_passages(shop_index, encoder, item["question"]))
        first += ids[0] in item["articles"]
        third += bool(set(ids[:3]) & set(item["articles"]))
    assert first / len(QUESTIONS["answerable"]) >= 0.75
    assert third / len(QUESTIONS["answerable"]) >= 0.90


def test_unanswerable_questions_are_told_from_answerable_ones(
    shop_index: KnowledgeIndex, encoder: SentenceEncoder
) -> None:
    def best(question: str) -> float:
        return search_passages(shop_index, encoder, question)[0].confidence

    answerable = [best(item["question"]) for item in QUESTIONS["answerable"]]
    unanswerable = [best(question) for question in QUESTIONS["unanswerable"]]
    pairs = list(product(answerable, unanswerable))
    assert sum(higher > lower for higher, lower in pairs) / len(pairs) >= 0.86
    assert sum(score >= ANSWER_THRESHOLD for score in answerable) / len(answerable) >= 0.70
    assert sum(score < ANSWER_THRESHOLD for score in unanswerable) / len(unanswerable) >= 0.80


def _article_ids(hits: list[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.passage.article_id for hit in hits))
