"""From articles to what an index stores: passages, their words and their vectors."""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np

from aisle.knowledge.articles.passages import Passage, passages_of
from aisle.knowledge.indexes.contract import Entry, IndexedArticle
from aisle.knowledge.models import Article
from aisle.knowledge.search.words import words_in
from aisle.language.encoder import SentenceEncoder, Vectors

ARTICLES_AT_ONCE = 16
_INDEXED = ("title", "category", "tags", "status", "language", "link", "content")


def digest_of(article: Article) -> str:
    """Return a digest of everything of the article that is indexed."""
    values = [getattr(article, name) for name in _INDEXED]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:32]


def encode_articles(
    articles: Iterable[Article], encoder: SentenceEncoder, threads: int = 1
) -> Iterator[list[IndexedArticle]]:
    """Yield the articles as they are indexed, in batches and in their order."""
    remaining = iter(articles)
    batches = iter(lambda: list(islice(remaining, ARTICLES_AT_ONCE)), [])
    with ThreadPoolExecutor(threads) as pool:
        ahead = deque(pool.submit(_encoded, batch, encoder) for batch in islice(batches, threads))
        while ahead:
            ahead.extend(pool.submit(_encoded, batch, encoder) for batch in islice(batches, 1))
            yield ahead.popleft().result()


def words_of(passage: Passage) -> tuple[str, ...]:
    """Return the words by which a passage is found."""
    parts = (passage.title, *passage.heading_path, passage.text, *passage.tags)
    return words_in(" ".join(parts))


def _encoded(articles: Sequence[Article], encoder: SentenceEncoder) -> list[IndexedArticle]:
    passages = [passages_of(article) for article in articles]
    vectors = iter(_encode([passage for found in passages for passage in found], encoder))
    return [
        IndexedArticle(
            article_id=article.id,
            digest=digest_of(article),
            entries=[Entry(passage, words_of(passage), next(vectors)) for passage in found],
        )
        for article, found in zip(articles, passages, strict=True)
    ]


def _encode(passages: Sequence[Passage], encoder: SentenceEncoder) -> Vectors:
    """Let the question, the answer and the article's subject speak with equal weight."""
    subjects = [f"{passage.title} {', '.join(passage.tags)}" for passage in passages]
    vectors = (
        _encode_once([_heading(passage) for passage in passages], encoder)
        + encoder.encode([f"{_heading(passage)}\n{passage.text}" for passage in passages])
        + _encode_once(subjects, encoder)
    )
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _encode_once(texts: Sequence[str], encoder: SentenceEncoder) -> Vectors:
    """Encode each different text once; the passages of an article share many."""
    different = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return encoder.encode(list(different))[[different[text] for text in texts]]


def _heading(passage: Passage) -> str:
    return ": ".join(passage.heading_path)
