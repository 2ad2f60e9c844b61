"""What can go wrong with the shop's articles and their index."""


class KnowledgeError(Exception):
    """Base of every error of this package; the message says what to do."""


class ArticlesMissing(KnowledgeError):
    """The folder holds no articles, so nothing is loaded and nothing archived."""


class IndexMissing(KnowledgeError):
    """There is no usable index file yet."""


class IndexMismatch(KnowledgeError):
    """The index was built by another encoder or version than the one that reads it."""


class UnknownArticle(KnowledgeError):
    """There is no article with this id."""
