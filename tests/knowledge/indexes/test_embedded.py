"""The index file: what is no index, and how it is replaced under its readers."""

import sqlite3
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
