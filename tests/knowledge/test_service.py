"""What the service finds for a question, and the questions that it keeps."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from sqlalchemy import select

from aisle.database.engine import Database
from aisle.knowledge.articles.passages import Passage
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.errors import UnknownFilter
from aisle.knowledge.indexes.active import get_index
from aisle.knowledge.models import Article, UnansweredQuestion
from aisle.knowledge.ratings import rate_article
from aisle.knowledge.service import ArticleResult, KnowledgeService

MakeArticle = Callable[..., Article]
Publish = Callable[..., KnowledgeService]

once = pytest.mark.parametrize(
    ("database", "articles_in"), [("sqlite", "sql")], indirect=True, ids=["sqlite"]
)
"""For what depends on neither."""
LOCKER = "## Can I use a parcel locker?\nYes, choose one at checkout."


@pytest.fixture
def knowledge(articles_in: str, publish: Publish, make_article: MakeArticle) -> KnowledgeService:
    return publish(
        make_article("lockers", "## Can I use a **parcel locker**?\nYes, " + "really " * 90 + "!",
                     title="Parcel lockers", tags=["locker", "box"]),
        make_article("delays", "## My parcel is late\nPlease wait a day.", title="Late parcels"),
        make_article("labels", "## Where is the parcel label?\nIn the box.", title="Return label",
                     category="returns", tags=["box"]),
        make_article("kasten", "## Parcel lockers abroad\nNein.", language="de"),
        make_article("drones", "## Does a drone bring my parcel?\nSoon.", status="draft"),
    )  # fmt: skip


@pytest.fixture
def twins(articles_in: str, publish: Publish, make_article: MakeArticle) -> KnowledgeService:
    """Articles that say the same, and one that helped."""
    return publish(
        *(make_article(name, LOCKER, title="Parcel lockers") for name in ("anna", "bert", "carl")),
        make_article("delays", "## My parcel is late\nPlease wait a day.", title="Late parcels"),
    )


def search(
    knowledge: KnowledgeService, database: Database, query: str, **options: object
) -> list[ArticleResult]:
    with database.reading() as session:
        return knowledge.search_articles(session, query, **options)


def ids(found: list[ArticleResult]) -> list[str]:
    return [item.article_id for item in found]


def passages(
    knowledge: KnowledgeService, database: Database, question: str, threshold: float = 0.45
) -> list[Passage]:
    with database.reading() as session:
        return knowledge.find_passages(session, question, threshold)


def rate(database: Database, article_id: str, helpful: bool) -> None:
    with database.transaction() as session:
        rate_article(session, article_id, "anna", helpful, None)


def test_search_gives_articles_with_preview_and_scores(
    knowledge: KnowledgeService, database: Database
) -> None:
    best, *others = search(knowledge, database, "parcel locker")
    shown = asdict(best)
    assert 0.7 < shown.pop("relevance_score") < 1
    assert (
        shown.pop("content") == f"Can I use a parcel locker?\nYes, {'really ' * 90}!"[:500] + "..."
    )
    assert shown == {
        "article_id": "lockers",
        "title": "Parcel lockers",
        "category": "delivery",
        "effectiveness_score": 0.5,
    }
    assert "My parcel is late\nPlease wait a day." in {item.content for item in others}
    scores = [item.relevance_score for item in (best, *others)]
    assert scores == sorted(scores, reverse=True)


def test_a_preview_of_500_characters_is_whole(
    publish: Publish, make_article: MakeArticle, database: Database
) -> None:
    knowledge = publish(
        make_article("short", "parcel " + "x" * 493), make_article("long", "parcel " + "x" * 494)
    )
    shown = {item.article_id: item.content for item in search(knowledge, database, "parcel")}
    assert len(shown["short"]) == 500
    assert shown["long"] == shown["short"] + "..."


@once
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"lockers", "delays", "labels", "kasten"}),
        ({"category": "returns"}, {"labels"}),
        ({"tags": "box"}, {"lockers", "labels"}),
        ({"tags": "box", "category": "delivery"}, {"lockers"}),
        ({"language": "de"}, {"kasten"}),
        ({"status": "draft"}, {"drones"}),
        ({"status": "published", "language": "en"}, {"lockers", "delays", "labels"}),
        ({"category": "nothing"}, set()),
        ({"tags": "bo"}, set()),
        ({"status": ""}, set()),
    ],
)
def test_filters_are_exact_terms_and_only_what_is_published_is_found_without_one(
    knowledge: KnowledgeService, database: Database, filters: dict[str, str], expected: set[str]
) -> None:
    found = search(knowledge, database, "parcel locker", filters=filters)
    assert set(ids(found)) == expected


def test_an_unknown_filter_is_refused_with_the_known_ones(
    knowledge: KnowledgeService, database: Database
) -> None:
    known = "category, language, status, tags"
    with pytest.raises(UnknownFilter, match=f"by author; known are {known}"):
        search(knowledge, database, "parcel", filters={"author": "me", "tags": "box"})


@once
@pytest.mark.parametrize("limit", [-1, 0, 101])
def test_a_limit_beyond_1_to_100_is_refused(
    knowledge: KnowledgeService, database: Database, limit: int
) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 100, not {limit}"):
        search(knowledge, database, "parcel", limit=limit)


def test_as_many_are_found_as_were_asked_for(
    publish: Publish, make_article: MakeArticle, database: Database
) -> None:
    many = [make_article(f"parcel-{number:03}", f"parcel {number}") for number in range(105)]
    knowledge = publish(*many)
    for limit in (1, 10, 100):
        assert len(set(ids(search(knowledge, database, "parcel", limit=limit)))) == limit


@once
@pytest.mark.parametrize("query", ["", " \n", "?!", "😀", "the of and"])
def test_a_query_without_a_telling_word_finds_nothing(
    knowledge: KnowledgeService, database: Database, query: str
) -> None:
    assert search(knowledge, database, query) == []
    assert passages(knowledge, database, query) == []


def test_of_articles_that_say_the_same_the_one_that_helped_comes_first(
    twins: KnowledgeService, database: Database
) -> None:
    question = "is there a locker near me"
    assert ids(search(twins, database, question))[:3] == ["anna", "bert", "carl"]
    rate(database, "carl", True)
    rate(database, "anna", False)
    first, second, third = search(twins, database, question, limit=3)
    assert ids([first, second, third]) == ["carl", "bert", "anna"]
    assert first.relevance_score == second.relevance_score == third.relevance_score
    assert [item.effectiveness_score for item in (first, second, third)] == [0.667, 0.5, 0.333]
    answered = passages(twins, database, question)
    assert [passage.article_id for passage in answered][:3] == ["carl", "bert", "anna"]


def test_what_is_more_relevant_comes_before_what_helped_more(
    twins: KnowledgeService, database: Database
) -> None:
    rate(database, "delays", True)
    assert ids(search(twins, database, "can i use a parcel locker"))[-1] == "delays"


def test_what_is_not_published_any_more_is_not_found_though_the_index_has_it(
    knowledge: KnowledgeService, database: Database
) -> None:
    with database.transaction() as session:
        store = article_store(session)
        archived = store.get("lockers")
        assert archived is not None
        archived.status, archived.version = "archived", 2
        assert store.replace(archived, expected_version=1)
        assert store.remove("labels")
    assert {"lockers", "labels"} <= get_index().digests().keys()
    assert set(ids(search(knowledge, database, "parcel locker"))) == {"delays", "kasten"}


def test_passages_that_answer_come_best_first(
    knowledge: KnowledgeService, database: Database
) -> None:
    best, *_ = passages(knowledge, database, "can i use a parcel locker?")
    assert (best.article_id, best.heading) == ("lockers", "Can I use a parcel locker?")
    assert knowledge.surely_answers("can i use a parcel locker?")


def test_below_the_threshold_there_are_no_passages(
    knowledge: KnowledgeService, database: Database
) -> None:
    question = "can i use a parcel locker?"
    (best, *_) = knowledge.search.search(question)
    assert passages(knowledge, database, question, threshold=best.relevance)
    assert passages(knowledge, database, question, threshold=best.relevance + 1e-9) == []
    assert passages(knowledge, database, "who won the champions league") == []
    assert not knowledge.surely_answers("who won the champions league")


def test_at_most_four_passages_are_given_and_only_published_ones(
    publish: Publish, make_article: MakeArticle, database: Database
) -> None:
    knowledge = publish(
        *(make_article(f"locker-{number}", LOCKER) for number in range(6)),
        make_article("draft", LOCKER, status="draft"),
    )
    found = passages(knowledge, database, "can i use a parcel locker?")
    assert len(found) == 4
    assert "draft" not in {passage.article_id for passage in found}


def test_a_question_without_an_answer_is_kept_without_personal_data(
    knowledge: KnowledgeService, database: Database
) -> None:
    question = "do you rent tents? mail anna@mail.example or call +49 170 1234567"
    with database.transaction() as session:
        knowledge.keep_unanswered(session, "anna", question)
        knowledge.keep_unanswered(session, None, "do you repair zips?")
    with database.reading() as session:
        kept = session.execute(select(UnansweredQuestion)).scalars().all()
    assert {(item.sender_id, item.question) for item in kept} == {
        ("anna", "do you rent tents? mail [e-mail] or call [number]"),
        (None, "do you repair zips?"),
    }
    assert all(item.asked_at.tzinfo is not None for item in kept)


@once
@pytest.mark.parametrize("number", ["+49 170 1234567", "1234567", "anna.maier@mail.example"])
def test_a_long_question_is_cut_and_no_number_half_hidden(
    knowledge: KnowledgeService, database: Database, number: str
) -> None:
    with database.transaction() as session:
        for before in range(1_980, 2_001):
            knowledge.keep_unanswered(session, None, f"{'?' * before} {number}{'!' * 8_000}")
    with database.reading() as session:
        kept = session.execute(select(UnansweredQuestion.question)).scalars().all()
    assert {len(question) for question in kept} == {2_000}
    for part in (number[:5], number[-6:]):
        assert not any(part in question for question in kept)
