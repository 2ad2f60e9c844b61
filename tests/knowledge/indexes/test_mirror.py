"""Copies from the embedded index to Elasticsearch, with as little work as there is."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from elasticsearch import Elasticsearch

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import IndexedArticle
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.mirror import bring_up_to_date, mirror, mirror_anew
from tests.knowledge.indexes.elasticsearch_server import needs_elasticsearch

pytestmark = needs_elasticsearch


class CountingIndex(ElasticsearchIndex):
    """Notes which articles are written to it."""

    def __init__(self, client: Elasticsearch, alias: str, fingerprint: str) -> None:
        super().__init__(client, alias, fingerprint)
        self.written: list[str] = []
        self.removed: list[str] = []

    def put(self, articles: Iterable[IndexedArticle]) -> None:
        articles = list(articles)
        self.written += [article.article_id for article in articles]
        super().put(articles)

    def remove(self, article_ids: Iterable[str]) -> None:
        article_ids = list(article_ids)
        self.removed += article_ids
        super().remove(article_ids)


@pytest.fixture
def source(embedded: EmbeddedIndex) -> EmbeddedIndex:
    return embedded


@pytest.fixture
def target(elasticsearch: Elasticsearch, alias: str) -> CountingIndex:
    return CountingIndex(elasticsearch, alias, "any")


def test_a_missing_index_is_made_with_everything(
    source: EmbeddedIndex, target: CountingIndex, shop: list[IndexedArticle]
) -> None:
    with pytest.raises(IndexMissing):
        mirror(source, target)
    seen: list[tuple[int, int]] = []
    assert bring_up_to_date(source, target, lambda *done: seen.append(done)) == len(shop)
    assert seen[-1] == (len(shop), len(shop))
    assert target.digests() == source.digests()
    ids = [article.article_id for article in shop]
    for copy, original in zip(target.articles(ids), shop, strict=True):
        assert (copy.article_id, copy.digest) == (original.article_id, original.digest)
        for entry, wanted in zip(copy.entries, original.entries, strict=True):
            assert (entry.passage, entry.words) == (wanted.passage, wanted.words)
            assert np.array_equal(entry.vector, wanted.vector)


def test_only_what_changed_is_copied_and_what_is_gone_removed(
    source: EmbeddedIndex, target: CountingIndex, shop: list[IndexedArticle]
) -> None:
    mirror_anew(source, target)
    gone, changed, *_ = shop
    source.remove([gone.article_id])
    source.put([IndexedArticle(changed.article_id, "new", changed.entries[:1])])
    assert bring_up_to_date(source, target) == 2
    assert (target.written, target.removed) == ([changed.article_id], [gone.article_id])
    assert target.digests() == source.digests()


def test_where_nothing_changed_nothing_is_written(
    source: EmbeddedIndex, target: CountingIndex, elasticsearch: Elasticsearch
) -> None:
    mirror_anew(source, target)
    before = elasticsearch.indices.get(index=target.alias).body
    assert bring_up_to_date(source, target) == 0
    assert (target.written, target.removed) == ([], [])
    assert elasticsearch.indices.get(index=target.alias).body == before


def test_an_index_of_another_encoder_is_made_anew(
    source: EmbeddedIndex,
    target: CountingIndex,
    elasticsearch: Elasticsearch,
    shop: list[IndexedArticle],
) -> None:
    other = ElasticsearchIndex(elasticsearch, target.alias, "another encoder")
    mirror_anew(source, other)
    with pytest.raises(IndexMismatch):
        mirror(source, target)
    assert bring_up_to_date(source, target) == len(shop)
    assert target.digests() == source.digests()


def test_a_source_that_is_missing_leaves_the_target_as_it_is(
    source: EmbeddedIndex, target: CountingIndex, tmp_path: Path
) -> None:
    mirror_anew(source, target)
    with pytest.raises(IndexMissing, match=r"none\.db"):
        bring_up_to_date(EmbeddedIndex(tmp_path / "none.db", "any"), target)
    assert target.digests() == source.digests()
