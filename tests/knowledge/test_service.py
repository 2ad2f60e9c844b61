"""Answers, article search, ratings, gaps, and noticing a new index."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from aisle.database.engine import Database
from aisle.knowledge.article_stores import article_store
from aisle.knowledge.errors import IndexMissing, UnknownArticle
from aisle.knowledge.index import KnowledgeIndex, build_index
from aisle.knowledge.models import Article, ArticleRating, UnansweredQuestion
from aisle.knowledge.service import KnowledgeService, get_knowledge
from aisle.language.encoder import SentenceEncoder
from aisle.settings import MongodbSettings, get_settings
from tests.documents.databases import configured

MakeArticle = Callable[..., Article]
NOBODY = MongodbSettings(uri="mongodb://127.0.0.1:1/", database="aisle")


@pytest.fixture
def shop(shop_index: KnowledgeIndex, encoder: SentenceEncoder) -> KnowledgeService:
    return KnowledgeService(shop_index, encoder)


@pytest.fixture
def articles(make_article: MakeArticle) -> list[Article]:
    return [
        make_article("lockers", "## Can I use a **parcel locker**?\nYes, " + "really " * 90 + "!",
                     title="Parcel lockers", tags=["locker", "box"]),
        make_article("delays", "## My parcel is late\nPlease wait a day.", title="Late parcels"),
        make_article("labels", "## Where is the parcel label?\nIn the box.", title="Return label",
                     category="returns", tags=["box"]),
    ]  # fmt: skip


@pytest.fixture
def small(
    articles: list[Article],
    encoder: SentenceEncoder,
    database: Database,
    articles_in: str,
    tmp_path: Path,
) -> KnowledgeService:
    build_index(articles, encoder, tmp_path / "small.db")
    with database.transaction() as session:
        for article in articles:
            article_store(session).put(article)
    return KnowledgeService(
        KnowledgeIndex.open(tmp_path / "small.db", encoder.fingerprint), encoder
    )


@pytest.fixture
def index_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "configured.db"
    monkeypatch.setenv("AISLE_KNOWLEDGE_INDEX", str(path))
    get_settings.cache_clear()
    yield path
    get_settings.cache_clear()


def test_a_question_is_answered_with_text_title_heading_and_link(shop: KnowledgeService) -> None:
    answer = shop.answer("does a gift card expire?")
    assert answer is not None
    assert answer.article_id == "gift-cards"
    assert answer.heading == "How long is a gift card valid?"
    assert "5 years" in answer.text
    assert answer.link == "https://juniper.example/help/gift-cards"
    assert 0.45 <= answer.confidence <= 1


@pytest.mark.parametrize(
    "question",
    ["who won the champions league", "how do i bake sourdough bread", "", "😀", "asdf qwer zxcv"],
)
def test_a_question_that_no_article_answers_has_no_answer(
    shop: KnowledgeService, question: str
) -> None:
    assert shop.answer(question) is None


def test_answers_fit_into_a_chat_message(
    shop: KnowledgeService, shop_articles: list[Article], shop_index: KnowledgeIndex
) -> None:
    for passage in shop_index.passages[::10]:
        answer = shop.answer(passage.heading)
        assert answer is not None
        assert 0 < len(answer.text) <= 420
        assert "**" not in answer.text


def test_search_gives_articles_with_preview_and_scores(
    small: KnowledgeService, database: Database
) -> None:
    with database.reading() as session:
        results = small.search_articles(session, "parcel locker")
    best = results[0]
    assert (best.article_id, best.title, best.category) == ("lockers", "Parcel lockers", "delivery")
    assert best.content.startswith("Can I use a parcel locker?")
    assert best.content.endswith("...")
    assert len(best.content) == 503
    assert best.effectiveness_score == 0.5
    assert [item.relevance_score for item in results] == sorted(
        (item.relevance_score for item in results), reverse=True
    )
    assert results[-1].content == results[-1].content.removesuffix("...")


def test_search_keeps_to_filters_and_limit(small: KnowledgeService, database: Database) -> None:
    with database.reading() as session:

        def ids(**options: object) -> set[str]:
            return {item.article_id for item in small.search_articles(session, "parcel", **options)}

        assert ids() == {"lockers", "delays", "labels"}
        assert ids(filters={"category": "returns"}) == {"labels"}
        assert ids(filters={"tags": "box"}) == {"lockers", "labels"}
        assert ids(filters={"tags": "box", "category": "delivery"}) == {"lockers"}
        assert ids(filters={"category": "nothing"}) == set()
        assert len(ids(limit=1)) == 1
        with pytest.raises(ValueError, match="author"):
            ids(filters={"author": "me"})


def test_search_leaves_out_what_is_no_longer_published(
    small: KnowledgeService, database: Database
) -> None:
    with database.transaction() as session:
        lockers = article_store(session).get("lockers")
        assert lockers is not None
        lockers.status = "archived"
        article_store(session).put(lockers)
    with database.reading() as session:
        results = small.search_articles(session, "parcel locker")
    assert "lockers" not in {item.article_id for item in results}


def test_ratings_move_the_effectiveness_away_from_one_half(
    small: KnowledgeService, database: Database
) -> None:
    with database.transaction() as session:
        small.rate_answer(session, "lockers", "anna", True)
        small.rate_answer(session, "lockers", "bert", True)
        small.rate_answer(session, "delays", "anna", False)
    with database.reading() as session:
        found = small.search_articles(session, "parcel")
    scores = {item.article_id: item.effectiveness_score for item in found}
    assert scores == {"lockers": 0.75, "delays": pytest.approx(1 / 3), "labels": 0.5}


def test_a_second_rating_of_one_sender_replaces_the_first(
    small: KnowledgeService, database: Database
) -> None:
    with database.transaction() as session:
        small.rate_answer(session, "lockers", "anna", True)
        small.rate_answer(session, "lockers", "anna", False)
    with database.reading() as session:
        ratings = session.execute(select(ArticleRating)).scalars().all()
    assert [rating.helpful for rating in ratings] == [False]


def test_rating_an_unknown_article_is_an_error(small: KnowledgeService, database: Database) -> None:
    with database.transaction() as session, pytest.raises(UnknownArticle, match="nothing"):
        small.rate_answer(session, "nothing", "anna", True)


def test_an_article_that_is_not_in_the_index_can_be_rated(
    small: KnowledgeService, database: Database, make_article: MakeArticle
) -> None:
    with database.transaction() as session:
        article_store(session).put(make_article("new", "text"))
        small.rate_answer(session, "new", "anna", True)
    with database.reading() as session:
        assert session.execute(select(ArticleRating.article_id)).scalars().all() == ["new"]


def test_what_answered_is_rated_while_the_article_store_is_down(
    articles: list[Article],
    encoder: SentenceEncoder,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_index(articles, encoder, tmp_path / "small.db")
    index = KnowledgeIndex.open(tmp_path / "small.db", encoder.fingerprint)
    with configured(NOBODY, tmp_path, monkeypatch), database.transaction() as session:
        KnowledgeService(index, encoder).rate_answer(session, "lockers", "anna", True)
    with database.reading() as session:
        assert session.execute(select(ArticleRating.article_id)).scalars().all() == ["lockers"]


def test_an_unanswered_question_is_kept(small: KnowledgeService, database: Database) -> None:
    with database.transaction() as session:
        small.keep_unanswered(session, "anna", "do you rent tents?" + "!" * 10_000)
        small.keep_unanswered(session, None, "do you repair zips?")
    with database.reading() as session:
        kept = {
            item.sender_id: item for item in session.execute(select(UnansweredQuestion)).scalars()
        }
    assert kept["anna"].question.startswith("do you rent tents?")
    assert len(kept["anna"].question) == 2_000
    assert kept[None].asked_at.tzinfo is not None


def test_the_processs_service_notices_a_rebuilt_index(
    index_setting: Path, articles: list[Article], encoder: SentenceEncoder
) -> None:
    with pytest.raises(IndexMissing, match="aisle index"):
        get_knowledge()
    build_index(articles[1:], encoder, index_setting)
    former = get_knowledge()
    assert get_knowledge() is former
    assert former.answer("Can I use a parcel locker?") is None
    build_index(articles, encoder, index_setting)
    answer = get_knowledge().answer("Can I use a parcel locker?")
    assert answer is not None
    assert answer.article_id == "lockers"
