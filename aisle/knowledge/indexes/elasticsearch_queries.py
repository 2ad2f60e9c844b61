"""What Elasticsearch is asked."""

from collections.abc import Iterator, Sequence
from typing import Any

from aisle.knowledge.indexes.contract import Filters
from aisle.language.encoder import Vectors

MOST_WORDS = 50_000
_FEWEST_COMPARED = 200
_FIELDS = {"status": "status", "category": "category", "tags": "tags.exact", "language": "language"}

Query = dict[str, Any]


def keywords(phrases: Sequence[str], filters: Filters, limit: int) -> Query:
    """Ask for the best by BM25; what the fields score is added up."""
    return {
        "query": {
            "bool": {
                "should": [_phrase(phrase) for phrase in phrases],
                "minimum_should_match": 1,
                "filter": _filter(filters),
            }
        },
        "size": limit,
        "track_total_hits": False,
    }


def nearest(vector: Vectors, filters: Filters, limit: int) -> Query:
    """Ask for the highest cosines to a unit vector."""
    return {
        "knn": {
            "field": "vector",
            "query_vector": vector.tolist(),
            "k": limit,
            "num_candidates": max(_FEWEST_COMPARED, 4 * limit),
            "filter": _filter(filters),
        },
        "size": limit,
        "track_total_hits": False,
    }


def word_counts() -> Query:
    """Ask in how many passages each word occurs, and how many passages there are."""
    return {
        "size": 0,
        "track_total_hits": True,
        "aggs": {"words": {"terms": {"field": "words", "size": MOST_WORDS}}},
    }


def passages_of(article_ids: Sequence[str]) -> Query:
    return {"terms": {"article_id": article_ids}}


def last_numbers(article_ids: Sequence[str]) -> Query:
    """Ask for the number of each article's last passage."""
    last = {"last": {"max": {"field": "number"}}}
    by_article = {"field": "article_id", "size": len(article_ids)}
    return {
        "query": passages_of(article_ids),
        "size": 0,
        "aggs": {"articles": {"terms": by_article, "aggs": last}},
    }


def _phrase(phrase: str) -> Query:
    return {
        "multi_match": {
            "query": phrase,
            "type": "phrase",
            "fields": ["title^2", "content", "tags"],
            "tie_breaker": 1.0,
        }
    }


def _filter(filters: Filters) -> list[Query]:
    return list(_terms(filters))


def _terms(filters: Filters) -> Iterator[Query]:
    for name, field in _FIELDS.items():
        term = getattr(filters, name)
        if term is not None:
            yield {"term": {field: term}}
