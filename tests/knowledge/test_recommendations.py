"""What a conversation's context searches for, and how sure it has to be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from aisle.database.engine import Database
from aisle.knowledge.models import Article
from aisle.knowledge.recommendations import query_of
from aisle.knowledge.service import ArticleResult, KnowledgeService

MakeArticle = Callable[..., Article]
Publish = Callable[..., KnowledgeService]


@dataclass(frozen=True)
class Context:
    last_intent: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)


def entity(kind: str, value: str) -> dict[str, Any]:
    return {"type": kind, "value": value, "confidence": 0.9}


def recommend(
    knowledge: KnowledgeService, database: Database, context: Context
) -> list[ArticleResult]:
    with database.reading() as session:
        return knowledge.get_recommendations(session, context)


@pytest.mark.parametrize(
    ("context", "query"),
    [
        (Context(), ""),
        (Context("track_order"), "track order"),
        (Context(None, [entity("product", "wool coat")]), "wool coat"),
        (Context("return_item", [entity("PRODUCT", "coat"), entity("ISSUE", "broken zip")]),
         "return item coat broken zip"),
        (Context("return_item", [entity("Issue", "torn"), entity("Product", "coat")]),
         "return item torn coat"),
        (Context("track_order", [entity("ORDER", "#W1000234")]), "track order order"),
        (Context("thank", [entity("order_number", "1"), entity("order", "2")]), "thank order"),
        (Context("thank", [entity("product", "coat"), entity("product", "coat")]), "thank coat"),
        (Context("thank", [entity("email", "a@b.example"), entity("person", "Anna")]), "thank"),
    ],
)  # fmt: skip
def test_the_query_is_the_intent_and_what_it_is_about(context: Context, query: str) -> None:
    assert query_of(context) == query


@pytest.fixture
def knowledge(publish: Publish, make_article: MakeArticle) -> KnowledgeService:
    """Articles on lockers, of which four are more to the point, and on something else."""
    sure = [
        make_article(f"sure-{number}", "## Parcel locker broken\nCall us.", title="Parcel lockers")
        for number in range(4)
    ]
    vague = [
        make_article(f"vague-{number}", "## Shops that keep it for you\nMany.", title="Parcels")
        for number in range(3)
    ]
    return publish(*sure, *vague, make_article("coats", "## How do i wash a coat?\nCold."))


def test_at_most_three_articles_that_are_very_likely_are_recommended(
    knowledge: KnowledgeService, database: Database
) -> None:
    context = Context("locker_broken", [entity("PRODUCT", "parcel locker")])
    with database.reading() as session:
        found = knowledge.search_articles(session, query_of(context), limit=5)
    assert sum(item.relevance_score > 0.7 for item in found) == 4
    assert recommend(knowledge, database, context) == found[:3]


def test_what_is_not_likely_enough_is_not_recommended(
    knowledge: KnowledgeService, database: Database
) -> None:
    context = Context("call_carrier", [entity("ISSUE", "parcel kept in a shop")])
    with database.reading() as session:
        found = knowledge.search_articles(session, query_of(context), limit=5)
    assert 0.2 < found[0].relevance_score <= 0.7
    assert recommend(knowledge, database, context) == []


def test_without_anything_to_go_by_nothing_is_recommended(
    knowledge: KnowledgeService, database: Database
) -> None:
    assert recommend(knowledge, database, Context()) == []
    assert recommend(knowledge, database, Context(None, [entity("email", "parcel@locker")])) == []


def test_only_what_is_published_is_recommended(
    publish: Publish, make_article: MakeArticle, database: Database
) -> None:
    text = "## Parcel locker broken\nCall us."
    knowledge = publish(make_article("draft", text, status="draft"), make_article("other", "No."))
    assert recommend(knowledge, database, Context("parcel_locker_broken")) == []
