"""The embedded search index: one SQLite file with full text and vectors.

A new index is written beside the old file and then takes its place, so readers see either the
old one or the new one.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import numpy as np

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.models import Article
from aisle.knowledge.passages import Passage, passages_of
from aisle.knowledge.words import word_rarity
from aisle.language.encoder import SentenceEncoder, Vectors

INDEX_VERSION = "1"
MOST_QUERY_WORDS = 64
PASSAGES_ENCODED_AT_ONCE = 32

Progress = Callable[[int, int], None]

_SCHEMA = """
CREATE TABLE index_info (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    title TEXT NOT NULL,
    heading TEXT NOT NULL,
    content TEXT NOT NULL,
    category TEXT NOT NULL,
    tags TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE VIRTUAL TABLE passage_text USING fts5(
    title, heading, content, tags,
    content='passages', content_rowid='id', tokenize='porter unicode61'
);
"""
_MATCH = """
SELECT passage_text.rowid FROM passage_text JOIN passages ON passages.id = passage_text.rowid
WHERE passage_text MATCH ? {only_articles}
ORDER BY bm25(passage_text, 2.0, 1.0, 1.0, 1.0), passage_text.rowid LIMIT ?
"""
_ONLY_ARTICLES = "AND passages.article_id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True)
class BuildReport:
    """Passages in the index, how many of them were encoded anew, how many others are gone."""

    passages: int
    changed: int
    removed: int


class KnowledgeIndex:
    """A loaded index. Rows are positions in ``passages``; safe to use from several threads."""

    def __init__(
        self, connection: sqlite3.Connection, passages: Sequence[Passage], vectors: Vectors
    ) -> None:
        self.passages = passages
        self.vectors = vectors
        self._article_ids = np.array([passage.article_id for passage in passages], dtype=object)
        self._connection = connection
        self._lock = Lock()
        self.rarity = word_rarity(passages)

    @classmethod
    def open(cls, path: Path, fingerprint: str) -> "KnowledgeIndex":
        """Load the index that the encoder with this fingerprint built.

        Raises:
            IndexMissing: there is no file, or it is no index.
            IndexMismatch: another encoder or version built it.
        """
        connection = _connect(path)
        try:
            _check(connection, path, fingerprint)
            rows = connection.execute("SELECT * FROM passages ORDER BY id").fetchall()
        except sqlite3.DatabaseError as error:
            connection.close()
            raise IndexMissing(f"{path} is not an article index; run `aisle index`") from error
        except IndexMismatch:
            connection.close()
            raise
        passages = [_passage(row) for row in rows]
        blob = b"".join(row["vector"] for row in rows)
        vectors = np.frombuffer(blob, dtype="<f4").reshape(len(rows), -1 if rows else 0)
        return cls(connection, passages, vectors.astype(np.float32, copy=False))

    @property
    def article_ids(self) -> frozenset[str]:
        return frozenset(self._article_ids)

    def keyword_matches(
        self, text: str, limit: int, article_ids: Collection[str] | None = None
    ) -> list[int]:
        """Return the rows that share words with ``text``, best BM25 first (titles count double)."""
        query = _any_word_of(text)
        if not query:
            return []
        only = _MATCH.format(only_articles="" if article_ids is None else _ONLY_ARTICLES)
        chosen = [] if article_ids is None else [json.dumps(sorted(article_ids))]
        with self._lock:
            found = self._connection.execute(only, (query, *chosen, limit)).fetchall()
        return [row["rowid"] for row in found]

    def similarities(self, vector: Vectors) -> Vectors:
        """Return the cosine of every row with a unit vector; shape (rows,)."""
        return self.vectors @ vector if len(self.passages) else np.zeros(0, dtype=np.float32)

    def nearest(
        self, similarities: Vectors, limit: int, article_ids: Collection[str] | None = None
    ) -> list[int]:
        """Return the rows with the highest similarities, best first."""
        rows = np.arange(len(self.passages))
        if article_ids is not None:
            rows = rows[np.isin(self._article_ids, list(article_ids))]
        best = rows[np.argsort(-similarities[rows], kind="stable")[:limit]]
        return [int(row) for row in best]

    def close(self) -> None:
        self._connection.close()


def build_index(
    articles: Iterable[Article],
    encoder: SentenceEncoder,
    path: Path,
    progress: Progress | None = None,
) -> BuildReport:
    """Make ``path`` the index of exactly these articles; building twice changes nothing.

    Only passages whose words are new are encoded. ``progress`` gets (done, all) of those.
    """
    passages = [passage for article in articles for passage in passages_of(article)]
    former, known = _former(path, encoder.fingerprint)
    fresh = [passage for passage in passages if _words_hash(passage) not in known]
    for start in range(0, len(fresh), PASSAGES_ENCODED_AT_ONCE):
        batch = fresh[start : start + PASSAGES_ENCODED_AT_ONCE]
        for passage, vector in zip(batch, _encode(batch, encoder), strict=True):
            known[_words_hash(passage)] = vector
        if progress is not None:
            progress(start + len(batch), len(fresh))
    if former is None or list(former) != passages:
        vectors = [known[_words_hash(passage)] for passage in passages]
        _write(path, encoder.fingerprint, passages, vectors)
    gone = {_place(passage) for passage in former or ()} - {_place(item) for item in passages}
    return BuildReport(passages=len(passages), changed=len(fresh), removed=len(gone))


def _former(path: Path, fingerprint: str) -> tuple[Sequence[Passage] | None, dict[str, Vectors]]:
    try:
        index = KnowledgeIndex.open(path, fingerprint)
    except (IndexMissing, IndexMismatch):
        return None, {}
    with closing(index):
        hashes = map(_words_hash, index.passages)
        return index.passages, dict(zip(hashes, index.vectors, strict=True))


def _encode(passages: Sequence[Passage], encoder: SentenceEncoder) -> Vectors:
    """Let the question, the answer and the article's subject speak with equal weight."""
    vectors = (
        encoder.encode([passage.heading for passage in passages])
        + encoder.encode([f"{passage.heading}\n{passage.text}" for passage in passages])
        + encoder.encode([f"{passage.title} {', '.join(passage.tags)}" for passage in passages])
    )
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _words_hash(passage: Passage) -> str:
    words = json.dumps([passage.title, passage.heading, passage.text, passage.tags])
    return hashlib.sha256(words.encode()).hexdigest()


def _place(passage: Passage) -> tuple[str, str]:
    return passage.article_id, passage.heading


def _write(
    path: Path, fingerprint: str, passages: Sequence[Passage], vectors: Sequence[Vectors]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as new, closing(sqlite3.connect(new)) as connection, connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO index_info VALUES (?, ?)",
            [("version", INDEX_VERSION), ("encoder", fingerprint)],
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (row, *_columns(passage), vector.astype("<f4").tobytes())
                for row, (passage, vector) in enumerate(zip(passages, vectors, strict=True))
            ],
        )
        connection.execute("INSERT INTO passage_text(passage_text) VALUES ('rebuild')")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    try:
        yield new
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _columns(passage: Passage) -> tuple[str, ...]:
    return (
        passage.article_id,
        passage.title,
        passage.heading,
        passage.text,
        passage.category,
        json.dumps(passage.tags, ensure_ascii=False),
    )


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        article_id=row["article_id"],
        title=row["title"],
        heading=row["heading"],
        text=row["content"],
        category=row["category"],
        tags=tuple(json.loads(row["tags"])),
    )


def _connect(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise IndexMissing(f"There is no article index at {path}; run `aisle index`")
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _check(connection: sqlite3.Connection, path: Path, fingerprint: str) -> None:
    found = {row["name"]: row["value"] for row in connection.execute("SELECT * FROM index_info")}
    if found.get("version") != INDEX_VERSION:
        raise IndexMismatch(f"Another version of Aisle built {path}; run `aisle index`")
    if found.get("encoder") != fingerprint:
        raise IndexMismatch(
            f"{path} was built with another sentence encoder ({found.get('encoder')}, "
            f"now {fingerprint}); run `aisle index`"
        )


def _any_word_of(text: str) -> str:
    words = dict.fromkeys(re.findall(r"\w+", text.lower()))
    return " OR ".join(f'"{word}"' for word in list(words)[:MOST_QUERY_WORDS])
