"""The index that the settings name."""

from functools import lru_cache

from aisle.knowledge.indexes.contract import SearchIndex
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.elasticsearch_client import get_elasticsearch
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.fallback import IndexWithFallback
from aisle.language.encoder import EncoderMissing, get_encoder
from aisle.settings import get_settings


@lru_cache(maxsize=1)
def embedded_index() -> EmbeddedIndex:
    """Return the index in this machine's file.

    Raises:
        EncoderMissing: the encoder has not been exported.
    """
    return EmbeddedIndex(get_settings().knowledge.index_path, get_encoder().fingerprint)


@lru_cache(maxsize=1)
def elasticsearch_index() -> ElasticsearchIndex | None:
    """Return the index in Elasticsearch; None when the settings name no server.

    Raises:
        EncoderMissing: the encoder has not been exported.
    """
    settings, client = get_settings().elasticsearch, get_elasticsearch()
    if settings is None or client is None:
        return None
    return ElasticsearchIndex(client, settings.index, get_encoder().fingerprint)


@lru_cache(maxsize=1)
def get_index() -> SearchIndex:
    """Return what to search: the embedded index, or Elasticsearch with that to fall back on.

    Raises:
        EncoderMissing: the encoder has not been exported.
    """
    primary = elasticsearch_index()
    return embedded_index() if primary is None else _with_fallback(primary)


def index_status() -> str | None:
    """Return None when the settings name no Elasticsearch, "ok", or what is wrong."""
    if get_elasticsearch() is None:
        return None
    try:
        index = get_index()
    except EncoderMissing:
        return "not searched: the sentence encoder is not exported"
    assert isinstance(index, IndexWithFallback)  # there is a client
    return index.status()


def _with_fallback(primary: ElasticsearchIndex) -> IndexWithFallback:
    from aisle.knowledge.indexing import catch_up  # which changes what this module returns

    return IndexWithFallback(primary, embedded_index(), catch_up)
