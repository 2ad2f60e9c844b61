"""The collections in MongoDB and what they are looked up by."""

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.collection import Collection

CONTEXTS = "conversation_contexts"
ARTICLES = "knowledge_articles"

_INDEXES = {
    CONTEXTS: (
        IndexModel("conversation_id", unique=True),
        IndexModel("customer_id"),
        IndexModel([("updated_at", DESCENDING)]),
    ),
    ARTICLES: (
        IndexModel([("category", ASCENDING), ("status", ASCENDING)]),
        IndexModel("tags"),
        IndexModel([("effectiveness_score", DESCENDING)]),
        IndexModel([("updated_at", DESCENDING)]),
    ),
}


def ensure_indexes(collection: Collection[dict[str, Any]]) -> None:
    """Create the indexes that a collection lacks; those that are there stay."""
    for index in _INDEXES[collection.name]:
        collection.create_indexes([index])
