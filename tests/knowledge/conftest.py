"""Articles to search, and the encoder that the project uses."""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from aisle.knowledge.articles import FrontMatter
from aisle.knowledge.index import KnowledgeIndex, build_index
from aisle.knowledge.models import Article
from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.settings import PROJECT_ROOT, get_settings
from tests.documents.databases import STORES, configured, empty_database

WriteArticle = Callable[..., Path]
MakeArticle = Callable[..., Article]


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load(ensure_encoder(get_settings().ai_services.nlp))


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
            "updated_at": datetime(2026, 10, 1, tzinfo=timezone.utc),
        }
        return Article(id=article_id, content=content, **{**defaults, **values})

    return make


@pytest.fixture(scope="session")
def shop_articles() -> list[Article]:
    """The demo shop's published articles."""
    return [
        article
        for path in sorted((PROJECT_ROOT / "data" / "knowledge").glob("*.md"))
        if (article := _article(path)).status == "published"
    ]


@pytest.fixture(scope="session")
def shop_index(
    shop_articles: list[Article], encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeIndex]:
    path = tmp_path_factory.mktemp("shop") / "index.db"
    build_index(shop_articles, encoder, path)
    index = KnowledgeIndex.open(path, encoder.fingerprint)
    yield index
    index.close()


def _article(path: Path) -> Article:
    import yaml

    _, front, content = path.read_text(encoding="utf-8").split("---\n", 2)
    head = FrontMatter.parse_obj(yaml.safe_load(front))
    values = head.dict(exclude={"updated_at"})
    return Article(**values, content=content.strip())
