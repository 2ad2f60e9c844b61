"""What can go wrong with the shop's articles and their index."""


class KnowledgeError(Exception):
    """Base of every error of this package; the message says what to do."""


class ArticlesMissing(KnowledgeError):
    """The folder holds no articles, so nothing is loaded and nothing archived."""


class IndexMissing(KnowledgeError):
    """There is no usable index yet."""


class IndexMismatch(KnowledgeError):
    """The index was built by another encoder or version than the one that reads it."""


class IndexUnavailable(KnowledgeError):
    """The server that holds the index does not answer, or refuses."""


class UnknownArticle(KnowledgeError):
    """There is no article with this id."""


class ArticleExists(KnowledgeError):
    """Another article has this id."""


class VersionConflict(KnowledgeError):
    """The article was changed by somebody else in the meantime; ``present`` is its version."""

    def __init__(self, article_id: str, version: int, present: int) -> None:
        super().__init__(
            f"Article {article_id!r} has version {present} by now, not {version}; read it again"
        )
        self.present = present


class UnknownFilter(KnowledgeError):
    """Articles cannot be filtered by this; the message names what they can be filtered by."""


def loggable(error: Exception) -> str:
    """Return what may be logged of an error: our own text, of others only their kind.

    Theirs, a database's above all, may quote what was to be stored.
    """
    return str(error) if isinstance(error, KnowledgeError) else type(error).__name__
