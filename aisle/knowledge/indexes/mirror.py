"""Copies one index to another, with the vectors: nothing is encoded again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import SearchIndex

ARTICLES_AT_ONCE = 200

Progress = Callable[[int, int], None]
"""Gets how many of the articles to write are written, and how many there are."""


class RebuildableIndex(SearchIndex, Protocol):
    """An index that can be made anew while the present one, if any, is searched."""

    def rebuilding(self) -> AbstractContextManager[SearchIndex]:
        """Yield an empty index that takes this one's place when the block ends well."""


def bring_up_to_date(
    source: SearchIndex, target: RebuildableIndex, progress: Progress | None = None
) -> int:
    """Make ``target`` hold the articles of ``source``, anew if it cannot be used as it is.

    Returns:
        How many articles were changed.
    """
    try:
        return mirror(source, target, progress)
    except (IndexMissing, IndexMismatch):
        return mirror_anew(source, target, progress)


def mirror(source: SearchIndex, target: SearchIndex, progress: Progress | None = None) -> int:
    """Copy the articles whose digests differ and remove those that are gone.

    Returns:
        How many articles were changed, with those that were removed.
    """
    wanted, present = source.digests(), target.digests()
    if gone := present.keys() - wanted.keys():
        target.remove(gone)
    changed = [article_id for article_id in wanted if present.get(article_id) != wanted[article_id]]
    for start in range(0, len(changed), ARTICLES_AT_ONCE):
        batch = changed[start : start + ARTICLES_AT_ONCE]
        target.put(source.articles(batch))
        if progress is not None:
            progress(start + len(batch), len(changed))
    return len(changed) + len(gone)


def mirror_anew(
    source: SearchIndex, target: RebuildableIndex, progress: Progress | None = None
) -> int:
    """Copy all articles to a new index, which then takes the target's place.

    Returns:
        How many articles there are.
    """
    with target.rebuilding() as new:
        return mirror(source, new, progress)
