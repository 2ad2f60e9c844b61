"""A copy of an embedded index in Elasticsearch, for as long as it is measured."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from elasticsearch import Elasticsearch

from aisle.cli.loading import progress_bar
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.elasticsearch_client import open_elasticsearch
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.mirror import mirror_anew
from aisle.settings import ElasticsearchSettings

MIB = 2**20


@contextmanager
def own_index(url: str, fingerprint: str) -> Iterator[ElasticsearchIndex]:
    """Yield an index behind an alias of its own; what is made there is deleted at the end."""
    alias = f"aisle_speed_{uuid.uuid4().hex}"
    with _opened(url, alias) as client:
        try:
            yield ElasticsearchIndex(client, alias, fingerprint)
        finally:
            for name in client.indices.get(index=f"{alias}*", features="aliases"):
                client.indices.delete(index=name)


def copy(path: Path, fingerprint: str, url: str, alias: str) -> str:
    """Copy the index at ``path``, and say how large the server reports it to be."""
    with _opened(url, alias) as client, closing(EmbeddedIndex(path, fingerprint)) as source:
        with progress_bar("Copying to Elasticsearch") as progress:
            mirror_anew(source, ElasticsearchIndex(client, alias, fingerprint), progress)
        return _size(client, alias)


def _opened(url: str, alias: str) -> Elasticsearch:
    return open_elasticsearch(ElasticsearchSettings.parse_obj({"hosts": url, "index": alias}))


def _size(client: Elasticsearch, alias: str) -> str:
    index = client.indices.stats(index=alias)["_all"]["primaries"]
    nodes = client.nodes.stats(metric="jvm")["nodes"].values()
    heap = sum(node["jvm"]["mem"]["heap_used_in_bytes"] for node in nodes)
    mapped = sum(node["jvm"]["buffer_pools"]["mapped"]["used_in_bytes"] for node in nodes)
    return (
        f"{index['segments']['count']} segments, {index['store']['size_in_bytes'] / MIB:.0f} MiB "
        f"on disk; with all else on its nodes {heap / MIB:.0f} MiB of heap and "
        f"{mapped / MIB:.0f} MiB of files mapped to memory"
    )
