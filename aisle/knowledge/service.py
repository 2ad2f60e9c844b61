"""Questions to the shop's articles: search, answers, recommendations, and what had no answer."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy.orm import Session

from aisle.documents.mongodb import MongodbUnavailable
from aisle.knowledge.answers.excerpt import excerpt
from aisle.knowledge.answers.instructions import trusted
from aisle.knowledge.answers.sources import Source
from aisle.knowledge.answers.written import write_answer
from aisle.knowledge.articles.passages import Passage, article_link, plain_text
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.indexes.active import get_index
from aisle.knowledge.indexes.contract import Filters
from aisle.knowledge.models import UNRATED_EFFECTIVENESS, Article, UnansweredQuestion
from aisle.knowledge.recommendations import DialogueContext, query_of
from aisle.knowledge.search.hybrid import CANDIDATES, Hit, HybridSearch
from aisle.knowledge.search.relevance import ANSWER_THRESHOLD, SURE_ANSWER_THRESHOLD
from aisle.knowledge.search.synonyms import get_synonyms
from aisle.knowledge.search.topics import load_topics, topics_path
from aisle.language.chat_model import get_chat_model
from aisle.language.encoder import Vectors, get_encoder
from aisle.language.redaction import redact
from aisle.settings import get_settings

LONGEST_PREVIEW = 500
LONGEST_KEPT_QUESTION = 2_000
MOST_RESULTS = 100
RECOMMENDED_FROM, SURELY_RELEVANT, MOST_RECOMMENDED = 5, 0.7, 3
MOST_SOURCES = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ArticleResult:
    """One article found.

    ``content`` are its first 500 characters as plain text, then "..." if it is longer.
    ``relevance_score`` is the probability that it answers, and ``effectiveness_score`` how
    often it helped (unrated: 0.5); both are from 0 to 1.
    """

    article_id: str
    title: str
    content: str
    relevance_score: float
    category: str
    effectiveness_score: float


@dataclass(frozen=True)
class Reference:
    """An article that an answer draws on."""

    title: str
    link: str


@dataclass(frozen=True)
class Answer:
    """What to tell the customer, as plain text, and what it draws on, the main one first."""

    text: str
    article_id: str
    references: tuple[Reference, ...]


class KnowledgeService:
    def __init__(self, search: HybridSearch) -> None:
        self.search = search

    def search_articles(
        self,
        session: Session,
        query: str,
        filters: Mapping[str, str] | None = None,
        limit: int = 10,
    ) -> list[ArticleResult]:
        """Return articles, most relevant first; of equally relevant ones what helped more.

        ``filters`` are exact terms for ``category``, ``tags`` (one tag of the article),
        ``language`` and ``status``, without which only published articles are found.

        Raises:
            UnknownFilter: a filter has another name.
            ValueError: the limit is not from 1 to 100.
            MongodbUnavailable: articles are kept there, and it does not answer.
        """
        if not 1 <= limit <= MOST_RESULTS:
            raise ValueError(f"The limit must be from 1 to {MOST_RESULTS}, not {limit}")
        wanted = Filters.of(filters or {})
        hits = self.search.search(query, wanted, max(CANDIDATES, 3 * limit))
        best = _best_of_each(hits)
        stored = article_store(session).some(best)
        # The index may be behind the store, when Elasticsearch has just come back.
        present = [item for item in stored.values() if wanted.status in (None, item.status)]
        found = [_result(article, best[article.id].relevance) for article in present]
        return sorted(found, key=_by_relevance)[:limit]

    def get_recommendations(
        self, session: Session, context: DialogueContext
    ) -> list[ArticleResult]:
        """Return up to three articles that are very likely to help with what was talked about.

        Raises:
            MongodbUnavailable: articles are kept there, and it does not answer.
        """
        query = query_of(context)
        best = self.search_articles(session, query, limit=RECOMMENDED_FROM) if query else []
        return [item for item in best if item.relevance_score > SURELY_RELEVANT][:MOST_RECOMMENDED]

    def find_passages(
        self, session: Session, question: str, threshold: float = ANSWER_THRESHOLD
    ) -> list[Passage]:
        """Return the passages to answer a question from, best first.

        There are none when the best one answers it with less than this probability.
        """
        hits = self.search.search(question)
        if not hits or hits[0].relevance < threshold:
            return []
        scores = _effectiveness(session, {hit.passage.article_id for hit in hits[:MOST_SOURCES]})

        def place(hit: Hit) -> tuple[float, float]:
            helped = scores.get(hit.passage.article_id, UNRATED_EFFECTIVENESS)
            return -round(hit.relevance, 2), -helped

        return [hit.passage for hit in sorted(hits[:MOST_SOURCES], key=place)]

    def answer(
        self,
        question: str,
        passages: Sequence[Passage],
        on_sentence: Callable[[str], None] = lambda text: None,
    ) -> Answer | None:
        """Put what the passages say into a few sentences.

        With a language model in the settings these are its words, checked against the
        passages, and ``on_sentence`` gets each as soon as it is there; the answer may still
        turn out otherwise. Else, and when the model fails, the best passage is quoted.

        Args:
            passages: from ``find_passages``. None of them is used that reads like
                instructions to a model; if they all do, the answer is None.
        """
        sources = [_source(number, found) for number, found in enumerate(passages, start=1)]
        model = get_chat_model()
        written = model and write_answer(model, question, sources, on_sentence)
        if written:
            return _answer(written.text, written.sources, passages)
        best = trusted(sources)[:1]
        return _answer(excerpt(best[0].text, question), best, passages) if best else None

    def surely_answers(self, question: str) -> bool:
        """Whether an article is so likely to answer that nobody is told there is no answer."""
        hits = self.search.search(question)
        return bool(hits) and hits[0].relevance >= SURE_ANSWER_THRESHOLD

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a unit vector for each text, the same one for the same text."""
        return np.vstack([self.search.encoder.encode([text]) for text in texts])

    def keep_unanswered(self, session: Session, sender_id: str | None, question: str) -> None:
        """Put a question on the shop's list of gaps, without personal data."""
        kept = redact(question)[:LONGEST_KEPT_QUESTION]
        session.add(UnansweredQuestion(sender_id=sender_id, question=kept))


def get_knowledge() -> KnowledgeService:
    """Return the process's service; it notices by itself when what is searched has changed.

    Raises:
        EncoderMissing: the encoder has not been exported.
    """
    path = topics_path(get_settings().knowledge.index_path)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return shared_service(changed)


@lru_cache(maxsize=1)
def shared_service(topics_changed: int) -> KnowledgeService:
    """Return the service with the topics that were learnt at this time (ns)."""
    encoder = get_encoder()
    topics = load_topics(topics_path(get_settings().knowledge.index_path), encoder.fingerprint)
    return KnowledgeService(HybridSearch(get_index(), encoder, get_synonyms(), topics))


def _best_of_each(hits: Iterable[Hit]) -> dict[str, Hit]:
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.article_id, hit)
    return best


def _result(article: Article, relevance: float) -> ArticleResult:
    return ArticleResult(
        article_id=article.id,
        title=article.title,
        content=_preview(article.content),
        relevance_score=round(relevance, 2),
        category=article.category,
        effectiveness_score=round(article.effectiveness_score, 3),
    )


def _by_relevance(item: ArticleResult) -> tuple[float, float, str]:
    return -item.relevance_score, -item.effectiveness_score, item.article_id


def _preview(content: str) -> str:
    text = plain_text(content)
    return text if len(text) <= LONGEST_PREVIEW else text[:LONGEST_PREVIEW] + "..."


def _effectiveness(session: Session, article_ids: Iterable[str]) -> dict[str, float]:
    try:
        found = article_store(session).some(article_ids)
    except MongodbUnavailable as error:
        _log.warning("Ties between articles are not broken by their ratings: %s", error)
        return {}
    return {article.id: article.effectiveness_score for article in found.values()}


def _source(number: int, passage: Passage) -> Source:
    return Source(number, passage.title, passage.heading, passage.text, _link(passage))


def _link(passage: Passage) -> str:
    return passage.link or article_link(get_settings().shop.help_url, passage.article_id)


def _answer(text: str, sources: Sequence[Source], passages: Sequence[Passage]) -> Answer:
    references = dict.fromkeys(Reference(source.title, source.link) for source in sources)
    return Answer(text, passages[sources[0].number - 1].article_id, tuple(references))
