"""Questions to the shop's articles: answers, searches, ratings and gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from aisle.knowledge.article_stores import UNRATED_EFFECTIVENESS, article_store
from aisle.knowledge.errors import IndexMissing, UnknownArticle
from aisle.knowledge.excerpt import excerpt
from aisle.knowledge.index import KnowledgeIndex
from aisle.knowledge.models import Article, ArticleRating, UnansweredQuestion
from aisle.knowledge.passages import article_link, plain_text
from aisle.knowledge.search import CANDIDATES, search_passages
from aisle.language.encoder import SentenceEncoder, get_encoder
from aisle.settings import get_settings

# Measured by benchmarks/knowledge_calibration.py: 84 % of the questions that no article
# answers are refused, at the price of 27 % of those that one does.
ANSWER_THRESHOLD = 0.55
LONGEST_PREVIEW = 500
LONGEST_KEPT_QUESTION = 2_000
PRIOR_RATINGS = 2
FILTERS = frozenset({"category", "tags"})


@dataclass(frozen=True)
class ArticleResult:
    """One article found. Scores are from 0 to 1; unrated articles have effectiveness 0.5."""

    article_id: str
    title: str
    content: str
    relevance_score: float
    category: str
    effectiveness_score: float


@dataclass(frozen=True)
class Answer:
    """The passage that answers, as plain text."""

    article_id: str
    title: str
    heading: str
    text: str
    link: str
    confidence: float


class KnowledgeService:
    """Searches one index with the encoder that built it."""

    def __init__(self, index: KnowledgeIndex, encoder: SentenceEncoder) -> None:
        self._index = index
        self._encoder = encoder
        self._article_ids = index.article_ids

    def search_articles(
        self,
        session: Session,
        query: str,
        filters: Mapping[str, str] | None = None,
        limit: int = 10,
    ) -> list[ArticleResult]:
        """Return published articles, most relevant first.

        ``filters`` are exact terms for ``category`` and ``tags`` (one tag of the article).

        Raises:
            ValueError: a filter has another name.
            MongodbUnavailable: articles are kept there, and it does not answer.
        """
        articles = _published(session, filters or {})
        hits = search_passages(
            self._index,
            self._encoder,
            query,
            article_ids=articles.keys(),
            candidates=max(CANDIDATES, 5 * limit),
        )
        relevance: dict[str, float] = {}
        for hit in hits:
            relevance.setdefault(hit.passage.article_id, hit.confidence)
        found = list(relevance)[:limit]
        effectiveness = _effectiveness(session, found)
        return [
            ArticleResult(
                article_id=article_id,
                title=articles[article_id].title,
                content=_preview(articles[article_id].content),
                relevance_score=relevance[article_id],
                category=articles[article_id].category,
                effectiveness_score=effectiveness.get(article_id, UNRATED_EFFECTIVENESS),
            )
            for article_id in found
        ]

    def answer(self, question: str) -> Answer | None:
        """Return what the articles say to a question, or None when none of them answers it."""
        hits = search_passages(self._index, self._encoder, question)
        if not hits or hits[0].confidence < ANSWER_THRESHOLD:
            return None
        passage = hits[0].passage
        return Answer(
            article_id=passage.article_id,
            title=passage.title,
            heading=passage.heading,
            text=excerpt(passage.text, question),
            link=article_link(get_settings().shop.help_url, passage.article_id),
            confidence=hits[0].confidence,
        )

    def keep_unanswered(self, session: Session, sender_id: str | None, question: str) -> None:
        """Put a question on the shop's list of gaps."""
        session.add(
            UnansweredQuestion(sender_id=sender_id, question=question[:LONGEST_KEPT_QUESTION])
        )

    def rate_answer(self, session: Session, article_id: str, sender_id: str, helpful: bool) -> None:
        """Keep whether an article helped; a second rating of one sender replaces the first.

        Raises:
            UnknownArticle: there is no such article.
        """
        # What answered is in the index: a rating of it does not need the article store.
        if article_id not in self._article_ids and article_store(session).get(article_id) is None:
            raise UnknownArticle(f"There is no article {article_id!r}")
        former = session.execute(
            select(ArticleRating).where(
                ArticleRating.article_id == article_id, ArticleRating.sender_id == sender_id
            )
        ).scalar()
        if former is None:
            session.add(ArticleRating(article_id=article_id, sender_id=sender_id, helpful=helpful))
        else:
            former.helpful = helpful
        session.flush()


def get_knowledge() -> KnowledgeService:
    """Return the process's service; a rebuilt index file is loaded on the next call.

    Raises:
        EncoderMissing: the encoder has not been exported.
        IndexMissing: there is no index yet.
        IndexMismatch: another encoder built the index.
    """
    return _shared().current(get_settings().knowledge.index_path)


@lru_cache(maxsize=1)
def _shared() -> "_ReloadingService":
    return _ReloadingService()


class _ReloadingService:
    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: tuple[tuple[Path, int, int], KnowledgeService] | None = None

    def current(self, path: Path) -> KnowledgeService:
        with self._lock:
            state = _file_state(path)
            if self._loaded is None or self._loaded[0] != state:
                encoder = get_encoder()
                index = KnowledgeIndex.open(path, encoder.fingerprint)
                self._loaded = (state, KnowledgeService(index, encoder))
            return self._loaded[1]


def _file_state(path: Path) -> tuple[Path, int, int]:
    try:
        stat = path.stat()
    except FileNotFoundError as error:
        raise IndexMissing(f"There is no article index at {path}; run `aisle index`") from error
    return path, stat.st_ino, stat.st_mtime_ns


def _published(session: Session, filters: Mapping[str, str]) -> dict[str, Article]:
    if unknown := filters.keys() - FILTERS:
        raise ValueError(f"Articles can be filtered by category and tags, not {sorted(unknown)}")
    found = article_store(session).published(filters.get("category"), filters.get("tags"))
    return {article.id: article for article in found}


def _effectiveness(session: Session, article_ids: list[str]) -> dict[str, float]:
    """Mean rating of each rated article, as if one more had found it helpful and one not."""
    rows = session.execute(
        select(
            ArticleRating.article_id,
            func.count(),
            func.sum(cast(ArticleRating.helpful, Integer)),
        )
        .where(ArticleRating.article_id.in_(article_ids))  # type: ignore[attr-defined]
        .group_by(ArticleRating.article_id)
    )
    return {
        article_id: (helpful + PRIOR_RATINGS / 2) / (ratings + PRIOR_RATINGS)
        for article_id, ratings, helpful in rows
    }


def _preview(content: str) -> str:
    text = plain_text(content)
    return text if len(text) <= LONGEST_PREVIEW else text[:LONGEST_PREVIEW] + "..."
