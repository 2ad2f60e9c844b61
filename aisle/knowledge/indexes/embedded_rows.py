"""The tables of the embedded index, and what a row of passages holds."""

import json
import sqlite3
from typing import Any

import numpy as np

from aisle.knowledge.articles.passages import Passage
from aisle.knowledge.indexes.contract import Entry

SCHEMA = """
CREATE TABLE index_info (name TEXT PRIMARY KEY, value NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    heading_path TEXT NOT NULL,
    content TEXT NOT NULL,
    category TEXT NOT NULL,
    tags TEXT NOT NULL,
    status TEXT NOT NULL,
    language TEXT NOT NULL,
    link TEXT NOT NULL,
    words TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX passages_of_article ON passages (article_id, digest, number);
CREATE INDEX passages_by_filters ON passages (status, category, language, tags);
CREATE TABLE words (word TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE passage_text USING fts5(
    title, content, tags, tokenize='porter unicode61'
);
CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
    INSERT INTO passage_text (rowid, title, content, tags) VALUES (
        new.id,
        new.title,
        (SELECT group_concat(value, ' ') FROM json_each(new.heading_path)) || ' ' || new.content,
        (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(new.tags))
    );
END;
CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
    DELETE FROM passage_text WHERE rowid = old.id;
END;
"""


def row_of(digest: str, entry: Entry) -> tuple[Any, ...]:
    """Return the columns of ``passages`` after the id."""
    passage = entry.passage
    return (
        passage.article_id,
        digest,
        passage.number,
        passage.title,
        _json(passage.heading_path),
        passage.text,
        passage.category,
        _json(passage.tags),
        passage.status,
        passage.language,
        passage.link,
        _json(entry.words),
        entry.vector.astype("<f4").tobytes(),
    )


def to_entry(row: sqlite3.Row) -> Entry:
    passage = Passage(
        article_id=row["article_id"],
        number=row["number"],
        title=row["title"],
        heading_path=tuple(json.loads(row["heading_path"])),
        text=row["content"],
        category=row["category"],
        tags=tuple(json.loads(row["tags"])),
        status=row["status"],
        language=row["language"],
        link=row["link"],
    )
    vector = np.frombuffer(row["vector"], dtype="<f4").astype(np.float32)
    return Entry(passage=passage, words=tuple(json.loads(row["words"])), vector=vector)


def _json(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False)
