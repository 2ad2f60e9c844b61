"""One state of the embedded index, with its vectors in memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aisle.knowledge.indexes.contract import Entry, Filters
from aisle.knowledge.indexes.embedded_rows import to_entry
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
MOST_FILTERS = 64
MOST_GONE = 1_000
"""Rows that are gone are forgotten when they are more, and more than a quarter of all."""

_BLOCK = 4_096


class Snapshot:
    """Rows are ids of ``passages``; positions count them in the order of their ids.

    What a row holds never changes: an article that is put again gets new rows. So after a change
    only new rows are read. Those that are gone keep their positions, and no filter takes them.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._path = path
        self._file = _file_state(path)
        self._generation: int | None = None
        self._rows: Rows = np.zeros(0, dtype=np.int64)
        self._vectors: list[Vectors] = []  # in blocks: one array would be copied to grow
        self._present = 0
        self._masks: dict[Filters, Mask] = {}
        self._vocabulary: Vocabulary | None = None

    def catch_up(self) -> bool:
        """Read what was written since; False if the file is another one by now.

        It is also False when so much was removed that a new snapshot is better.
        """
        try:
            if self._file != _file_state(self._path):
                return False
            generation = self._read_generation()
        except (FileNotFoundError, sqlite3.DatabaseError):
            return False
        if generation != self._generation:
            self._generation = generation
            self._read_new_rows()
            self._masks.clear()
            self._vocabulary = None
        gone = len(self._rows) - self._present
        return gone <= max(MOST_GONE, len(self._rows) // 4)

    def taken(self, rows: Iterable[int], allowed: Mask) -> Mask:
        """Return for each of the rows whether it is allowed."""
        taken: Mask = allowed[np.searchsorted(self._rows, np.fromiter(rows, dtype=np.int64))]
        return taken

    def allowed(self, filters: Filters) -> Mask:
        """Return for each position whether the filters take it; they are few and are kept."""
        mask = self._masks.get(filters)
        if mask is None:
            if len(self._masks) >= MOST_FILTERS:
                self._masks.clear()
            mask = self._masks[filters] = np.zeros(len(self._rows), dtype=np.bool_)
            mask[np.searchsorted(self._rows, self._rows_taken(filters))] = True
        return mask

    def nearest(self, vector: Vectors, allowed: Mask, limit: int) -> list[int]:
        """Return the rows with the highest cosines to a unit vector, best first."""
        if not len(self._rows):
            return []
        cosines = np.concatenate([block @ vector for block in self._vectors])
        cosines[~allowed] = -np.inf
        best = np.argpartition(-cosines, min(limit, len(cosines)) - 1)[:limit]
        best = best[np.lexsort((best, -cosines[best]))]
        return [int(self._rows[position]) for position in best if allowed[position]]

    def entries(self, rows: Iterable[int]) -> dict[int, Entry]:
        wanted = list(rows)
        marks = ",".join("?" * len(wanted))
        found = self.connection.execute(f"SELECT * FROM passages WHERE id IN ({marks})", wanted)
        return {row["id"]: to_entry(row) for row in found}

    def vocabulary(self) -> Vocabulary:
        if self._vocabulary is None:
            words = self._plain_rows("SELECT word, passages FROM words")
            self._vocabulary = Vocabulary(dict(words.fetchall()), self._present)
        return self._vocabulary

    def _read_new_rows(self) -> None:
        (self._present,) = self._plain_rows("SELECT count(*) FROM passages").fetchone()
        added = [self._rows]
        for rows, vectors in self._blocks_after(int(self._rows[-1]) if len(self._rows) else 0):
            added.append(rows)
            if self._vectors and len(self._vectors[-1]) + len(vectors) <= _BLOCK:
                vectors = np.vstack([self._vectors.pop(), vectors])
            self._vectors.append(vectors)
        self._rows = np.concatenate(added)

    def _blocks_after(self, row: int) -> Iterator[tuple[Rows, Vectors]]:
        cursor = self._plain_rows(
            "SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (row,)
        )
        while block := cursor.fetchmany(_BLOCK):
            rows, blobs = zip(*block, strict=True)
            vectors = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(rows), -1)
            yield np.array(rows, dtype=np.int64), vectors.astype(np.float32)

    def _rows_taken(self, filters: Filters) -> Rows:
        conditions, values = ["1"], []
        for column in ("status", "category", "language"):
            term = getattr(filters, column)
            if term is not None:
                conditions.append(f"{column} = ?")
                values.append(term)
        if filters.tags is not None:
            conditions.append("? IN (SELECT value FROM json_each(tags))")
            values.append(filters.tags)
        found = self._plain_rows(
            f"SELECT id FROM passages WHERE {' AND '.join(conditions)}", values
        )
        return np.fromiter((row for (row,) in found.fetchall()), dtype=np.int64)

    def _read_generation(self) -> int:
        query = "SELECT value FROM index_info WHERE name = 'generation'"
        return int(self.connection.execute(query).fetchone()["value"])

    def _plain_rows(self, query: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        """Ask for many rows, as tuples: these are several times faster than with names."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        return cursor.execute(query, tuple(values))


def _file_state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino
