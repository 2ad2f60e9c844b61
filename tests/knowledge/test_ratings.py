"""What ratings do to an article's score, and what is kept of them."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from aisle.database.engine import Database
from aisle.documents.mongodb import get_mongodb
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.errors import UnknownArticle
from aisle.knowledge.models import Article, ArticleRating
from aisle.knowledge.ratings import bayesian_average, rate_article
from aisle.settings import MongodbSettings
from tests.documents.databases import Line, configured, empty_database, needs_mongodb
from tests.live.waiting import wait_until

MakeArticle = Callable[..., Article]


@pytest.fixture
def stored(database: Database, articles_in: str, make_article: MakeArticle) -> Database:
    with database.transaction() as session:
        for name in ("lockers", "delays"):
            article_store(session).add(make_article(name, "text"))
    return database


def rate(
    database: Database, article_id: str, sender_id: str, helpful: bool, question: str | None = None
) -> None:
    with database.transaction() as session:
        rate_article(session, article_id, sender_id, helpful, question)


def ratings(database: Database) -> list[ArticleRating]:
    with database.reading() as session:
        statement = select(ArticleRating).order_by(ArticleRating.rated_at)
        return list(session.execute(statement).scalars())


def score(database: Database, article_id: str) -> float:
    with database.reading() as session:
        article = article_store(session).get(article_id)
    assert article is not None
    return article.effectiveness_score


def test_the_average_begins_at_one_half_and_moves_more_with_more_ratings() -> None:
    assert bayesian_average(0, 0) == 0.5
    assert bayesian_average(1, 1) == pytest.approx(2 / 3)
    assert bayesian_average(0, 1) == pytest.approx(1 / 3)
    assert bayesian_average(98, 98) == pytest.approx(0.99)
    assert bayesian_average(5, 10) == 0.5


def test_ratings_move_the_score_of_their_article_only(stored: Database) -> None:
    for sender_id, expected in (("anna", 2 / 3), ("bert", 3 / 4), ("carl", 4 / 5)):
        rate(stored, "lockers", sender_id, True)
        assert score(stored, "lockers") == pytest.approx(expected)
    rate(stored, "lockers", "dora", False)
    assert score(stored, "lockers") == pytest.approx(4 / 6)
    assert score(stored, "delays") == 0.5


def test_a_second_rating_of_one_sender_replaces_the_first(stored: Database) -> None:
    rate(stored, "lockers", "anna", True, "may i use one?")
    first = ratings(stored)[0].rated_at
    rate(stored, "lockers", "anna", False, "and abroad?")
    rate(stored, "delays", "anna", True)
    replaced, other = ratings(stored)
    assert (replaced.article_id, replaced.helpful, replaced.question) == (
        "lockers",
        False,
        "and abroad?",
    )
    assert replaced.rated_at > first
    assert (other.article_id, other.helpful, other.question) == ("delays", True, None)
    assert score(stored, "lockers") == pytest.approx(1 / 3)


def test_the_question_is_kept_without_personal_data(stored: Database) -> None:
    rate(stored, "lockers", "anna", True, "i'm anna@mail.example, where is #W1234567?")
    assert [rating.question for rating in ratings(stored)] == ["i'm [e-mail], where is [number]?"]


def test_rating_an_unknown_article_is_an_error_that_keeps_nothing(stored: Database) -> None:
    with pytest.raises(UnknownArticle, match="nothing"):
        rate(stored, "nothing", "anna", True)
    assert ratings(stored) == []


def test_a_rating_changes_nothing_else_of_the_article(stored: Database) -> None:
    def read() -> tuple[object, ...]:
        with stored.reading() as session:
            article = article_store(session).get("lockers")
        assert article is not None
        return article.version, article.updated_at, article.content, article.status

    before = read()
    rate(stored, "lockers", "anna", True)
    assert read() == before


@needs_mongodb
def test_a_rating_is_kept_while_mongodb_is_away_and_counts_with_the_next(
    database: Database,
    make_article: MakeArticle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = Line()
    with empty_database(line.url) as settings, configured(settings, tmp_path, monkeypatch):
        with database.transaction() as session:
            article_store(session).add(make_article("lockers", "text"))
        line.cut()
        with caplog.at_level(logging.WARNING, "aisle"):
            rate(database, "lockers", "anna", True)
        assert "The score of lockers follows with its next rating" in caplog.text
        assert [rating.sender_id for rating in ratings(database)] == ["anna"]
        line.mend()
        mongodb = get_mongodb()
        assert mongodb is not None
        wait_until(lambda: mongodb.status() == "ok")
        rate(database, "lockers", "bert", True)
        assert score(database, "lockers") == 0.75


def test_a_rating_is_kept_though_there_is_no_mongodb(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = MongodbSettings(uri="mongodb://127.0.0.1:1/", database="aisle")
    with configured(nobody, tmp_path, monkeypatch):
        rate(database, "lockers", "anna", False, "may i use one?")
    assert [rating.question for rating in ratings(database)] == ["may i use one?"]
