"""One state of the embedded index, with its vectors in memory."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aisle.knowledge.indexes.contract import Entry, Filters
from aisle.knowledge.indexes.embedded_rows import to_entry
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors

Mask = npt.NDArray[np.bool_]
MOST_FILTERS = 64


class Snapshot:
    """Rows are ids of ``passages``; positions count them in the order of their ids."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._path = path
        self._file = _file_state(path)
        connection.execute("BEGIN")
        try:
            self._generation = self._read_generation()
            self._rows, self._vectors = _load_vectors(connection)
        finally:
            connection.execute("COMMIT")
        self._masks: dict[Filters, Mask] = {}
        self._vocabulary: Vocabulary | None = None

    def is_current(self) -> bool:
        """Whether the file is the same and has not been written to."""
        try:
            return (
                self._file == _file_state(self._path)
                and self._generation == self._read_generation()
            )
        except (FileNotFoundError, sqlite3.DatabaseError):
            return False

    def position(self, row: int) -> int:
        return int(np.searchsorted(self._rows, row))

    def allowed(self, filters: Filters) -> Mask:
        """Return for each position whether the filters take it; they are few and are kept."""
        mask = self._masks.get(filters)
        if mask is None:
            if len(self._masks) >= MOST_FILTERS:
                self._masks.clear()
            mask = self._masks[filters] = np.isin(self._rows, self._rows_taken(filters))
        return mask

    def nearest(self, vector: Vectors, allowed: Mask, limit: int) -> list[int]:
        """Return the rows with the highest cosines to a unit vector, best first."""
        if not len(self._rows):
            return []
        cosines = np.where(allowed, self._vectors @ vector, -np.inf)
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
            words = self.connection.execute("SELECT word, passages FROM words")
            self._vocabulary = Vocabulary(dict(map(tuple, words)), len(self._rows))
        return self._vocabulary

    def _rows_taken(self, filters: Filters) -> npt.NDArray[np.int64]:
        conditions, values = ["1"], []
        for column in ("status", "category", "language"):
            term = getattr(filters, column)
            if term is not None:
                conditions.append(f"{column} = ?")
                values.append(term)
        if filters.tags is not None:
            conditions.append("? IN (SELECT value FROM json_each(tags))")
            values.append(filters.tags)
        found = self.connection.execute(
            f"SELECT id FROM passages WHERE {' AND '.join(conditions)}", values
        )
        return np.fromiter((row["id"] for row in found), dtype=np.int64)

    def _read_generation(self) -> int:
        query = "SELECT value FROM index_info WHERE name = 'generation'"
        return int(self.connection.execute(query).fetchone()["value"])


def _load_vectors(connection: sqlite3.Connection) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Read the vectors in small steps: there may be hundreds of megabytes of them."""
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    rows = np.zeros(count, dtype=np.int64)
    vectors = np.zeros((count, 0), dtype=np.float32)
    cursor = connection.execute("SELECT id, vector FROM passages ORDER BY id")
    for position, (row, blob) in enumerate(cursor):
        vector = np.frombuffer(blob, dtype="<f4")
        if not position:
            vectors = np.zeros((count, len(vector)), dtype=np.float32)
        rows[position], vectors[position] = row, vector
    return rows, vectors


def _file_state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino
