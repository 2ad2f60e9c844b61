"""The index in Elasticsearch: its aliases, its requests, its errors and how it ranks."""

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from elasticsearch import Elasticsearch

from aisle.knowledge.errors import IndexMismatch, IndexUnavailable
from aisle.knowledge.indexes.contract import INDEX_VERSION, Filters, IndexedArticle
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.elasticsearch_client import open_elasticsearch
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.search.words import words_in
from aisle.language.encoder import SentenceEncoder
from aisle.settings import ElasticsearchSettings
from tests.knowledge.indexes.elasticsearch_server import (
    ELASTICSEARCH_URL,
    needs_elasticsearch,
    opened,
)

QUESTION = "is marigold@mail.example entitled"
PASSWORD = "tr0ub4dor"


@pytest.fixture
def index(elasticsearch: Elasticsearch, alias: str) -> ElasticsearchIndex:
    index = ElasticsearchIndex(elasticsearch, alias, "any")
    with index.rebuilding():
        pass
    return index


@pytest.fixture
def filled(index: ElasticsearchIndex, shop: list[IndexedArticle]) -> ElasticsearchIndex:
    index.put(shop)
    return index


@pytest.fixture
def refusing() -> Iterator[Callable[[int, bytes], str]]:
    """Run servers that have an index but answer every search in the same way."""
    servers: list[ThreadingHTTPServer] = []

    def make(status: int, body: bytes) -> str:
        servers.append(_server(status, body))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def requests_of(caplog: pytest.LogCaptureFixture, act: Callable[[], object]) -> list[str]:
    """Return the paths that the client asks for, which it logs when it is let."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "elastic_transport"):
        act()
    targets = (record.getMessage().split()[1] for record in caplog.records)
    return [target.split("/", 3)[-1] for target in targets]


def names(client: Elasticsearch, alias: str) -> list[str]:
    return sorted(client.indices.get(index=f"{alias}*", features="aliases"))


@needs_elasticsearch
def test_a_search_is_one_request(
    filled: ElasticsearchIndex, shop: list[IndexedArticle], caplog: pytest.LogCaptureFixture
) -> None:
    vector = shop[0].entries[0].vector

    def search() -> None:
        filled.vocabulary()
        filled.find(["parcel"], vector, Filters(), 30)

    search()
    assert requests_of(caplog, search) == [f"{filled.alias}/_msearch"]


@needs_elasticsearch
def test_the_vocabulary_is_not_counted_again_while_nothing_changed(
    filled: ElasticsearchIndex,
    elasticsearch: Elasticsearch,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aisle.knowledge.indexes.elasticsearch._RECOUNT_S", 0.0)
    before = filled.vocabulary()
    assert requests_of(caplog, filled.vocabulary) == [f"{filled.alias}/_mapping"]
    assert filled.vocabulary() is before
    another = ElasticsearchIndex(elasticsearch, filled.alias, "any")
    another.remove(list(another.digests())[:1])
    assert filled.vocabulary().passages < before.passages


@needs_elasticsearch
def test_the_nearest_are_those_of_the_embedded_index(
    filled: ElasticsearchIndex,
    embedded: EmbeddedIndex,
    shop: list[IndexedArticle],
    encoder: SentenceEncoder,
) -> None:
    for article in shop:
        vector = encoder.encode([article.entries[0].passage.heading])[0]
        there = filled.find([], vector, Filters(), 30).nearest
        here = embedded.find([], vector, Filters(), 30).nearest
        assert {entry.passage.id for entry in there} == {entry.passage.id for entry in here}
        for found, exact in zip(there, here, strict=True):
            assert found.cosine(vector) == pytest.approx(exact.cosine(vector), abs=1e-6)


@needs_elasticsearch
def test_keywords_mostly_find_the_same_first_as_in_the_embedded_index(
    filled: ElasticsearchIndex, embedded: EmbeddedIndex, shop: list[IndexedArticle]
) -> None:
    same = found = 0
    entries = [entry for article in shop for entry in article.entries]
    for entry in entries:
        phrases = words_in(entry.passage.heading)
        first, other = (
            [hit.passage for hit in index.find(phrases, entry.vector, Filters(), 10).keywords]
            for index in (filled, embedded)
        )
        same += first[:1] == other[:1]
        found += bool(other) and other[0] in first[:5]
    assert same / len(entries) > 0.8
    assert found / len(entries) > 0.9


@needs_elasticsearch
def test_a_rebuild_leaves_one_index(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch
) -> None:
    former = names(elasticsearch, filled.alias)
    with filled.rebuilding():
        assert len(names(elasticsearch, filled.alias)) == 2
    (present,) = names(elasticsearch, filled.alias)
    assert present not in former
    assert elasticsearch.indices.get_alias(index=present)[present] == {
        "aliases": {filled.alias: {}}
    }


@needs_elasticsearch
def test_a_rebuild_that_fails_leaves_one_index(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch
) -> None:
    before = names(elasticsearch, filled.alias)
    with suppress(RuntimeError), filled.rebuilding():
        raise RuntimeError
    assert names(elasticsearch, filled.alias) == before


@needs_elasticsearch
def test_what_a_crashed_rebuild_left_is_deleted_and_what_others_have_is_not(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch
) -> None:
    alias = filled.alias
    crashed = f"{alias}-20260101000000-0123abcd"
    running = f"{alias}-29990101000000-0123abcd"
    others = [f"{alias}-staging-20260101000000-0123abcd", f"{alias}-orders"]
    for name in (crashed, running):
        elasticsearch.indices.create(index=name, aliases={f"{name}-building": {}})
    for name in others:
        elasticsearch.indices.create(index=name)
    with filled.rebuilding():
        pass
    left = names(elasticsearch, alias)
    assert crashed not in left
    assert {running, *others} < set(left)
    assert len(left) == 4


@needs_elasticsearch
def test_rebuilds_that_end_at_once_leave_one_index(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch, shop: list[IndexedArticle]
) -> None:
    def rebuild(articles: list[IndexedArticle]) -> None:
        index = ElasticsearchIndex(elasticsearch, filled.alias, "any")
        with index.rebuilding() as new:
            new.put(articles)

    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(rebuild, [shop[:n] for n in (1, 2, 3, 4)]))
        assert len(names(elasticsearch, filled.alias)) == 1
        assert len(filled.digests()) in (1, 2, 3, 4)


@needs_elasticsearch
def test_an_index_that_has_the_name_of_the_alias_is_left_alone(
    elasticsearch: Elasticsearch, alias: str
) -> None:
    elasticsearch.indices.create(index=alias)
    index = ElasticsearchIndex(elasticsearch, alias, "any")
    with pytest.raises(IndexMismatch):
        index.digests()
    with pytest.raises(IndexMismatch, match=r"elasticsearch\.index"), index.rebuilding():
        pass
    assert names(elasticsearch, alias) == [alias]


@needs_elasticsearch
def test_an_alias_of_two_indexes_is_refused_until_a_rebuild(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch
) -> None:
    elasticsearch.indices.create(index=f"{filled.alias}-orders", aliases={filled.alias: {}})
    with pytest.raises(IndexMismatch, match="run `aisle index --rebuild`"):
        filled.check()
    with filled.rebuilding():
        pass
    assert filled.digests() == {}


@needs_elasticsearch
def test_writing_makes_no_index_where_there_was_none(
    filled: ElasticsearchIndex, elasticsearch: Elasticsearch, shop: list[IndexedArticle]
) -> None:
    def articles() -> Iterator[IndexedArticle]:
        for name in names(elasticsearch, filled.alias):
            elasticsearch.indices.delete(index=name)
        yield shop[0]

    with pytest.raises(Exception, match="no article index"):
        filled.put(articles())
    assert names(elasticsearch, filled.alias) == []


@needs_elasticsearch
def test_an_index_of_another_version_is_refused(
    index: ElasticsearchIndex, elasticsearch: Elasticsearch
) -> None:
    about = {"version": "0", "encoder": "any", "generation": "1"}
    elasticsearch.indices.put_mapping(index=index.alias, meta=about)
    with pytest.raises(IndexMismatch, match="run `aisle index --rebuild`"):
        index.check()


@needs_elasticsearch
def test_a_write_that_was_interrupted_is_seen_as_not_done(
    index: ElasticsearchIndex, elasticsearch: Elasticsearch, shop: list[IndexedArticle]
) -> None:
    article = next(article for article in shop if len(article.entries) > 3)
    index.put([article])
    changed = IndexedArticle(article.article_id, "new", [*article.entries[:-1], "not an entry"])
    with pytest.raises(AttributeError):
        index.put([changed])
    elasticsearch.indices.refresh(index=index.alias)
    assert index.digests() == {article.article_id: article.digest}


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_server_that_refuses_is_unavailable(
    refusing: Callable[[int, bytes], str], status: int
) -> None:
    body = b'{"error": {"type": "some_exception", "reason": "' + QUESTION.encode() + b'"}}'
    with opened(refusing(status, body)) as client:
        message = str(_failure(client))
    assert f"({status} some_exception)" in message
    assert "elasticsearch.hosts" in message
    assert "marigold" not in message


def test_what_is_not_elasticsearch_is_unavailable(refusing: Callable[[int, bytes], str]) -> None:
    for status in (200, 404, 502):
        with opened(refusing(status, b"<html>marigold</html>")) as client:
            assert "marigold" not in str(_failure(client))


def test_a_server_that_is_silent_is_given_up_after_two_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with opened(f"http://127.0.0.1:{silent.getsockname()[1]}") as client:
            since = time.monotonic()
            assert "ConnectionTimeout" in str(_failure(client))
        assert 1.5 < time.monotonic() - since < 3


def test_an_address_where_nobody_listens_is_given_up_at_once() -> None:
    with opened("http://127.0.0.1:1") as client:
        since = time.monotonic()
        assert "ConnectionError" in str(_failure(client))
    assert time.monotonic() - since < 1


@needs_elasticsearch
def test_of_two_hosts_the_one_that_answers_is_asked() -> None:
    hosts = f"http://127.0.0.1:1 {ELASTICSEARCH_URL}"
    with open_elasticsearch(ElasticsearchSettings(hosts=hosts, index="aisle")) as client:
        for _ in range(4):
            assert client.info()["version"]["number"].startswith("8.")


def test_logs_and_errors_show_neither_questions_nor_passwords(
    refusing: Callable[[int, bytes], str],
    shop: list[IndexedArticle],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    error = b'{"error": {"type": "parsing_exception", "reason": "at [marigold]"}, "status": 400}'
    for status, body in ((200, b'{"responses": [' + error + b"]}"), (400, error), (503, error)):
        url = refusing(status, body)
        with open_elasticsearch(
            ElasticsearchSettings(hosts=url, username="ann", password=PASSWORD, index="aisle")
        ) as client:
            index = ElasticsearchIndex(client, "aisle", "any")
            with pytest.raises(IndexUnavailable) as raised:
                index.find([QUESTION], shop[0].entries[0].vector, Filters(), 5)
        shown = f"{caplog.text} {raised.value} {raised.value.__cause__}"
        assert "parsing_exception" in shown
        assert "marigold" not in shown
        assert PASSWORD not in shown
        assert "elastic_transport" not in caplog.text


def _failure(client: Elasticsearch) -> IndexUnavailable:
    with pytest.raises(IndexUnavailable) as raised:
        ElasticsearchIndex(client, "aisle", "any").digests()
    return raised.value


def _server(status: int, body: bytes) -> ThreadingHTTPServer:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            about = {"version": INDEX_VERSION, "encoder": "any", "generation": "1"}
            self._answer(200, json.dumps({"aisle-1": {"mappings": {"_meta": about}}}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(status, body)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Answer)
