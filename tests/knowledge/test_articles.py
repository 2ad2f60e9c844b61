"""Loading article files into either article store."""

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.knowledge.article_stores import article_store
from aisle.knowledge.articles import LoadReport, load_articles
from aisle.knowledge.errors import ArticlesMissing
from aisle.knowledge.models import Article
from aisle.settings import PROJECT_ROOT

WriteArticle = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("articles_in")


def _load(database: Database, folder: Path) -> LoadReport:
    with database.transaction() as session:
        return load_articles(session, folder)


def _articles(database: Database) -> dict[str, Article]:
    with database.reading() as session:
        return {article.id: article for article in article_store(session).all()}


def test_an_article_file_becomes_a_row(database: Database, write_article: WriteArticle) -> None:
    path = write_article("lockers", "## Where?\nHere — “there”.", title="Lockers: where?  ".strip())
    path.write_text(path.read_text().replace("Lockers: where?", '"Lockers: where?"'))
    report = _load(database, path.parent)
    article = _articles(database)["lockers"]
    assert report == LoadReport(articles=1, added=1)
    assert article.title == "Lockers: where?"
    assert article.category == "delivery"
    assert article.tags == ["parcel"]
    assert article.status == "published"
    assert article.content == "## Where?\nHere — “there”."
    assert article.updated_at == datetime(2026, 10, 1, tzinfo=timezone.utc)


def test_loading_twice_changes_nothing(database: Database, write_article: WriteArticle) -> None:
    folder = write_article("lockers").parent
    _load(database, folder)
    assert _load(database, folder) == LoadReport(articles=1)


def test_a_changed_file_changes_its_row(database: Database, write_article: WriteArticle) -> None:
    folder = write_article("lockers").parent
    _load(database, folder)
    write_article("lockers", "## Why?\nNew reason.", status="draft")
    assert _load(database, folder) == LoadReport(articles=1, changed=1)
    assert _articles(database)["lockers"].content == "## Why?\nNew reason."
    assert _articles(database)["lockers"].status == "draft"


def test_a_removed_file_is_archived_and_comes_back(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    gone = write_article("drones")
    _load(database, folder)
    gone.unlink()
    assert _load(database, folder) == LoadReport(articles=1, archived=1)
    assert _articles(database)["drones"].status == "archived"
    assert _load(database, folder) == LoadReport(articles=1)
    write_article("drones")
    assert _load(database, folder) == LoadReport(articles=2, changed=1)
    assert _articles(database)["drones"].status == "published"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("no front matter", 1, "front matter"),
        ("---\nid: broken\ntitle: [a\n---\ntext", 4, "YAML"),
        ("---\n- a list\n---\ntext", 2, "name: value"),
        ("---\nid: other\ntitle: T\ncategory: c\nstatus: draft\nupdated_at: 2026-01-01\n---\nx", 2,
         "'broken'"),
        ("---\nid: broken\ntitle: T\ncategory: c\nstatus: no\nupdated_at: 2026-01-01\n---\nx", 5,
         "status"),
        ("---\nid: broken\ntitle: T\ncategory: c\nstatus: draft\nupdated_at: soon\n---\nx", 6,
         "updated_at"),
        ("---\nid: broken\ntitle: T\nstatus: draft\nupdated_at: 2026-01-01\n---\nx", 1, "category"),
        ("---\nid: broken\ntitle: T\ncategory: c\ntagz: [a]\nstatus: draft\n"
         "updated_at: 2026-01-01\n---\nx", 5, "tagz"),
        ("---\nid: broken\ntitle: T\ncategory: c\nstatus: draft\nupdated_at: 2026-01-01\n---\n", 8,
         "no content"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_line_and_the_rest_is_loaded(
    database: Database, write_article: WriteArticle, text: str, line: int, problem: str
) -> None:
    folder = write_article("lockers").parent
    broken = folder / "broken.md"
    broken.write_text(text)
    report = _load(database, folder)
    assert report.articles == 1
    assert "lockers" in _articles(database)
    (error,) = report.errors
    assert error.startswith(f"{broken}:{line}: ")
    assert problem in error


def test_a_file_that_is_not_utf8_is_named_with_its_line(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    (folder / "latin.md").write_bytes("---\nid: latin\ntitle: Größe\n".encode("latin-1"))
    (error,) = _load(database, folder).errors
    assert "latin.md:3: the file is not UTF-8" in error


def test_an_article_whose_file_breaks_stays_as_it_was(
    database: Database, write_article: WriteArticle
) -> None:
    path = write_article("lockers")
    write_article("drones")
    _load(database, path.parent)
    path.write_text("oops")
    assert _load(database, path.parent).archived == 0
    assert _articles(database)["lockers"].status == "published"


def test_an_empty_folder_archives_nothing(
    database: Database, write_article: WriteArticle, tmp_path: Path
) -> None:
    _load(database, write_article("lockers").parent)
    with pytest.raises(ArticlesMissing, match="nowhere"):
        _load(database, tmp_path / "nowhere")
    assert _articles(database)["lockers"].status == "published"


def test_the_demo_shops_articles_have_no_errors(database: Database) -> None:
    report = _load(database, PROJECT_ROOT / "data" / "knowledge")
    assert report.errors == []
    assert report.articles >= 50
