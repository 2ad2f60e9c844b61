"""Words that mean the same in the trade, as the shop lists them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from aisle.knowledge.search.words import content_phrase, stem
from aisle.settings import get_settings

Phrase = tuple[str, ...]
"""Words in a row."""


class Synonyms:
    """Groups of phrases that may stand for each other."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._groups: dict[Phrase, list[Phrase]] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for group in groups:
            phrases = [content_phrase(text) for text in group]
            for phrase in filter(None, phrases):
                stems = tuple(map(stem, phrase))
                self._groups.setdefault(stems, []).extend(filter(None, phrases))
                self._lengths[stems[0]].add(len(stems))

    @property
    def words(self) -> set[str]:
        return {word for group in self._groups.values() for phrase in group for word in phrase}

    def at(self, words: Sequence[str]) -> tuple[int, tuple[Phrase, ...]]:
        """Return how many of the first words have synonyms, and those; (1, ()) without any."""
        stems = tuple(map(stem, words))
        for length in sorted(self._lengths.get(stems[0], ()), reverse=True):
            if group := self._groups.get(stems[:length]):
                return length, tuple(dict.fromkeys(group))
        return 1, ()


def read_synonyms(path: Path) -> Synonyms:
    """Read groups, one a line and separated by commas; "#" begins a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    groups = [line.partition("#")[0].split(",") for line in lines]
    return Synonyms([phrase.strip() for phrase in group] for group in groups)


@lru_cache(maxsize=1)
def get_synonyms() -> Synonyms:
    """Return the shop's synonyms, from the file that the settings name."""
    path = get_settings().knowledge.synonyms
    return Synonyms() if path is None else read_synonyms(path)
