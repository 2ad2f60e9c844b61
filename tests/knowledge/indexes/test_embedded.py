"""The index file: what is no index, and how it is replaced under its readers."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import Filters, IndexedArticle
from aisle.knowledge.indexes.embedded import EmbeddedIndex


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


def test_a_missing_file_is_named_and_not_made(path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"index\.db; run `aisle index`"):
        EmbeddedIndex(path, "any").digests()
    assert not path.exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a database, but long enough to look at" * 50], ids=["empty", "text"]
)
def test_a_file_that_is_no_index_says_what_to_run_and_is_replaced(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    index = EmbeddedIndex(path, "any")
    with pytest.raises(IndexMissing, match="run `aisle index`"):
        index.digests()
    with index.rebuilding():
        pass
    assert index.digests() == {}
    index.close()


def test_a_database_of_something_else_is_no_index(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    with pytest.raises(IndexMissing, match="run `aisle index`"):
        EmbeddedIndex(path, "any").digests()


def test_an_index_of_another_version_is_refused(path: Path) -> None:
    with EmbeddedIndex(path, "any").rebuilding():
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE index_info SET value = '0' WHERE name = 'version'")
    with pytest.raises(IndexMismatch, match="run `aisle index --rebuild`"):
        EmbeddedIndex(path, "any").digests()


def test_a_rebuild_leaves_nothing_but_the_file(path: Path) -> None:
    index = EmbeddedIndex(path, "any")
    with index.rebuilding():
        pass
    with pytest.raises(RuntimeError), index.rebuilding():
        raise RuntimeError
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_was_replaced_or_removed_is_noticed(
    path: Path, shop: list[IndexedArticle]
) -> None:
    reader, vector = EmbeddedIndex(path, "any"), shop[0].entries[0].vector
    with reader.rebuilding() as new:
        new.put(shop[:3])
    assert len(reader.digests()) == 3
    with EmbeddedIndex(path, "any").rebuilding() as new:
        new.put(shop[:1])
    nearest = reader.find([], vector, Filters(), 200).nearest
    assert {entry.passage.article_id for entry in nearest} == {shop[0].article_id}
    path.unlink()
    with pytest.raises(IndexMissing):
        reader.find([], vector, Filters(), 5)


def test_an_open_reader_follows_every_change(path: Path, shop: list[IndexedArticle]) -> None:
    reader, writer = EmbeddedIndex(path, "any"), EmbeddedIndex(path, "any")
    with writer.rebuilding() as new:
        new.put(shop[:20])
    _see_the_same(reader, path, shop)
    writer.put(shop[10:30])
    _see_the_same(reader, path, shop)
    writer.put(_changed(article, category="elsewhere") for article in shop[5:7])
    _see_the_same(reader, path, shop)
    writer.remove(article.article_id for article in shop[:15])
    _see_the_same(reader, path, shop)


def test_an_open_reader_follows_when_most_articles_go_and_new_ones_come(
    path: Path, shop: list[IndexedArticle]
) -> None:
    many = [
        _changed(article, article_id=f"{article.article_id}-{copy}")
        for copy in range(6)
        for article in shop
    ]
    reader, writer = EmbeddedIndex(path, "any"), EmbeddedIndex(path, "any")
    with writer.rebuilding() as new:
        new.put(many)
    _see_the_same(reader, path, shop)
    writer.remove(article.article_id for article in many[10:])
    _see_the_same(reader, path, shop)
    writer.put(many[20:30])
    _see_the_same(reader, path, shop)


def _see_the_same(reader: EmbeddedIndex, path: Path, shop: Sequence[IndexedArticle]) -> None:
    """Check that it finds what a reader finds that opens the file now."""
    fresh = EmbeddedIndex(path, "any")
    for filters in (Filters(), Filters(category="elsewhere"), Filters(tags="refund")):
        for article in shop[:30:3]:
            vector = article.entries[0].vector
            expected = fresh.find(["refund", "parcel"], vector, filters, 30)
            assert reader.find(["refund", "parcel"], vector, filters, 30) == expected
    assert reader.vocabulary().passages_with == fresh.vocabulary().passages_with
    assert reader.vocabulary().passages == fresh.vocabulary().passages
    fresh.close()


def _changed(article: IndexedArticle, **values: str) -> IndexedArticle:
    """Return the article with other values in each of its passages."""
    entries = [
        replace(entry, passage=replace(entry.passage, **values)) for entry in article.entries
    ]
    return IndexedArticle(entries[0].passage.article_id, article.digest, entries)
