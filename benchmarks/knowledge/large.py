"""A large index, built through the real path as far as that is affordable.

The first 2,000 articles (10,000 passages) are cut, encoded and stored by ``update_index``. Those
after them are cut and stored too, but not encoded: they have the vectors of the article
with the same sections among the first, with noise (cosine about 0.9).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from aisle.knowledge.articles.passages import passages_of
from aisle.knowledge.indexes.contract import Entry, IndexedArticle, SearchIndex
from aisle.knowledge.indexes.encoding import digest_of, words_of
from benchmarks.knowledge.catalogue import SUBJECTS, Catalogue

