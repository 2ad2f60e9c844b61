"""The index file: what is encoded, when it is replaced, who may read it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.index import BuildReport, KnowledgeIndex, build_index
from aisle.knowledge.models import Article
from aisle.language.encoder import SentenceEncoder

MakeArticle = Callable[..., Article]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "index.db"


@pytest.fixture
def articles(make_article: MakeArticle) -> list[Article]:
    return [
        make_article("lockers", "## Where is it?\nAt the station.\n\n## Who pays?\nYou do."),
        make_article("returns", "## How long?\n30 days.", title="Returns", category="returns"),
    ]


def test_the_first_build_encodes_every_passage(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    report = build_index(articles, encoder, path, lambda done, total: seen.append((done, total)))
    assert report == BuildReport(passages=3, changed=3, removed=0)
    assert seen == [(3, 3)]
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    assert [passage.heading for passage in index.passages] == [
        "Where is it?",
        "Who pays?",
        "How long?",
    ]
    assert index.vectors.shape == (3, encoder.dimension)
    assert np.allclose(np.linalg.norm(index.vectors, axis=1), 1, atol=1e-5)


def test_building_twice_leaves_the_file_alone(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    before = path.stat()
    assert build_index(articles, encoder, path) == BuildReport(passages=3, changed=0, removed=0)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(path.parent.iterdir()) == [path]


def test_only_a_changed_passage_is_encoded_again(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    before = KnowledgeIndex.open(path, encoder.fingerprint)
    articles[0].content = articles[0].content.replace("You do.", "We do.")
    assert build_index(articles, encoder, path).changed == 1
    after = KnowledgeIndex.open(path, encoder.fingerprint)
    assert after.passages[1].text == "We do."
    assert np.array_equal(after.vectors[[0, 2]], before.vectors[[0, 2]])
    assert not np.array_equal(after.vectors[1], before.vectors[1])


def test_a_new_category_needs_no_encoding_but_is_kept(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    articles[1].category = "refunds"
    assert build_index(articles, encoder, path).changed == 0
    assert KnowledgeIndex.open(path, encoder.fingerprint).passages[2].category == "refunds"


def test_passages_of_a_gone_article_are_removed(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    report = build_index(articles[1:], encoder, path)
    assert report == BuildReport(passages=1, changed=0, removed=2)
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    assert index.keyword_matches("station", 10) == []
    assert index.keyword_matches("days", 10) == [0]


def test_an_index_without_articles_can_be_read(encoder: SentenceEncoder, path: Path) -> None:
    build_index([], encoder, path)
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    assert index.keyword_matches("anything", 5) == []
    assert index.nearest(index.similarities(encoder.encode(["anything"])[0]), 5) == []


def test_a_reader_keeps_its_index_while_a_new_one_is_written(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    reader = KnowledgeIndex.open(path, encoder.fingerprint)
    build_index(articles[1:], encoder, path)
    assert [reader.passages[row].text for row in reader.keyword_matches("station", 5)] == [
        "At the station."
    ]


def test_a_missing_index_says_what_to_run(path: Path) -> None:
    with pytest.raises(IndexMissing, match="aisle index"):
        KnowledgeIndex.open(path, "any")


def test_a_file_that_is_no_index_says_what_to_run(tmp_path: Path) -> None:
    text, empty = tmp_path / "text.db", tmp_path / "empty.db"
    text.write_text("not a database, but long enough to look at" * 50)
    sqlite3.connect(empty).close()
    empty.touch()
    for path in (text, empty):
        with pytest.raises(IndexMissing, match="aisle index"):
            KnowledgeIndex.open(path, "any")


def test_an_index_of_another_encoder_is_refused_and_then_rebuilt(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    with pytest.raises(IndexMismatch, match="aisle index"):
        KnowledgeIndex.open(path, "another encoder")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE index_info SET value = 'old' WHERE name = 'encoder'")
    assert build_index(articles, encoder, path).changed == 3
    KnowledgeIndex.open(path, encoder.fingerprint)


def test_a_word_in_the_title_weighs_more_than_one_in_the_text(
    make_article: MakeArticle, encoder: SentenceEncoder, path: Path
) -> None:
    build_index(
        [
            make_article("a", "## Question\nSomething about drones here.", title="Lockers"),
            make_article("b", "## Question\nSomething about lockers here.", title="Drones"),
        ],
        encoder,
        path,
    )
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    assert index.keyword_matches("locker", 5) == [0, 1]
    assert index.keyword_matches("drone", 5) == [1, 0]


def test_searches_can_be_limited_to_articles(
    articles: list[Article], encoder: SentenceEncoder, path: Path
) -> None:
    build_index(articles, encoder, path)
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    similarities = index.similarities(encoder.encode(["how long"])[0])
    assert index.nearest(similarities, 5, {"lockers"}) in ([0, 1], [1, 0])
    assert index.keyword_matches("days station", 5, {"returns"}) == [2]
    assert index.keyword_matches("days station", 5, set()) == []
    assert index.nearest(similarities, 5, set()) == []
