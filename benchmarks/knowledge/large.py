"""A large index, built on the real path as far as that takes minutes.

The articles of the first 10,000 passages are cut, encoded and stored by ``update_index``. Those
after them are cut and stored as well, but their vectors are derived: each is that of the passage
on the same section among the first, with noise added (cosine about 0.9), of length 1.
"""

import time
from pathlib import Path

import numpy as np

from aisle.cli.loading import progress_bar
from aisle.knowledge.articles.passages import passages_of
from aisle.knowledge.indexes.contract import Entry, IndexedArticle
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.encoding import digest_of, words_of
from aisle.knowledge.indexes.updating import update_index
from aisle.knowledge.indexing import EXAMPLES
from aisle.knowledge.models import Article
from aisle.knowledge.search.topics import ensure_topics, topics_path
from aisle.language.encoder import Vectors
from aisle.language.examples import read_examples
from benchmarks.knowledge.catalogue import SECTIONS, SUBJECTS, Catalogue
from benchmarks.knowledge.shop import load_encoder

NOISE = 0.48
AT_ONCE = 200


def build(path: Path, passages: int) -> float:
    """Build an index with so many passages, and topics; return the passages indexed a second."""
    encoder, catalogue = load_encoder(), Catalogue()
    index = EmbeddedIndex(path, encoder.fingerprint)
    articles = passages // SECTIONS
    first = [catalogue.article(number) for number in range(min(articles, SUBJECTS))]
    started = time.perf_counter()
    with progress_bar("Indexing articles") as progress:
        update_index(index, first, encoder, progress=progress)
    rate = SECTIONS * len(first) / (time.perf_counter() - started)
    if articles > SUBJECTS:
        _add_derived(index, catalogue, articles)
    index.close()
    ensure_topics(topics_path(path), read_examples(EXAMPLES), encoder)
    return rate


def _add_derived(index: EmbeddedIndex, catalogue: Catalogue, articles: int) -> None:
    known = index.articles(catalogue.article(number).id for number in range(SUBJECTS))
    vectors = [np.stack([entry.vector for entry in article.entries]) for article in known]
    noise = np.random.RandomState(0)
    with progress_bar("Adding articles with derived vectors") as progress:
        for start in range(SUBJECTS, articles, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, articles))
            index.put(
                _indexed(catalogue.article(number), vectors[number % SUBJECTS], noise)
                for number in numbers
            )
            progress(numbers.stop - SUBJECTS, articles - SUBJECTS)


def _indexed(article: Article, like: Vectors, noise: np.random.RandomState) -> IndexedArticle:
    scale = NOISE / np.sqrt(like.shape[1])
    vectors = like + noise.normal(scale=scale, size=like.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    entries = [
        Entry(passage, words_of(passage), vector)
        for passage, vector in zip(passages_of(article), vectors.astype(np.float32), strict=True)
    ]
    return IndexedArticle(article.id, digest_of(article), entries)
