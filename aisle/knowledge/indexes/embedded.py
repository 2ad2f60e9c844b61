"""The embedded index: one SQLite file with full text and vectors, searched exactly.

Changes are transactions in the file. A rebuilt index is written beside it and then takes
its place. Readers notice both, and see either the former state or the new one.
"""

import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import (
    INDEX_VERSION,
    Candidates,
    Filters,
    IndexedArticle,
    check_built_by,
)
from aisle.knowledge.indexes.embedded_rows import SCHEMA, row_of, to_entry
from aisle.knowledge.indexes.snapshot import Mask, Snapshot
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors

_INSERT = "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MATCH = """
SELECT rowid, bm25(passage_text, 2.0, 1.0, 1.0) AS score FROM passage_text
WHERE passage_text MATCH ? ORDER BY score, rowid LIMIT ?
"""
_WAIT_S = 10.0


class EmbeddedIndex:
    """The index in a file, for the encoder with this fingerprint."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._fingerprint = fingerprint
        self._lock = Lock()
        self._snapshot: Snapshot | None = None

    def find(
        self, phrases: Sequence[str], vector: Vectors, filters: Filters, limit: int
    ) -> Candidates:
        with self._reading() as snapshot:
            allowed = snapshot.allowed(filters)
            by_words = _matches(snapshot, phrases, allowed, limit)
            by_vector = snapshot.nearest(vector, allowed, limit)
            found = snapshot.entries({*by_words, *by_vector})
        return Candidates(
            keywords=[found[row] for row in by_words],
            keyword_scores=list(by_words.values()),
            nearest=[found[row] for row in by_vector],
        )

    def vocabulary(self) -> Vocabulary:
        with self._reading() as snapshot:
            return snapshot.vocabulary()

    def digests(self) -> Mapping[str, str]:
        with self._reading() as snapshot:
            rows = snapshot.connection.execute("SELECT DISTINCT article_id, digest FROM passages")
            return {row["article_id"]: row["digest"] for row in rows}

    def articles(self, article_ids: Iterable[str]) -> Iterator[IndexedArticle]:
        for article_id in article_ids:
            with self._reading() as snapshot:
                rows = snapshot.connection.execute(
                    "SELECT * FROM passages WHERE article_id = ? ORDER BY number", (article_id,)
                ).fetchall()
            if rows:
                entries = [to_entry(row) for row in rows]
                yield IndexedArticle(article_id, rows[0]["digest"], entries)

    def put(self, articles: Iterable[IndexedArticle]) -> None:
        with self._writing() as connection:
            for article in articles:
                _delete(connection, article.article_id)
                for entry in article.entries:
                    connection.execute(_INSERT, row_of(article.digest, entry))
                    _count_words(connection, entry.words, 1)

    def remove(self, article_ids: Iterable[str]) -> None:
        with self._writing() as connection:
            for article_id in article_ids:
                _delete(connection, article_id)

    @contextmanager
    def rebuilding(self) -> Iterator["EmbeddedIndex"]:
        """Yield a new, empty index that takes this one's place when the block ends well."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex[:8]}.new")
        try:
            _create(new, self._fingerprint)
            building = EmbeddedIndex(new, self._fingerprint)
            yield building
            building.close()
            with _replaceable(self.path):
                os.replace(new, self.path)
        finally:
            new.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; the next search opens it again."""
        with self._lock:
            self._forget()

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        """Yield the file's present state, for one thread at a time."""
        with self._lock:
            snapshot = self._begin()
            try:
                yield snapshot
            finally:
                snapshot.connection.execute("COMMIT")

    def _begin(self) -> Snapshot:
        """Begin a transaction in which the snapshot is what the file holds."""
        while True:
            if self._snapshot is None:
                connection = _open(self.path, self._fingerprint, "ro")
                self._snapshot = Snapshot(self.path, connection)
            self._snapshot.connection.execute("BEGIN")
            try:
                current = self._snapshot.catch_up()
            except BaseException:
                self._forget()  # it may be half way
                raise
            if current:
                return self._snapshot
            self._forget()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _locked(self.path, self._fingerprint) as connection:
            yield connection
            connection.execute("DELETE FROM words WHERE passages = 0")
            connection.execute("UPDATE index_info SET value = value + 1 WHERE name = 'generation'")

    def _forget(self) -> None:
        if self._snapshot is not None:
            self._snapshot.connection.close()
            self._snapshot = None


def check_index(path: Path, fingerprint: str) -> None:
    """See that there is an index and that the encoder with this fingerprint built it.

    Raises:
        IndexMissing, IndexMismatch: it is not so.
    """
    _open(path, fingerprint, "ro").close()


def _matches(
    snapshot: Snapshot, phrases: Sequence[str], allowed: Mask, limit: int
) -> dict[int, float]:
    """Return rows and their BM25 scores, best first."""
    query = " OR ".join(f'"{phrase}"' for phrase in map(_plain, phrases) if phrase)
    if not query:
        return {}
    # Usually enough of the best may be shown; if not, all matches are looked through.
    ample = 4 * limit * len(allowed) // max(1, int(allowed.sum()))
    for most in (ample, -1):
        rows = snapshot.connection.execute(_MATCH, (query, most)).fetchall()
        taken = snapshot.taken((row["rowid"] for row in rows), allowed)
        kept = [row for row, shown in zip(rows, taken, strict=True) if shown]
        if len(kept) >= limit or len(rows) < most:
            break
    return {row["rowid"]: -row["score"] for row in kept[:limit]}


def _plain(phrase: str) -> str:
    """Return the phrase without what means something to FTS5 within quotes."""
    return phrase.replace('"', " ").replace("\x00", " ").strip()


def _delete(connection: sqlite3.Connection, article_id: str) -> None:
    rows = connection.execute("SELECT words FROM passages WHERE article_id = ?", (article_id,))
    for row in rows.fetchall():
        _count_words(connection, json.loads(row["words"]), -1)
    connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))


def _count_words(connection: sqlite3.Connection, words: Iterable[str], change: int) -> None:
    connection.executemany(
        "INSERT INTO words VALUES (?, ?) "
        "ON CONFLICT (word) DO UPDATE SET passages = passages + excluded.passages",
        [(word, change) for word in words],
    )


@contextmanager
def _locked(path: Path, fingerprint: str) -> Iterator[sqlite3.Connection]:
    """Yield a connection in a transaction; nobody else writes to or replaces the file."""
    while True:
        file = path.stat() if path.is_file() else None
        with closing(_open(path, fingerprint, "rw")) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            if file is not None and path.stat().st_ino == file.st_ino:
                yield connection
                return


@contextmanager
def _replaceable(path: Path) -> Iterator[None]:
    """Keep writers out of the file while another takes its place.

    A journal that a crashed writer left would be applied to the new file, so it goes.
    """
    if not path.is_file():
        yield
        return
    with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as connection:
        with suppress(sqlite3.DatabaseError):  # it need not be an index
            connection.execute("BEGIN IMMEDIATE")
        yield
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _create(path: Path, fingerprint: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        values = {"version": INDEX_VERSION, "encoder": fingerprint, "generation": 0}
        connection.executemany("INSERT INTO index_info VALUES (?, ?)", values.items())


def _open(path: Path, fingerprint: str, mode: str) -> sqlite3.Connection:
    if not path.is_file():
        raise IndexMissing(f"There is no article index at {path}; run `aisle index`")
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=_WAIT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    try:
        _check(connection, path, fingerprint)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise IndexMissing(f"{path} is not an article index; run `aisle index`") from error
    except IndexMismatch:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path, fingerprint: str) -> None:
    found = {row["name"]: row["value"] for row in connection.execute("SELECT * FROM index_info")}
    check_built_by(str(path), found, fingerprint)
