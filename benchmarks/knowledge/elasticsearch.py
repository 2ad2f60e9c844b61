"""A copy of an index in Elasticsearch, for as long as it is measured."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from elasticsearch import Elasticsearch

from aisle.cli.loading import progress_bar
from aisle.knowledge.indexes.elasticsearch import ElasticsearchIndex
from aisle.knowledge.indexes.elasticsearch_client import open_elasticsearch
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.mirror import mirror_anew
from aisle.settings import ElasticsearchSettings

MIB = 2**20


@contextmanager
def copied_to_elasticsearch(
    source: EmbeddedIndex, url: str, fingerprint: str
) -> Iterator[ElasticsearchIndex]:
    """Yield a copy behind an alias of its own, which is deleted at the end."""
    alias = f"aisle_speed_{uuid.uuid4().hex}"
    with open_elasticsearch(ElasticsearchSettings(hosts=url, index=alias)) as client:
        index = ElasticsearchIndex(client, alias, fingerprint)
        try:
            with progress_bar("Copying to Elasticsearch") as progress:
                mirror_anew(source, index, progress)
            print(_size(client, alias))
            yield index
        finally:
            for name in client.indices.get(index=f"{alias}*", features="aliases"):
                client.indices.delete(index=name)


def _size(client: Elasticsearch, alias: str) -> str:
    """Say what the server reports; its nodes may hold other indexes as well."""
    index = client.indices.stats(index=alias)["_all"]["primaries"]
    nodes = client.nodes.stats(metric="jvm")["nodes"].values()
    heap = sum(node["jvm"]["mem"]["heap_used_in_bytes"] for node in nodes)
    mapped = sum(node["jvm"]["buffer_pools"]["mapped"]["used_in_bytes"] for node in nodes)
    return (
        f"Elasticsearch: {index['segments']['count']} segments, "
        f"{index['store']['size_in_bytes'] / MIB:.0f} MiB on disk; all its indexes: "
        f"{heap / MIB:.0f} MiB of heap, {mapped / MIB:.0f} MiB of files mapped to memory"
    )
