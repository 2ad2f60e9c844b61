"""How Elasticsearch stores passages: its analysis, the mapping, and what a document holds."""

import base64
import uuid
from collections.abc import Mapping
from typing import Any

import numpy as np

from aisle.knowledge.articles.passages import Passage
from aisle.knowledge.indexes.contract import INDEX_VERSION, Entry

_ANALYZER = "english_folded"
_LONGEST_TERM = 8_191  # characters; Lucene takes 32,766 bytes

SETTINGS: Mapping[str, Any] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # What is being written is seen when all of it is there.
    "refresh_interval": "-1",
    # Elasticsearch's own "english", but "cafe" finds "Café", and no word is left out.
    "analysis": {
        "filter": {"possessive": {"type": "stemmer", "language": "possessive_english"}},
        "analyzer": {
            _ANALYZER: {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["possessive", "lowercase", "asciifolding", "porter_stem"],
            }
        },
    },
}

_TEXT = {"type": "text", "analyzer": _ANALYZER}
_TERM = {"type": "keyword", "ignore_above": _LONGEST_TERM}
_STORED = {"type": "keyword", "index": False, "doc_values": False}
_PROPERTIES: Mapping[str, Any] = {
    "article_id": _TERM,
    "digest": _STORED,
    "number": {"type": "integer"},
    "title": _TEXT,
    "content": _TEXT,  # the headings above the text, then the text
    "category": _TERM,
    "tags": {**_TEXT, "fields": {"exact": _TERM}},
    "status": _TERM,
    "language": _TERM,
    "link": _STORED,
    "words": {**_TERM, "index": False},
    # Its length is the first vector's. Not quantised: a shop's articles fit into memory.
    "vector": {
        "type": "dense_vector",
        "similarity": "dot_product",
        "index": True,
        "index_options": {"type": "hnsw", "m": 16, "ef_construction": 100},
    },
    # The same as 32-bit little-endian floats: a fifth of the size of numbers in JSON.
    "exact_vector": {"type": "binary"},
}


def mappings(fingerprint: str) -> dict[str, Any]:
    return {
        "dynamic": "strict",
        "_meta": meta(fingerprint),
        "_source": {"excludes": ["vector"]},
        "properties": _PROPERTIES,
    }


def meta(fingerprint: str) -> dict[str, str]:
    """Return who may read the index; ``generation`` is another one at each call."""
    return {
        "version": INDEX_VERSION,
        "encoder": fingerprint,
        "generation": uuid.uuid4().hex,
    }


def document(digest: str, entry: Entry) -> dict[str, Any]:
    passage = entry.passage
    vector = entry.vector.astype("<f4")
    return {
        "article_id": passage.article_id,
        "digest": digest,
        "number": passage.number,
        "title": passage.title,
        "content": [*passage.heading_path, passage.text],
        "category": passage.category,
        "tags": passage.tags,
        "status": passage.status,
        "language": passage.language,
        "link": passage.link,
        "words": entry.words,
        "vector": vector.tolist(),
        "exact_vector": base64.b64encode(vector.tobytes()).decode(),
    }


def to_entry(source: Mapping[str, Any]) -> Entry:
    *heading_path, text = source["content"]
    passage = Passage(
        article_id=source["article_id"],
        number=source["number"],
        title=source["title"],
        heading_path=tuple(heading_path),
        text=text,
        category=source["category"],
        tags=tuple(source["tags"]),
        status=source["status"],
        language=source["language"],
        link=source["link"],
    )
    vector = np.frombuffer(base64.b64decode(source["exact_vector"]), dtype="<f4")
    return Entry(passage, tuple(source["words"]), vector.astype(np.float32))
