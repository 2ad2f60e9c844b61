"""Brings an index up to date with the articles it is made from."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import SearchIndex
from aisle.knowledge.indexes.encoding import digest_of, encode_articles
from aisle.knowledge.indexes.mirror import Progress, RebuildableIndex
from aisle.knowledge.models import Article
from aisle.language.encoder import SentenceEncoder


@dataclass(frozen=True)
class Changes:
    """How many articles were indexed because they are new or changed, and how many removed."""

    changed: int
    removed: int


def update_index(
    index: RebuildableIndex,
    articles: Sequence[Article],
    encoder: SentenceEncoder,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> Changes:
    """Make ``index`` hold exactly these articles; only what changed is encoded.

    An index that is missing, or that another encoder built, is built anew, as with
    ``rebuild``; until that is done, readers see the former one.
    """
    if not rebuild:
        try:
            return _update(index, index.digests(), articles, encoder, progress)
        except (IndexMissing, IndexMismatch):
            pass
    with index.rebuilding() as new:
        return _update(new, {}, articles, encoder, progress)


def _update(
    index: SearchIndex,
    present: Mapping[str, str],
    articles: Sequence[Article],
    encoder: SentenceEncoder,
    progress: Progress | None,
) -> Changes:
    changed = [article for article in articles if present.get(article.id) != digest_of(article)]
    gone = present.keys() - {article.id for article in articles}
    if gone:
        index.remove(gone)
    done = 0
    if progress is not None:
        progress(done, len(changed))
    for batch in encode_articles(changed, encoder, threads=os.cpu_count() or 1):
        index.put(batch)
        done += len(batch)
        if progress is not None:
            progress(done, len(changed))
    return Changes(changed=len(changed), removed=len(gone))
