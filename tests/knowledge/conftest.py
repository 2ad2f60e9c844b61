"""Articles to search, and the encoder that the project uses."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.knowledge.articles.front_matter import read_article_file
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.indexes.active import elasticsearch_index, embedded_index, get_index
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.updating import update_index
from aisle.knowledge.indexing import EXAMPLES, index_articles
from aisle.knowledge.models import Article
from aisle.knowledge.search.hybrid import HybridSearch
from aisle.knowledge.search.synonyms import get_synonyms
from aisle.knowledge.search.topics import ensure_topics, load_topics, topics_path
from aisle.knowledge.service import KnowledgeService, get_knowledge, shared_service
from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.language.examples import read_examples
from aisle.settings import PROJECT_ROOT, get_settings
from tests.documents.databases import STORES, configured, empty_database

WriteArticle = Callable[..., Path]
MakeArticle = Callable[..., Article]
Publish = Callable[..., KnowledgeService]


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load(ensure_encoder(get_settings().ai_services.nlp))


@pytest.fixture(scope="session")
def learnt_topics(encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What takes seconds to learn from the training data, learnt once."""
    path = topics_path(tmp_path_factory.mktemp("topics") / "index.db")
    ensure_topics(path, read_examples(EXAMPLES), encoder)
    return path


@pytest.fixture(params=STORES)
def articles_in(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Let the settings say that articles are kept in SQL or in MongoDB, on each in turn."""
    if request.param == "sql":
        yield "sql"
        return
    with empty_database() as settings, configured(settings, tmp_path, monkeypatch):
        yield "mongodb"


@pytest.fixture
def write_article(tmp_path: Path) -> WriteArticle:
    """Write <tmp_path>/articles/<id>.md with the front matter given over sensible values."""

    def write(article_id: str, content: str = "## Why?\nBecause.", **front: object) -> Path:
        values = {
            "id": article_id,
            "title": article_id.title(),
            "category": "delivery",
            "tags": "[parcel]",
            "status": "published",
            "updated_at": "2026-10-01",
            **front,
        }
        path = tmp_path / "articles" / f"{article_id}.md"
        path.parent.mkdir(exist_ok=True)
        head = "\n".join(f"{name}: {value}" for name, value in values.items())
        path.write_text(f"---\n{head}\n---\n{content}\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def make_article() -> MakeArticle:
    def make(article_id: str, content: str, **values: object) -> Article:
        defaults = {
            "title": article_id,
            "category": "delivery",
            "tags": [],
            "status": "published",
            "language": "en",
            "source": "folder",
            "version": 1,
            "updated_at": datetime(2026, 10, 1, tzinfo=timezone.utc),
        }
        return Article(id=article_id, content=content, **{**defaults, **values})

    return make


@pytest.fixture
def index_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learnt_topics: Path
) -> Iterator[Path]:
    """Let the settings name an index of the test's own; its topics are there already."""
    path = tmp_path / "var" / "index.db"
    path.parent.mkdir()
    shutil.copy2(learnt_topics, topics_path(path))
    monkeypatch.setenv("AISLE_KNOWLEDGE_INDEX", str(path))
    _forget_the_process_s()
    yield path
    embedded_index().close()
    _forget_the_process_s()


@pytest.fixture
def publish(database: Database, index_path: Path) -> Publish:
    """Store articles, index them, and return the process's service."""

    def publish(*articles: Article) -> KnowledgeService:
        with database.transaction() as session:
            for article in articles:
                article_store(session).add(article)
        index_articles(database)
        return get_knowledge()

    return publish


@pytest.fixture(scope="session")
def shop_articles() -> list[Article]:
    """The demo shop's articles, all of them published."""
    paths = sorted((PROJECT_ROOT / "data" / "knowledge").glob("*.md"))
    return [Article(**read_article_file(path).values) for path in paths]


@pytest.fixture(scope="session")
def shop_search(
    shop_articles: list[Article],
    encoder: SentenceEncoder,
    learnt_topics: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[HybridSearch]:
    index = EmbeddedIndex(tmp_path_factory.mktemp("shop") / "index.db", encoder.fingerprint)
    update_index(index, shop_articles, encoder)
    topics = load_topics(learnt_topics, encoder.fingerprint)
    yield HybridSearch(index, encoder, get_synonyms(), topics)
    index.close()


def _forget_the_process_s() -> None:
    for cached in (get_settings, embedded_index, elasticsearch_index, get_index, shared_service):
        cached.cache_clear()
