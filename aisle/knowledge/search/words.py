"""The words of questions and passages that carry meaning."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_STEM = 5  # "deliver", "delivery" and "delivered" count as one word
_COMMON_WORDS = (
    "a about am an and any are as at be been but by can cant could d did didn didnt do does doesn "
    "doesnt don dont for from get got had has have havent how i if im in into is isn isnt it its "
    "ive ll m me my no not of on or out please re s so some t that the their them then there they "
    "this to u up us ve was wasnt we were what when where which who why will with wont would you "
    "your"
)


def content_phrase(text: str) -> tuple[str, ...]:
    """Return the words that carry meaning, in lower case and in their order."""
    return tuple(word for word in _WORD.findall(text.lower()) if word not in common_words())


def words_in(text: str) -> tuple[str, ...]:
    """Return the different words that carry meaning, in lower case and in their order."""
    return tuple(dict.fromkeys(content_phrase(text)))


def stem(word: str) -> str:
    """Return what a word shares with its other forms; codes and numbers stay whole."""
    if len(word) <= _STEM or word.isalpha():
        return word[:_STEM]
    return word if any(character.isdigit() for character in word) else word[:_STEM]


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning."""
    return frozenset(map(stem, content_phrase(text)))


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    return frozenset(_COMMON_WORDS.split())


class Vocabulary:
    """The words of an index, and in how many passages each occurs."""

    def __init__(self, passages_with: Mapping[str, int], passages: int) -> None:
        self.passages_with = passages_with
        self.passages = passages
        self._stems = _by_stem(passages_with.items(), passages)
        self._unknown = math.log(max(passages, 1)) + 1

    def knows(self, word: str) -> bool:
        """Whether the word, or another form of it, occurs in any passage."""
        return stem(word) in self._stems

    def share(self, word: str) -> float:
        """Return the share of passages in which the word or another form of it occurs."""
        return self._stems.get(stem(word), 0) / max(self.passages, 1)

    def rarity(self, word: str) -> float:
        """Return log(passages / passages with the word) + 1, at its highest for unknown words."""
        count = self._stems.get(stem(word))
        return self._unknown if count is None else math.log(self.passages / count) + 1


def _by_stem(counts: Iterable[tuple[str, int]], passages: int) -> dict[str, int]:
    """A passage may have several words of one stem, so the sum is an upper bound."""
    stems: dict[str, int] = {}
    for word, count in counts:
        stems[stem(word)] = min(passages, stems.get(stem(word), 0) + count)
    return stems
