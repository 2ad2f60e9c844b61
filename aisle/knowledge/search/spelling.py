"""Corrects misspelt words of questions to words that can be found."""

import re
from collections.abc import Callable, Iterable

from aisle.knowledge.search.words import Vocabulary
from aisle.language.spelling import Corrections

_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 20_000
"""Of a larger vocabulary only words that occur twice are suggested."""


class Spelling:
    """Knows the words of an index and of its synonyms.

    Args:
        is_word: whether a word in lower case is spelt right, though no passage may have it.
    """

    def __init__(
        self, vocabulary: Vocabulary, others: Iterable[str], is_word: Callable[[str], bool]
    ) -> None:
        self.vocabulary = vocabulary
        self._is_word = is_word
        counts = vocabulary.passages_with
        least = 1 if len(counts) <= _MOST_WORDS else 2
        known = {word for word, count in counts.items() if count >= least}
        self._others = frozenset(others)
        self._corrections = Corrections(known | self._others)

    def correct(self, text: str) -> str:
        """Return the text with each misspelt word as it was most likely meant."""
        return _LETTERS.sub(lambda match: self._corrected(match.group()), text)

    def _corrected(self, word: str) -> str:
        lower = word.lower()
        counts = self.vocabulary.passages_with
        if lower in counts or lower in self._others or self._is_word(lower):
            return word
        close = self._corrections.of(lower)
        best = min(close, key=lambda near: (near[1], -counts.get(near[0], 0)), default=None)
        return word if best is None else best[0]
