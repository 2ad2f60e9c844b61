"""The demo shop's articles, indexed in a folder of their own."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from aisle.database.engine import database_at
from aisle.database.migrate import upgrade
from aisle.knowledge.articles.folder import load_articles
from aisle.knowledge.articles.sql_store import SqlArticleStore
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.updating import update_index
from aisle.knowledge.indexing import EXAMPLES
from aisle.knowledge.models import Article
from aisle.knowledge.search.hybrid import HybridSearch
from aisle.knowledge.search.synonyms import get_synonyms
from aisle.knowledge.search.topics import ensure_topics, topics_path
from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.language.examples import read_examples
from aisle.settings import PROJECT_ROOT, get_settings

ARTICLES = PROJECT_ROOT / "data" / "knowledge"


@contextmanager
def demo_search() -> Iterator[HybridSearch]:
    """Yield a search of the demo shop's articles in an embedded index."""
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        with closing(EmbeddedIndex(path, encoder.fingerprint)) as index:
            update_index(index, demo_articles(Path(folder)), encoder)
            topics = ensure_topics(topics_path(path), read_examples(EXAMPLES), encoder)
            yield HybridSearch(index, encoder, get_synonyms(), topics)


def load_encoder() -> SentenceEncoder:
    nlp = get_settings().ai_services.nlp
    return SentenceEncoder.load(ensure_encoder(nlp), batch_size=nlp.batch_size)


def demo_articles(folder: Path) -> list[Article]:
    """Load the articles into a database in the folder, as an installation does."""
    database = database_at(f"sqlite:///{folder / 'articles.db'}")
    upgrade(database)
    with database.transaction() as session:
        load_articles(session, ARTICLES)
    with database.reading() as session:
        articles = _all(session)
    database.dispose()
    return articles


def _all(session: Session) -> list[Article]:
    articles = SqlArticleStore(session).all()
    session.expunge_all()
    return articles
