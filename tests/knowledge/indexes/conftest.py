"""Both indexes, each empty and in a place of its own, and articles to put there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from aisle.knowledge.indexes.contract import IndexedArticle
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.encoding import encode_articles
from aisle.knowledge.models import Article
from aisle.language.encoder import SentenceEncoder
from tests.knowledge.indexes.elasticsearch_server import (
    ELASTICSEARCH_URL,
    needs_elasticsearch,
    opened,
    own_alias,
)

Index = EmbeddedIndex | ElasticsearchIndex
OpenIndex = Callable[[str], Index]
Encode = Callable[..., list[IndexedArticle]]


@pytest.fixture
def elasticsearch() -> Iterator[Elasticsearch]:
    assert ELASTICSEARCH_URL is not None
    with opened(ELASTICSEARCH_URL) as client:
        yield client


@pytest.fixture
def alias(elasticsearch: Elasticsearch) -> Iterator[str]:
    with own_alias(elasticsearch) as alias:
        yield alias


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=needs_elasticsearch)])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenIndex]:
    """Open one and the same place for the encoder with a fingerprint; nothing is there yet."""
    opened: list[EmbeddedIndex] = []

    def open_file(fingerprint: str) -> Index:
        opened.append(EmbeddedIndex(tmp_path / "new folder" / "index.db", fingerprint))
        return opened[-1]

    if request.param == "embedded":
        yield open_file
    else:
        client = request.getfixturevalue("elasticsearch")
        alias = request.getfixturevalue("alias")
        yield lambda fingerprint: ElasticsearchIndex(client, alias, fingerprint)
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: OpenIndex, encoder: SentenceEncoder) -> Index:
    """An index without articles, on each server that is at hand."""
    index = open_index(encoder.fingerprint)
    with index.rebuilding():
        pass
    return index


@pytest.fixture(scope="session")
def encode(encoder: SentenceEncoder) -> Encode:
    """Turn articles into what indexes store."""

    def encode(*articles: Article) -> list[IndexedArticle]:
        return [indexed for batch in encode_articles(articles, encoder) for indexed in batch]

    return encode


@pytest.fixture(scope="session")
def shop(shop_articles: list[Article], encode: Encode) -> list[IndexedArticle]:
    """The demo shop's articles as indexes store them."""
    return encode(*shop_articles)


@pytest.fixture
def embedded(tmp_path: Path, shop: list[IndexedArticle]) -> Iterator[EmbeddedIndex]:
    """The demo shop's articles in a file."""
    index = EmbeddedIndex(tmp_path / "index.db", "any")
    with index.rebuilding() as new:
        new.put(shop)
    yield index
    index.close()
