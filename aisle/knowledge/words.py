"""The words of questions and passages that carry meaning."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from aisle.knowledge.passages import Passage

_WORD_START = 5  # "deliver", "delivery" and "delivered" count as one word
_COMMON_WORDS = (
    "a about am an and any are as at be been but by can could d did do does don dont for from get "
    "got had has have how i if im in into is it its ll m me my no not of on or out please re s so "
    "some t that the their them then there they this to up us ve was we were what when where "
    "which who why will with would you your"
)


def content_words(text: str) -> frozenset[str]:
    """Return the beginnings of the words that carry meaning."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(word[:_WORD_START] for word in words if word not in _common_words())


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    return frozenset(_COMMON_WORDS.split())


def word_overlap(words: frozenset[str], passage: Passage, rarity: Mapping[str, float]) -> float:
    """Return the share of ``words`` that occur in the passage, from 0 to 1.

    A word counts as much as it is rare: one that no article has counts most, so that a
    question about something the shop does not write about finds no sure answer.
    """
    if not words:
        return 0.0
    unknown = max(rarity.values(), default=1.0)
    weight = {word: rarity.get(word, unknown) for word in words}
    return sum(weight[word] for word in words & _passage_words(passage)) / sum(weight.values())


def word_rarity(passages: Sequence[Passage]) -> dict[str, float]:
    """Return log(passages / passages with the word) + 1 for each word of the passages."""
    counts = Counter(word for passage in passages for word in _passage_words(passage))
    return {word: math.log(len(passages) / count) + 1 for word, count in counts.items()}


@lru_cache(maxsize=10_000)
def _passage_words(passage: Passage) -> frozenset[str]:
    return content_words(" ".join((passage.title, passage.heading, passage.text, *passage.tags)))
