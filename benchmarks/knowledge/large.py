"""A large index, built through the real path as far as that is affordable.

The first 2,000 articles (10,000 passages) are cut, encoded and stored by ``update_index``. Those
after them are cut and stored too, but not encoded: they have the vectors of the article
with the same sections among the first, with noise (cosine about 0.9).
"""




