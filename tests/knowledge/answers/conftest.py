"""Passages of the demo shop as sources of an answer."""

from collections.abc import Callable, Sequence

import pytest

from aisle.knowledge.answers.sources import Source
from aisle.knowledge.articles.passages import Passage, passages_of
from aisle.knowledge.models import Article

GetSource = Callable[..., Source]


@pytest.fixture(scope="session")
def shop_sources(shop_articles: list[Article]) -> list[Source]:
    """Every passage of every article, each as number 1."""
    passages = (passage for article in shop_articles for passage in passages_of(article))
    return [_source(passage) for passage in passages]


@pytest.fixture(scope="session")
def get_source(shop_articles: list[Article]) -> GetSource:
    """Find the passage under a heading of an article."""
    by_place = {
        (passage.article_id, passage.heading): passage
        for article in shop_articles
        for passage in passages_of(article)
    }

    def get(article: str, heading: str, number: int = 1) -> Source:
        return _source(by_place[article, heading], number)

    return get


@pytest.fixture
def returns(get_source: GetSource) -> Sequence[Source]:
    """What the search finds for a question about returns."""
    return [
        get_source("return-costs", "Do I have to pay to send something back?", 1),
        get_source("refund-times", "How long does a refund take after a return?", 2),
        get_source("return-deadline", "How many days do I have to return an article?", 3),
    ]


def _source(passage: Passage, number: int = 1) -> Source:
    link = f"https://juniper.example/help/{passage.article_id}"
    return Source(number, passage.title, passage.heading, passage.text, link)
