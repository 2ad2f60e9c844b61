"""From article files to a searchable index, in one call."""

from dataclasses import dataclass
from pathlib import Path

from aisle.database.engine import Database
from aisle.knowledge.article_stores import article_store
from aisle.knowledge.articles import load_articles
from aisle.knowledge.index import Progress, build_index
from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.settings import get_settings


@dataclass(frozen=True)
class IndexReport:
    """Published articles and their passages; how many passages were encoded anew or are gone.

    ``errors`` name the file and line of articles that could not be read.
    """

    articles: int
    passages: int
    changed: int
    removed: int
    errors: list[str]


def index_knowledge(
    database: Database, folder: Path, progress: Progress | None = None
) -> IndexReport:
    """Load a folder of articles and bring the configured index up to date.

    Running it twice changes nothing. The first run exports the sentence encoder when training
    has not done so. ``progress`` gets (done, all) of the passages to encode.

    Raises:
        ArticlesMissing: the folder holds no articles.
        MongodbUnavailable: articles are kept there, and it does not answer.
    """
    with database.transaction() as session:
        loaded = load_articles(session, folder)
    with database.reading() as session:
        articles = article_store(session).published()
    settings = get_settings()
    nlp = settings.ai_services.nlp
    encoder = SentenceEncoder.load(ensure_encoder(nlp), batch_size=nlp.batch_size)
    built = build_index(articles, encoder, settings.knowledge.index_path, progress)
    return IndexReport(
        articles=len(articles),
        passages=built.passages,
        changed=built.changed,
        removed=built.removed,
        errors=loaded.errors,
    )
