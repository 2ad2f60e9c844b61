"""Fusion, order, odd questions, and how well the demo shop's articles are found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisle.knowledge.evaluation import Quality, evaluate, read_questions
from aisle.knowledge.indexes.contract import Filters
from aisle.knowledge.search.hybrid import Hit, HybridSearch, fuse_ranks
from aisle.settings import PROJECT_ROOT

EVALUATION = PROJECT_ROOT / "benchmarks" / "knowledge" / "evaluation.yml"


@pytest.fixture(scope="module")
def measured(shop_search: HybridSearch) -> dict[str, Quality]:
    return evaluate(shop_search, read_questions(EVALUATION))


def test_fusion_prefers_what_both_rankings_like() -> None:
    assert fuse_ranks([[1, 2, 3], [4, 2, 5]])[0] == 2
    assert fuse_ranks([[1, 2], []]) == [1, 2]
    assert fuse_ranks([[7, 8], [7, 9]])[0] == 7


@pytest.mark.parametrize(
    "question",
    [
        "", "   ", "\n\t", "😀", "😀😡🎉" * 100, "?!", '"', '"refund', "re*", "*", "refund AND",
        "AND", "OR NOT", "NEAR(a b)", "title:refund", "content : x", "^refund", "(", ")", "a-b",
        "it's", "'; DROP TABLE passages; --", "\x00refund\x00", "_", "²³", "x" * 10_000,
        "refund " * 1_500, "{refund}", "col:umn + more", "我的包裹在哪里", "wo ist mein paket",
        "<b>refund</b>", "the of and", "\ud800",
    ],
)  # fmt: skip
def test_no_question_breaks_the_search(shop_search: HybridSearch, question: str) -> None:
    assert all(0 < hit.relevance < 1 for hit in shop_search.search(question))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_valid_question(shop_search: HybridSearch, text: str) -> None:
    shop_search.search(text, candidates=3)


def test_a_question_without_a_word_finds_nothing(shop_search: HybridSearch) -> None:
    assert shop_search.search("?! 😀") == []


def test_hits_come_best_first_and_at_most_as_many_as_asked_for(shop_search: HybridSearch) -> None:
    hits = shop_search.search("how do i return something", candidates=7)
    relevances = [hit.relevance for hit in hits]
    assert len(hits) == 7
    assert relevances == sorted(relevances, reverse=True)


def test_filters_hold_for_what_keywords_and_vectors_find(shop_search: HybridSearch) -> None:
    hits = shop_search.search("when do i get my money back", Filters(category="payment"))
    assert {hit.passage.category for hit in hits} == {"payment"}


def test_a_question_in_the_words_of_an_article_is_nearly_certain(
    shop_search: HybridSearch,
) -> None:
    best = shop_search.search("How long is a gift card valid?")[0]
    assert best.passage.article_id == "gift-cards"
    assert best.relevance > 0.8


@pytest.mark.parametrize(
    ("asked", "article_id"),
    [
        ("how long does a refudn take", "refund-times"),
        ("can i chnage the delivry adress", "change-delivery-address"),
        ("how do i cancle it", "cancel-order"),
        ("forgot my pasword", "password-and-login"),
    ],
)
def test_misspelt_questions_find_their_article(
    shop_search: HybridSearch, asked: str, article_id: str
) -> None:
    assert article_id in _article_ids(shop_search.search(asked))[:2]


@pytest.mark.parametrize(
    ("asked", "article_id"),
    [
        ("when is my money back on the card", "refund-times"),
        ("shipment lost", "parcel-not-received"),
        ("promo code is refused", "vouchers"),
        ("can i call off my purchase", "cancel-order"),
    ],
)
def test_words_that_mean_the_same_find_the_same(
    shop_search: HybridSearch, asked: str, article_id: str
) -> None:
    assert article_id in _article_ids(shop_search.search(asked))[:3]


def test_without_topics_the_search_works_as_well(shop_search: HybridSearch) -> None:
    plain = HybridSearch(shop_search.index, shop_search.encoder, shop_search.synonyms, None)
    assert plain.search("does a gift card expire")[0].passage.article_id == "gift-cards"


def test_both_together_find_more_than_keywords_or_vectors_alone(
    measured: dict[str, Quality],
) -> None:
    assert measured["hybrid"].ndcg > measured["vectors"].ndcg + 0.02
    assert measured["hybrid"].ndcg > measured["BM25"].ndcg + 0.1


def test_shoppers_questions_find_their_articles(measured: dict[str, Quality]) -> None:
    assert measured["hybrid"].ndcg >= 0.80
    assert measured["hybrid"].recall >= 0.86


def test_unanswerable_questions_are_told_from_answerable_ones(
    measured: dict[str, Quality],
) -> None:
    auroc, accuracy = measured["hybrid"].auroc, measured["hybrid"].accuracy
    assert auroc is not None
    assert auroc >= 0.75
    assert accuracy is not None
    assert accuracy >= 0.65


def _article_ids(hits: list[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.passage.article_id for hit in hits))
