"""Keeps what is searched the same as the articles, after one changed or after many."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread

from aisle.database.engine import Database, get_database
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.errors import IndexMismatch, IndexMissing, IndexUnavailable, loggable
from aisle.knowledge.indexes.active import elasticsearch_index, embedded_index, get_index
from aisle.knowledge.indexes.contract import SearchIndex
from aisle.knowledge.indexes.elasticsearch_client import get_elasticsearch
from aisle.knowledge.indexes.encoding import digest_of, encode_articles
from aisle.knowledge.indexes.mirror import Progress, bring_up_to_date, mirror_anew
from aisle.knowledge.indexes.updating import Changes, update_index
from aisle.knowledge.models import Article
from aisle.knowledge.search.topics import ensure_topics, topics_path
from aisle.language.encoder import EncoderMissing, ensure_encoder, get_encoder
from aisle.language.examples import read_examples
from aisle.settings import PROJECT_ROOT, get_settings

EXAMPLES = PROJECT_ROOT / "data" / "nlu"

_log = logging.getLogger(__name__)
_one_at_a_time = Lock()


@dataclass(frozen=True)
class IndexReport:
    """Articles of every status that are indexed, and what was done.

    ``behind`` says why Elasticsearch, which the settings name, could not be brought up to date.
    """

    articles: int
    changed: int
    removed: int
    behind: str | None = None


def index_articles(
    database: Database, *, rebuild: bool = False, progress: Progress | None = None
) -> IndexReport:
    """Bring the configured index up to date with all articles; running it twice changes nothing.

    The embedded index is kept in any case. The first run exports the sentence encoder when
    training has not done so. ``rebuild`` builds everything anew, while the former index is
    searched.

    Raises:
        MongodbUnavailable: articles are kept there, and it does not answer.
    """
    settings = get_settings()
    ensure_encoder(settings.ai_services.nlp)
    ensure_topics(
        topics_path(settings.knowledge.index_path), read_examples(EXAMPLES), get_encoder()
    )
    articles, changes = _update_embedded(database, rebuild, progress)
    behind = _update_elasticsearch(rebuild)
    return IndexReport(articles, changes.changed, changes.removed, behind)


def reindex(database: Database, article_ids: Sequence[str]) -> None:
    """Let a change of these articles be searchable at once.

    Without a usable index there is nothing to do: ``aisle index`` builds one.
    """
    try:
        with _one_at_a_time:
            _index_until_same(database, get_index(), article_ids)
    except (IndexMissing, IndexMismatch, EncoderMissing) as error:
        _log.warning("Changed articles are not searched yet: %s", error)


def catch_up() -> None:
    """Bring Elasticsearch up to date after an outage.

    Raises:
        IndexUnavailable: it does not answer.
        MongodbUnavailable: articles are kept there, and it does not answer.
    """
    report = index_articles(get_database())
    if report.behind is not None:
        raise IndexUnavailable(report.behind)


def catch_up_in_background() -> None:
    """For servers as they start: articles may have changed while Elasticsearch was away."""
    if get_elasticsearch() is not None:
        Thread(target=_catch_up_or_tell, daemon=True).start()


def _catch_up_or_tell() -> None:
    try:
        catch_up()
    except Exception as error:  # noqa: BLE001 - whatever it is, the server starts
        _log.warning("Elasticsearch may be behind the articles: %s", loggable(error))


def _update_elasticsearch(rebuild: bool) -> str | None:
    served = elasticsearch_index()
    if served is None:
        return None
    try:
        (mirror_anew if rebuild else bring_up_to_date)(embedded_index(), served)
    except IndexUnavailable as error:
        return str(error)
    return None


def _update_embedded(
    database: Database, rebuild: bool, progress: Progress | None
) -> tuple[int, Changes]:
    with _one_at_a_time:
        with database.reading() as session:
            articles = article_store(session).all()
        changes = update_index(
            embedded_index(), articles, get_encoder(), rebuild=rebuild, progress=progress
        )
    return len(articles), changes


def _index_until_same(database: Database, index: SearchIndex, article_ids: Sequence[str]) -> None:
    """Another process may change an article while its former state is encoded."""
    stored = _read(database, article_ids)
    indexed: dict[str, str] | None = None
    while indexed != (digests := _digests(stored)):
        _put(index, stored, article_ids)
        indexed, stored = digests, _read(database, article_ids)


def _read(database: Database, article_ids: Sequence[str]) -> dict[str, Article]:
    with database.reading() as session:
        return article_store(session).some(article_ids)


def _digests(articles: dict[str, Article]) -> dict[str, str]:
    return {article_id: digest_of(article) for article_id, article in articles.items()}


def _put(index: SearchIndex, articles: dict[str, Article], article_ids: Sequence[str]) -> None:
    for batch in encode_articles(articles.values(), get_encoder()):
        index.put(batch)
    gone = [article_id for article_id in article_ids if article_id not in articles]
    if gone:
        index.remove(gone)
