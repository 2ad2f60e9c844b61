"""What customers asked without an answer that helped, by meaning."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from aisle.database.engine import Database
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.articles.writing import update
from aisle.knowledge.gaps import Gap, find_gaps, group_by_meaning
from aisle.knowledge.indexing import reindex
from aisle.knowledge.models import Article, ArticleRating, UnansweredQuestion
from aisle.knowledge.service import KnowledgeService, get_knowledge
from aisle.language.encoder import SentenceEncoder

MakeArticle = Callable[..., Article]
Publish = Callable[..., KnowledgeService]

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
TENTS = ["do you rent tents?", "can i rent a tent", "is it possible to rent tents from you"]
ZIPS = ["do you repair zips?", "can you repair a broken zip"]
GIFTS = "do you wrap presents?"


@pytest.fixture
def knowledge(publish: Publish, make_article: MakeArticle) -> KnowledgeService:
    return publish(
        make_article("lockers", "## Can I use a parcel locker?\nYes.", title="Parcel lockers"),
        make_article("delays", "## My parcel is late\nPlease wait a day.", title="Late parcels"),
    )


def ask(database: Database, *questions: str, at: datetime = NOON) -> None:
    with database.transaction() as session:
        for question in questions:
            session.add(UnansweredQuestion(question=question, asked_at=at))


def rate(
    database: Database,
    question: str | None,
    article_id: str = "lockers",
    helpful: bool = False,
    at: datetime = NOON,
) -> None:
    with database.transaction() as session:
        session.add(
            ArticleRating(
                article_id=article_id,
                sender_id=f"sender of {question}",
                helpful=helpful,
                question=question,
                rated_at=at,
            )
        )


def gaps(database: Database, limit: int = 20) -> list[Gap]:
    with database.reading() as session:
        return find_gaps(session, get_knowledge(), limit)


def test_questions_of_one_meaning_are_one_gap_the_most_frequent_first(
    knowledge: KnowledgeService, database: Database
) -> None:
    ask(database, ZIPS[0], TENTS[0], GIFTS, TENTS[1], ZIPS[1], TENTS[2], TENTS[0])
    tents, zips, gifts = gaps(database)
    assert (tents.asked, zips.asked, gifts.asked) == (4, 2, 1)
    assert {tents.question, *tents.examples} == set(TENTS)
    assert len(tents.examples) == 2
    assert {zips.question, *zips.examples} == set(ZIPS)
    assert gifts == Gap(GIFTS, 1, 0, NOON, (), ())
    assert gaps(database, limit=2) == [tents, zips]


def test_of_gaps_that_are_asked_as_often_the_latest_comes_first(
    knowledge: KnowledgeService, database: Database
) -> None:
    ask(database, GIFTS)
    ask(database, ZIPS[0], at=NOON + timedelta(hours=1))
    latest, earlier = gaps(database)
    assert (latest.question, latest.last_asked_at) == (ZIPS[0], NOON + timedelta(hours=1))
    assert (earlier.question, earlier.last_asked_at) == (GIFTS, NOON)


def test_at_most_five_examples_are_given(knowledge: KnowledgeService, database: Database) -> None:
    ask(database, *(f"do you rent tents for {number} people?" for number in range(2, 12)))
    (gap,) = gaps(database)
    assert gap.asked == 10
    assert len(gap.examples) == 5
    assert gap.question not in gap.examples


def test_answers_that_did_not_help_count_and_name_their_articles(
    knowledge: KnowledgeService, database: Database
) -> None:
    ask(database, TENTS[0])
    rate(database, TENTS[1], at=NOON + timedelta(hours=2))
    rate(database, TENTS[2], "delays")
    rate(database, "can i rent tents", "delays")
    rate(database, ZIPS[0], helpful=True)
    rate(database, None)
    (gap,) = gaps(database)
    assert (gap.asked, gap.unhelpful) == (4, 3)
    assert gap.last_asked_at == NOON + timedelta(hours=2)
    assert gap.article_ids == ("lockers", "delays")


def test_a_question_that_was_answered_without_helping_is_a_gap(
    knowledge: KnowledgeService, database: Database
) -> None:
    question = "can i use a parcel locker?"
    assert knowledge.surely_answers(question)
    ask(database, question)
    assert gaps(database) == []
    rate(database, question)
    assert [(gap.asked, gap.unhelpful) for gap in gaps(database)] == [(2, 1)]


def test_a_question_that_a_new_article_answers_leaves_the_list(
    knowledge: KnowledgeService, database: Database, publish: Publish, make_article: MakeArticle
) -> None:
    ask(database, *TENTS, GIFTS)
    assert [gap.asked for gap in gaps(database)] == [3, 1]
    publish(make_article("tents", "## Do you rent tents?\nYes, for a week.", title="Rent a tent"))
    assert [gap.question for gap in gaps(database)] == [GIFTS]


def test_a_question_whose_article_has_changed_since_leaves_the_list(
    articles_in: str, knowledge: KnowledgeService, database: Database
) -> None:
    question = "can i use a parcel locker?"
    rate(database, question)
    rate(database, ZIPS[0], "delays")
    assert [gap.article_ids for gap in gaps(database)] == [("lockers",), ("delays",)]
    with database.transaction() as session:
        content = "## Can I use a parcel locker?\nNo."
        update(article_store(session), "lockers", {"content": content}, 1)
    reindex(database, ["lockers"])
    assert [gap.article_ids for gap in gaps(database)] == [("delays",)]
    rate(database, f"{question} really", at=datetime.now(timezone.utc))
    assert [gap.article_ids for gap in gaps(database)] == [("lockers",), ("delays",)]


def test_a_question_whose_article_was_deleted_stays(
    articles_in: str, knowledge: KnowledgeService, database: Database
) -> None:
    rate(database, ZIPS[0], "deleted")
    assert [gap.article_ids for gap in gaps(database)] == [("deleted",)]


def test_the_question_that_is_most_typical_speaks_for_its_group(
    knowledge: KnowledgeService, database: Database
) -> None:
    ask(database, "hello there, my dear friends, do you by any chance rent out tents?", *TENTS)
    (gap,) = gaps(database)
    assert gap.question in TENTS


def test_without_questions_there_are_no_gaps(
    knowledge: KnowledgeService, database: Database
) -> None:
    assert gaps(database) == []


def test_groups_hold_each_row_once_whatever_the_order(encoder: SentenceEncoder) -> None:
    asked = [*TENTS, *ZIPS, GIFTS]
    for order in ([0, 1, 2, 3, 4, 5], [5, 3, 0, 4, 1, 2]):
        vectors = np.vstack([encoder.encode([asked[place]]) for place in order])
        groups = group_by_meaning(vectors)
        assert {frozenset(order[row] for row in group) for group in groups} == {
            frozenset({0, 1, 2}),
            frozenset({3, 4}),
            frozenset({5}),
        }
        assert sorted(row for group in groups for row in group) == list(range(6))


def test_the_same_question_a_thousand_times_is_one_gap(
    knowledge: KnowledgeService, database: Database
) -> None:
    ask(database, *["do you rent tents?"] * 1_000)
    assert [(gap.asked, gap.examples) for gap in gaps(database)] == [(1_000, ())]
