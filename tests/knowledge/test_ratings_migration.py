"""Ratings no longer need a row of their article, and survive the change of their table."""

import uuid

from sqlalchemy import MetaData, select

from aisle.database.engine import Database
from aisle.database.migrate import downgrade, upgrade
from aisle.database.types import utc_now
from aisle.knowledge.models import Article, ArticleRating


def _former_rating(article_id: str) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "article_id": article_id,
        "sender_id": "anna",
        "helpful": True,
        "rated_at": utc_now(),
    }


def _rated(database: Database) -> list[tuple[str, bool]]:
    with database.reading() as session:
        rows = session.execute(select(ArticleRating).order_by(ArticleRating.article_id)).scalars()
        return [(row.article_id, row.helpful) for row in rows]


def test_ratings_survive_the_upgrade(database: Database) -> None:
    with database.transaction() as session:
        session.add(Article(id="lockers", title="t", category="c", content="x"))
    downgrade(database, "0002")
    former = MetaData()
    with database.engine.begin() as connection:
        former.reflect(connection, only=["article_ratings"])
        ratings = former.tables["article_ratings"]
        connection.execute(ratings.insert(), _former_rating("lockers"))
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
