"""Whether articles helped, and the score that an article has from it."""

import logging

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from aisle.database.types import utc_now
from aisle.documents.mongodb import MongodbUnavailable
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.errors import UnknownArticle
from aisle.knowledge.models import UNRATED_EFFECTIVENESS, ArticleRating
from aisle.language.redaction import redact

PRIOR_RATINGS = 2

_log = logging.getLogger(__name__)


def rate_article(
    session: Session, article_id: str, sender_id: str, helpful: bool, question: str | None
) -> None:
    """Keep whether an article helped; a second rating of one sender replaces the first.

    Raises:
        UnknownArticle: there is no such article.
    """
    rating = _rating(session, article_id, sender_id)
    rating.helpful = helpful
    rating.question = None if question is None else redact(question)
    rating.rated_at = utc_now()
    session.flush()
    store = article_store(session)
    try:
        if store.get(article_id) is None:
            raise UnknownArticle(f"There is no article {article_id!r}")
        store.set_effectiveness(article_id, _effectiveness(session, article_id))
    except MongodbUnavailable as error:
        _log.warning("The score of %s follows with its next rating: %s", article_id, error)


def bayesian_average(helpful: int, ratings: int) -> float:
    """Return the mean rating, as if two more people had rated: one helped, one not.

    So few ratings move the score little: (helpful + 2 · 0.5) / (ratings + 2).
    """
    return (helpful + PRIOR_RATINGS * UNRATED_EFFECTIVENESS) / (ratings + PRIOR_RATINGS)


def _rating(session: Session, article_id: str, sender_id: str) -> ArticleRating:
    former = session.execute(
        select(ArticleRating)
        .where(ArticleRating.article_id == article_id)
        .where(ArticleRating.sender_id == sender_id)
    ).scalar()
    if former is not None:
        return former
    rating = ArticleRating(article_id=article_id, sender_id=sender_id)
    session.add(rating)
    return rating


def _effectiveness(session: Session, article_id: str) -> float:
    ratings, helpful = session.execute(
        select(func.count(), func.sum(cast(ArticleRating.helpful, Integer))).where(
            ArticleRating.article_id == article_id
        )
    ).one()
    return bayesian_average(helpful, ratings)
