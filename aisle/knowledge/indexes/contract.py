"""What every search index can do. What is done with the candidates is the same for all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np

from aisle.knowledge.articles.passages import Passage
from aisle.knowledge.errors import IndexMismatch, UnknownFilter
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors

INDEX_VERSION = "2"
"""Grows when passages are cut, encoded or stored in another way."""


@dataclass(frozen=True)
class Filters:
    """Exact terms; None takes all. ``tags`` is one tag that an article must have."""

    status: str | None = "published"
    category: str | None = None
    tags: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, terms: Mapping[str, str]) -> "Filters":
        """Return filters from names and values; without a status only what is published.

        Raises:
            UnknownFilter: there is no filter of this name.
        """
        known = {each.name for each in fields(cls)}
        if unknown := terms.keys() - known:
            raise UnknownFilter(
                f"Articles cannot be filtered by {', '.join(sorted(unknown))}; "
                f"known are {', '.join(sorted(known))}"
            )
        return cls(**terms)

    def take(self, passage: Passage) -> bool:
        wanted = (
            (self.status, (passage.status,)),
            (self.category, (passage.category,)),
            (self.tags, passage.tags),
            (self.language, (passage.language,)),
        )
        return all(term is None or term in present for term, present in wanted)


@dataclass(frozen=True)
class Entry:
    """A passage as it is indexed: with its words (``words_in``) and its unit vector."""

    passage: Passage
    words: tuple[str, ...] = field(compare=False)
    vector: Vectors = field(compare=False)

    def cosine(self, vector: Vectors) -> float:
        return float(np.dot(self.vector, vector))


@dataclass(frozen=True)
class IndexedArticle:
    """An article's entries. ``digest`` changes with anything of the article that is indexed."""

    article_id: str
    digest: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Candidates:
    """Two rankings, each best first. ``keyword_scores`` are BM25's, on the index's own scale."""

    keywords: Sequence[Entry]
    keyword_scores: Sequence[float]
    nearest: Sequence[Entry]


def check_built_by(place: str, about: Mapping[str, object], fingerprint: str) -> None:
    """See that this version of Aisle and the encoder with this fingerprint built an index.

    Args:
        place: what the index is called in messages.
        about: its ``version`` and ``encoder``, as it was built with.

    Raises:
        IndexMismatch: it is not so.
    """
    if about.get("version") != INDEX_VERSION:
        raise IndexMismatch(f"Another version of Aisle built {place}; run `aisle index --rebuild`")
    if about.get("encoder") != fingerprint:
        raise IndexMismatch(
            f"{place} was built with another sentence encoder ({about.get('encoder')}, "
            f"now {fingerprint}); run `aisle index --rebuild`"
        )


class SearchIndex(Protocol):
    """Safe to use from several threads.

    Every method raises IndexMissing when there is no index, IndexMismatch when another
    encoder built it, and IndexUnavailable when the server that holds it does not answer.
    """

    def find(
        self, phrases: Sequence[str], vector: Vectors, filters: Filters, limit: int
    ) -> Candidates:
        """Return up to ``limit`` entries by BM25, and up to ``limit`` by cosine.

        Args:
            phrases: words, or several in a row; an entry need not have all. Titles count
                double. Phrases are plain text: they may hold any character.
            vector: of the question, of length 1.
        """

    def vocabulary(self) -> Vocabulary:
        """Return the words of all entries."""

    def digests(self) -> Mapping[str, str]:
        """Return the digest of each article that is indexed."""

    def articles(self, article_ids: Iterable[str]) -> Iterator[IndexedArticle]:
        """Yield those of the articles that are indexed, with what was stored for them."""

    def put(self, articles: Iterable[IndexedArticle]) -> None:
        """Add articles, or replace what was indexed of them; readers see it afterwards."""

    def remove(self, article_ids: Iterable[str]) -> None:
        """Take articles out; unknown ones are passed over."""
