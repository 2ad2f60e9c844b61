"""Finds the known words that a misspelt one may stand for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

_SHORTEST_CORRECTED, _LONGEST_CORRECTED = 5, 30
_MOST_SPELLINGS = 3
_COLUMNS = 32  # in which "a" to "z" have one each


class Corrections:
    """Known words close to a misspelt one.

    They are found by how often each has each letter: an edit changes that by two at most.
    """

    def __init__(self, words: Iterable[str]) -> None:
        by_initial: dict[str, list[str]] = defaultdict(list)
        for word in set(words):
            if word.isalpha() and _edits_allowed(word):
                by_initial[word[0]].append(word)
        self._known = {
            initial: (found, _letter_counts(found)) for initial, found in by_initial.items()
        }
        self.of = lru_cache(maxsize=20_000)(self._of)

    def _of(self, word: str) -> tuple[tuple[str, int], ...]:
        """Return the closest words that begin alike, with the number of wrong letters."""
        allowed = _edits_allowed(word)
        if not allowed or word[0] not in self._known:
            return ()
        known, counts = self._known[word[0]]
        apart = np.abs(counts - _letter_counts([word])).sum(axis=1)
        candidates = [known[place] for place in np.flatnonzero(apart <= 2 * allowed)]
        close = sorted((_distance(word, candidate), candidate) for candidate in candidates)
        close = [(edits, known) for edits, known in close if edits <= allowed]
        return tuple((known, edits) for edits, known in close[:_MOST_SPELLINGS])


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Common English words and names: they are never taken for a misspelling."""
    lines = Path(__file__).with_name("ordinary_words.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _edits_allowed(word: str) -> int:
    if not _SHORTEST_CORRECTED <= len(word) <= _LONGEST_CORRECTED:
        return 0
    return 1 if len(word) < 8 else 2


def _letter_counts(words: Sequence[str]) -> npt.NDArray[np.int8]:
    """Count each word's letters; rare ones share a column. Shape (words, columns)."""
    letters = np.array(words).view(np.uint32).reshape(len(words), -1)  # filled up with zeros
    counts = np.zeros((len(words), _COLUMNS), dtype=np.int8)
    rows = np.arange(len(words))
    for place in letters.T:
        counts[rows, place % _COLUMNS] += place != 0
    return counts


def _distance(one: str, other: str) -> int:
    """Letters changed, left out, added or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, before, row = before, row, [i]
        for j, expected in enumerate(other, start=1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != expected))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == expected:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
