"""Articles and their ratings survive the changes of their tables."""

import uuid
from typing import Any

from sqlalchemy import MetaData, select

from aisle.database.engine import Database
from aisle.database.migrate import downgrade, upgrade
from aisle.database.types import utc_now
from aisle.knowledge.models import Article, ArticleRating

NOW = utc_now()
LOCKERS: dict[str, Any] = {
    "id": "lockers",
    "title": "Parcel lockers",
    "category": "delivery",
    "tags": ["größer", "box"],
    "status": "draft",
    "content": "## Where?\nHere.",
    "updated_at": NOW,
}


def _former_rating(article_id: str, helpful: bool = True) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "article_id": article_id,
        "sender_id": uuid.uuid4().hex,
        "helpful": helpful,
        "rated_at": NOW,
    }


def _insert(database: Database, table: str, *rows: dict[str, Any]) -> None:
    """Insert into a table as it is at the moment."""
    former = MetaData()
    with database.engine.begin() as connection:
        former.reflect(connection, only=[table])
        connection.execute(former.tables[table].insert(), list(rows))


def _rated(database: Database) -> list[tuple[str, bool]]:
    with database.reading() as session:
        rows = session.execute(select(ArticleRating).order_by(ArticleRating.article_id)).scalars()
        return [(row.article_id, row.helpful) for row in rows]


def _article(database: Database, article_id: str) -> dict[str, Any]:
    with database.reading() as session:
        article = session.get(Article, article_id)
        assert article is not None
        return {column.name: getattr(article, column.name) for column in Article.__table__.columns}


def test_ratings_survive_the_upgrade(database: Database) -> None:
    downgrade(database, "0002")
    _insert(database, "knowledge_articles", LOCKERS)
    _insert(database, "article_ratings", _former_rating("lockers"))
    upgrade(database)
    assert _rated(database) == [("lockers", True)]


def test_an_article_that_is_kept_elsewhere_can_be_rated_until_the_schema_is_taken_back(
    database: Database,
) -> None:
    with database.transaction() as session:
        session.add(Article(id="lockers", title="t", category="c", content="x"))
        for article_id in ("lockers", "in-mongodb"):
            session.add(ArticleRating(article_id=article_id, sender_id="anna", helpful=False))
    assert _rated(database) == [("in-mongodb", False), ("lockers", False)]
    downgrade(database, "0002")
    upgrade(database)
    assert _rated(database) == [("lockers", False)]


def test_articles_from_before_they_had_versions_are_the_folders_first_version(
    database: Database,
) -> None:
    downgrade(database, "0003")
    _insert(database, "knowledge_articles", LOCKERS)
    upgrade(database)
    assert _article(database, "lockers") == {
        **LOCKERS,
        "language": "en",
        "link": None,
        "source": "folder",
        "version": 1,
        "effectiveness_score": 0.5,
    }


def test_former_ratings_become_a_score_and_know_no_question(database: Database) -> None:
    downgrade(database, "0003")
    _insert(database, "knowledge_articles", LOCKERS, {**LOCKERS, "id": "unrated"})
    helped = (True, True, True, False)
    _insert(database, "article_ratings", *(_former_rating("lockers", way) for way in helped))
    _insert(database, "article_ratings", _former_rating("in-mongodb"))
    upgrade(database)
    assert _article(database, "lockers")["effectiveness_score"] == 4 / 6
    assert _article(database, "unrated")["effectiveness_score"] == 0.5
    assert len(_rated(database)) == 5
    with database.reading() as session:
        assert set(session.execute(select(ArticleRating.question)).scalars()) == {None}


def test_articles_survive_when_the_schema_is_taken_back_and_brought_forward(
    database: Database,
) -> None:
    with database.transaction() as session:
        session.add(Article(**LOCKERS, language="de", source="api", version=7))
        session.add(ArticleRating(article_id="lockers", sender_id="anna", helpful=True))
    downgrade(database, "0003")
    upgrade(database)
    kept = _article(database, "lockers")
    assert {name: kept[name] for name in LOCKERS} == LOCKERS
    assert (kept["source"], kept["version"]) == ("folder", 1)
    assert _rated(database) == [("lockers", True)]
