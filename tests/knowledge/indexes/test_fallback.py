"""Two indexes as one: outages of the server are noticed once, bridged and made up for."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from elasticsearch import Elasticsearch

from aisle.knowledge.errors import IndexMissing, IndexUnavailable
from aisle.knowledge.indexes.contract import Filters, IndexedArticle
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.fallback import IndexWithFallback
from aisle.knowledge.indexes.mirror import bring_up_to_date
from aisle.knowledge.models import Article
from tests.knowledge.indexes.conftest import Encode
from tests.knowledge.indexes.elasticsearch_server import (
    Node,
    needs_elasticsearch,
    needs_node,
    opened,
    own_alias,
)

MakeArticle = Callable[..., Article]

RETRY_SECONDS = 0.2
LONGEST_RETURN_S = 60
ANYTHING = np.eye(1, 384, dtype=np.float32)[0]
AWAY = "unreachable: answering from the embedded index"


class Pair:
    """An index with a fallback, the two it is made of, and what its catching up does."""

    def __init__(self, primary: ElasticsearchIndex, fallback: EmbeddedIndex) -> None:
        self.primary = primary
        self.fallback = fallback
        self.before_catching_up: Callable[[], object] = lambda: None
        self.after_catching_up: Callable[[], object] = lambda: None
        self.both = IndexWithFallback(primary, fallback, self._catch_up, RETRY_SECONDS)

    def _catch_up(self) -> None:
        self.before_catching_up()
        bring_up_to_date(self.fallback, self.primary)
        self.after_catching_up()

    def found(self, phrase: str = "parcel") -> list[str]:
        hits = self.both.find([phrase], ANYTHING, Filters(), 50).keywords
        return sorted(entry.passage.article_id for entry in hits)

    def wait_until_back(self) -> None:
        end = time.monotonic() + LONGEST_RETURN_S
        while self.both.status() != "ok":
            assert time.monotonic() < end, "it did not come back in time"
            time.sleep(0.05)


@pytest.fixture
def articles(make_article: MakeArticle, encode: Encode) -> list[IndexedArticle]:
    content = "## Where?\nYour parcel is here."
    return encode(*(make_article(article_id, content) for article_id in "abcd"))


@pytest.fixture
def fallback(tmp_path: Path, articles: list[IndexedArticle]) -> Iterator[EmbeddedIndex]:
    index = EmbeddedIndex(tmp_path / "index.db", "any")
    with index.rebuilding() as new:
        new.put(articles[:2])
    yield index
    index.close()


@pytest.fixture
def pair(elasticsearch: Elasticsearch, alias: str, fallback: EmbeddedIndex) -> Iterator[Pair]:
    """Both indexes are up to date."""
    yield from _pair(elasticsearch, alias, fallback)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("node"))
    node.start()
    yield node
    node.close()


@pytest.fixture
def pair_on_node(node: Node, fallback: EmbeddedIndex) -> Iterator[Pair]:
    """The same with a server that may be stopped."""
    with opened(node.url) as client, own_alias(client) as alias:
        yield from _pair(client, alias, fallback)


@pytest.fixture
def alone(fallback: EmbeddedIndex) -> Iterator[Pair]:
    """A pair whose server is nowhere."""
    with opened("http://127.0.0.1:1") as client:
        pair = Pair(ElasticsearchIndex(client, "aisle", "any"), fallback)
        yield pair
        pair.both.close()


def _pair(client: Elasticsearch, alias: str, fallback: EmbeddedIndex) -> Iterator[Pair]:
    pair = Pair(ElasticsearchIndex(client, alias, "any"), fallback)
    bring_up_to_date(fallback, pair.primary)
    yield pair
    pair.both.close()


@needs_elasticsearch
def test_while_the_server_answers_it_is_searched(
    pair: Pair, articles: list[IndexedArticle]
) -> None:
    pair.primary.put(articles[2:3])
    assert pair.found() == ["a", "b", "c"]
    assert pair.both.vocabulary().passages == 3
    assert pair.both.status() == "ok"


@needs_elasticsearch
def test_what_is_written_is_in_both(pair: Pair, articles: list[IndexedArticle]) -> None:
    pair.both.put(iter(articles[2:]))
    pair.both.remove(iter(["a"]))
    for index in (pair.primary, pair.fallback, pair.both):
        assert index.digests().keys() == {"b", "c", "d"}
    assert [found.article_id for found in pair.both.articles("abc")] == ["b", "c"]


def test_without_a_server_the_fallback_answers_and_is_written_to(
    alone: Pair, articles: list[IndexedArticle]
) -> None:
    assert alone.found() == ["a", "b"]
    alone.both.put(articles[2:])
    alone.both.remove(["a"])
    assert alone.found() == ["b", "c", "d"]
    assert alone.both.vocabulary().passages == 3
    assert alone.both.digests().keys() == {"b", "c", "d"}
    assert alone.both.status() == AWAY


def test_an_outage_is_logged_once_and_one_thread_looks_for_its_end(
    alone: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    before = threading.active_count()
    for _ in range(20):
        alone.found()
        alone.both.status()
    time.sleep(3 * RETRY_SECONDS)
    assert threading.active_count() == before + 1
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "cannot be used (ConnectionError)" in record.getMessage()
    alone.both.close()
    time.sleep(2 * RETRY_SECONDS)
    assert threading.active_count() == before


def test_an_error_of_the_fallback_is_an_error(alone: Pair) -> None:
    alone.fallback.path.unlink()
    with pytest.raises(IndexMissing, match=r"index\.db"):
        alone.found()
    with pytest.raises(IndexMissing, match=r"index\.db"):
        alone.both.remove(["a"])


@needs_node
def test_what_was_written_in_an_outage_is_on_the_server_when_it_is_searched_again(
    pair_on_node: Pair,
    node: Node,
    articles: list[IndexedArticle],
    caplog: pytest.LogCaptureFixture,
) -> None:
    pair = pair_on_node
    assert pair.both.status() == "ok"
    node.stop()
    try:
        assert pair.found() == ["a", "b"]
        pair.both.put(articles[2:3])
        pair.both.remove(["a"])
        assert pair.found() == ["b", "c"]
        assert pair.both.status() == AWAY
        with pytest.raises(IndexUnavailable):
            pair.primary.check()
    finally:
        node.start()
    pair.wait_until_back()
    assert pair.primary.digests() == pair.fallback.digests()
    pair.primary.put(articles[3:])
    assert pair.found() == ["b", "c", "d"], "the server answers again"
    lost, back = (record.getMessage() for record in caplog.records)
    assert "searched in the embedded index" in lost
    assert "on the search server again" in back


@needs_node
def test_a_server_that_hangs_is_waited_for_once(pair_on_node: Pair, node: Node) -> None:
    pair_on_node.found()
    node.pause()
    try:
        assert 1.5 < _seconds(pair_on_node.found) < 3
        for _ in range(5):
            assert _seconds(pair_on_node.found) < 0.5
            assert _seconds(pair_on_node.both.status) < 0.5
            assert _seconds(lambda: pair_on_node.both.remove(["a"])) < 0.5
    finally:
        node.resume()
    pair_on_node.wait_until_back()
    assert pair_on_node.primary.digests().keys() == {"b"}


@needs_elasticsearch
def test_an_index_that_is_missing_on_the_server_is_made_there(
    elasticsearch: Elasticsearch, alias: str, fallback: EmbeddedIndex
) -> None:
    pair = Pair(ElasticsearchIndex(elasticsearch, alias, "any"), fallback)
    assert pair.found() == ["a", "b"]
    pair.wait_until_back()
    assert pair.primary.digests() == pair.fallback.digests()
    pair.both.close()


@needs_elasticsearch
def test_an_index_of_another_encoder_is_made_anew(pair: Pair, elasticsearch: Elasticsearch) -> None:
    with ElasticsearchIndex(elasticsearch, pair.primary.alias, "another encoder").rebuilding():
        pass
    assert pair.both.status() == AWAY
    assert pair.found() == ["a", "b"]
    pair.wait_until_back()
    assert pair.primary.digests() == pair.fallback.digests()


@needs_elasticsearch
def test_the_server_is_not_searched_until_it_has_caught_up(
    pair: Pair, elasticsearch: Elasticsearch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("with personal data")

    pair.before_catching_up = fail
    _lose_index(pair, elasticsearch)
    assert pair.found() == ["a", "b"]
    time.sleep(4 * RETRY_SECONDS)
    assert pair.both.status() == AWAY
    assert caplog.text.count("could not be brought up to date (RuntimeError)") == 1
    assert "personal" not in caplog.text
    pair.before_catching_up = lambda: None
    pair.wait_until_back()
    assert "was brought up to date" in caplog.text


@needs_elasticsearch
def test_what_is_written_while_the_server_catches_up_is_not_lost(
    pair: Pair, elasticsearch: Elasticsearch, articles: list[IndexedArticle]
) -> None:
    caught_up, written = threading.Event(), threading.Event()

    def wait() -> None:
        caught_up.set()
        written.wait(LONGEST_RETURN_S)

    pair.after_catching_up = wait
    _lose_index(pair, elasticsearch)
    pair.found()
    assert caught_up.wait(LONGEST_RETURN_S)
    pair.both.put(articles[2:])
    written.set()
    pair.wait_until_back()
    assert pair.primary.digests().keys() == {"a", "b", "c", "d"}


def _lose_index(pair: Pair, client: Elasticsearch) -> None:
    for name in client.indices.get_alias(name=pair.primary.alias):
        client.indices.delete(index=name)


def _seconds(act: Callable[[], object]) -> float:
    since = time.monotonic()
    act()
    return time.monotonic() - since
