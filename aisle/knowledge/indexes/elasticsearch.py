"""The index in Elasticsearch: an alias for the index that the last rebuild made.

Readers ask the alias, so they see either the former index or the new one.
"""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from aisle.knowledge.articles.passages import passage_id
from aisle.knowledge.indexes.contract import Candidates, Filters, IndexedArticle
from aisle.knowledge.indexes.elasticsearch_alias import Alias, State, hits_of
from aisle.knowledge.indexes.elasticsearch_client import BULK_TIMEOUT_S, asking, failure
from aisle.knowledge.indexes.elasticsearch_documents import document, meta, to_entry
from aisle.knowledge.indexes.elasticsearch_queries import (
    Query,
    keywords,
    last_numbers,
    nearest,
    passages_of,
    word_counts,
)
from aisle.knowledge.indexes.elasticsearch_rebuild import new_index
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors

_WRITTEN_AT_ONCE = 500
_READ_AT_ONCE = 100
_DIGESTS_AT_ONCE = 2_000
_PASSAGES_AT_ONCE = 500
_OPERATIONS_AT_ONCE = 500
_RECOUNT_S = 5.0

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class _Counted:
    """The vocabulary of an index in one state, and when that was last looked at."""

    words: Vocabulary
    state: State
    checked: float


class ElasticsearchIndex:
    """The index behind an alias, for the encoder with this fingerprint."""

    def __init__(self, client: Elasticsearch, alias: str, fingerprint: str) -> None:
        self.alias = alias
        self._alias = Alias(client, alias, fingerprint)
        self._writing = client.options(request_timeout=BULK_TIMEOUT_S)
        self._fingerprint = fingerprint
        self._counted: _Counted | None = None

    def find(
        self, phrases: Sequence[str], vector: Vectors, filters: Filters, limit: int
    ) -> Candidates:
        queries = [nearest(vector, filters, limit)]
        if phrases:
            queries.append(keywords(phrases, filters, limit))
        by_vector, by_words, *_ = [*map(hits_of, self._alias.ask(queries)), []]
        entries = {hit["_id"]: to_entry(hit["_source"]) for hit in [*by_vector, *by_words]}
        return Candidates(
            keywords=[entries[hit["_id"]] for hit in by_words],
            keyword_scores=[hit["_score"] for hit in by_words],
            nearest=[entries[hit["_id"]] for hit in by_vector],
        )

    def vocabulary(self) -> Vocabulary:
        """Return the words of all entries, as they were within the last seconds."""
        counted, now = self._counted, time.monotonic()
        if counted is not None and now - counted.checked < _RECOUNT_S:
            return counted.words
        if counted is not None:  # while this thread looks, the others go on with what they have
            self._counted = replace(counted, checked=now)
        state = self._alias.look()
        if counted is None or counted.state != state:
            counted = self._counted = _Counted(self._count_words(), state, now)
        return counted.words

    def digests(self) -> Mapping[str, str]:
        # Every article has a first passage.
        pages = self._pages({"term": {"number": 0}}, ["article_id", "digest"], _DIGESTS_AT_ONCE)
        return {source["article_id"]: source["digest"] for source in pages}

    def articles(self, article_ids: Iterable[str]) -> Iterator[IndexedArticle]:
        for batch in _batches(article_ids, _READ_AT_ONCE):
            found: dict[str, list[Mapping[str, Any]]] = {}
            for source in self._pages(passages_of(batch), True, _PASSAGES_AT_ONCE):
                found.setdefault(source["article_id"], []).append(source)
            for article_id in batch:
                if sources := found.get(article_id):
                    entries = [to_entry(source) for source in sources]
                    yield IndexedArticle(article_id, sources[0]["digest"], entries)

    def put(self, articles: Iterable[IndexedArticle]) -> None:
        self._change(articles)

    def remove(self, article_ids: Iterable[str]) -> None:
        self._change(IndexedArticle(article_id, "", ()) for article_id in article_ids)

    @contextmanager
    def rebuilding(self) -> Iterator["ElasticsearchIndex"]:
        """Yield a new, empty index that takes this one's place when the block ends well.

        Raises:
            IndexMismatch: the alias is the name of an index.
        """
        with new_index(self._writing, self.alias, self._fingerprint) as building:
            yield ElasticsearchIndex(self._writing, building, self._fingerprint)

    def check(self) -> None:
        """Raise what a search would raise, without searching."""
        self._alias.look()

    def _count_words(self) -> Vocabulary:
        (response,) = self._alias.ask([word_counts()])
        buckets = response["aggregations"]["words"]["buckets"]
        counts = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        return Vocabulary(counts, response["hits"]["total"]["value"])

    def _pages(
        self, query: Query, source: Sequence[str] | bool, size: int
    ) -> Iterator[Mapping[str, Any]]:
        """Yield what is stored of all passages, in the order of their articles."""
        page = {"query": query, "_source": source, "size": size, "sort": ["article_id", "number"]}
        while hits := hits_of(self._alias.ask([page])[0]):
            yield from (hit["_source"] for hit in hits)
            page["search_after"] = hits[-1]["sort"]

    def _change(self, articles: Iterable[IndexedArticle]) -> None:
        """Write articles; those without entries are removed."""
        self.check()
        with asking(self.alias):
            for batch in _batches(articles, _WRITTEN_AT_ONCE):
                self._write({article.article_id: article for article in batch})
            self._writing.indices.refresh(index=self.alias)
            self._writing.indices.put_mapping(index=self.alias, meta=meta(self._fingerprint))
        if self._counted is not None:  # one search counts again, the others need not wait for it
            self._counted = replace(self._counted, checked=-math.inf)

    def _write(self, articles: Mapping[str, IndexedArticle]) -> None:
        # What an interrupted writer left is counted too.
        self._writing.indices.refresh(index=self.alias)
        (response,) = self._alias.ask([last_numbers(list(articles))])
        buckets = response["aggregations"]["articles"]["buckets"]
        last = {bucket["key"]: int(bucket["last"]["value"]) for bucket in buckets}
        operations = (
            operation
            for article in articles.values()
            for operation in _operations(article, last.get(article.article_id, -1))
        )
        for _, item in streaming_bulk(
            self._writing,
            operations,
            chunk_size=_OPERATIONS_AT_ONCE,
            max_retries=3,
            raise_on_error=False,
            index=self.alias,
            require_alias=True,
        ):
            (done,) = item.values()
            if "error" in done:  # deleting what is gone already is none
                raise failure(self.alias, done["status"], done["error"]["type"])


def _operations(article: IndexedArticle, last: int) -> Iterator[dict[str, Any]]:
    """Begin at the end: the first passage, whose digest counts, is written when all others are."""
    numbers = {entry.passage.number for entry in article.entries}
    for number in sorted(set(range(last + 1)) - numbers, reverse=True):
        yield {"_op_type": "delete", "_id": passage_id(article.article_id, number)}
    for entry in reversed(article.entries):
        yield {
            "_op_type": "index",
            "_id": passage_id(article.article_id, entry.passage.number),
            "_source": document(article.digest, entry),
        }


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    remaining = iter(items)
    return iter(lambda: list(islice(remaining, size)), [])
