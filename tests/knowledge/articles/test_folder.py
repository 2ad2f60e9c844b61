"""Loading article files into either article store."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.database.types import utc_now
from aisle.knowledge.articles import writing
from aisle.knowledge.articles.folder import LoadReport, load_articles
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.errors import ArticlesMissing
from aisle.knowledge.importers.drafts import Draft
from aisle.knowledge.models import Article
from aisle.settings import PROJECT_ROOT

WriteArticle = Callable[..., Path]
SHOP = PROJECT_ROOT / "data" / "knowledge"
MONDAY = datetime(2026, 10, 1, tzinfo=timezone.utc)

pytestmark = pytest.mark.usefixtures("articles_in")


def _load(database: Database, folder: Path) -> LoadReport:
    with database.transaction() as session:
        return load_articles(session, folder)


def _articles(database: Database) -> dict[str, Article]:
    with database.reading() as session:
        return {article.id: article for article in article_store(session).all()}


def _write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _state(articles: Iterable[Article]) -> dict[str, tuple[str, str, int]]:
    return {article.id: (article.status, article.source, article.version) for article in articles}


def test_an_article_file_becomes_an_article(
    database: Database, write_article: WriteArticle
) -> None:
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
    assert article.updated_at == MONDAY
    assert (article.language, article.link, article.source, article.version) == (
        *("en", None),
        *("folder", 1),
    )


def test_a_title_and_a_content_are_enough(database: Database, tmp_path: Path) -> None:
    folder = _write(tmp_path, "lockers.md", "---", "title: Lockers", "tags:", "---", "T.").parent
    _load(database, folder)
    article = _articles(database)["lockers"]
    assert (article.category, article.status, article.language) == ("general", "published", "en")
    assert (article.tags, article.link) == ([], None)
    assert abs(article.updated_at - utc_now()) < timedelta(minutes=1)
    assert _load(database, folder) == LoadReport(articles=1)
    assert _articles(database)["lockers"].updated_at == article.updated_at


def test_files_are_found_in_folders_below(database: Database, tmp_path: Path) -> None:
    _write(tmp_path, "a/b/lockers.md", "---", "title: Lockers", "---", "Text.")
    _write(tmp_path, "drones.md", "---", "title: Drones", "---", "Text.")
    _write(tmp_path, "a/notes.txt", "no article")
    (tmp_path / "folder.md").mkdir()
    assert _load(database, tmp_path) == LoadReport(articles=2, added=2)


def test_loading_twice_changes_nothing(database: Database, write_article: WriteArticle) -> None:
    folder = write_article("lockers").parent
    _load(database, folder)
    assert _load(database, folder) == LoadReport(articles=1)
    assert _articles(database)["lockers"].version == 1


def test_a_changed_file_changes_its_article(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    _load(database, folder)
    write_article("lockers", "## Why?\nNew reason.", status="draft")
    assert _load(database, folder) == LoadReport(articles=1, changed=1)
    assert _articles(database)["lockers"].content == "## Why?\nNew reason."
    assert _state(_articles(database).values()) == {"lockers": ("draft", "folder", 2)}
    assert _articles(database)["lockers"].updated_at == MONDAY


def test_loading_leaves_the_effectiveness_as_it_is(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    _load(database, folder)
    with database.transaction() as session:
        article_store(session).set_effectiveness("lockers", 0.9)
    write_article("lockers", "## Why?\nNew reason.")
    _load(database, folder)
    assert _articles(database)["lockers"].effectiveness_score == 0.9


def test_a_removed_file_is_archived_and_comes_back(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    gone = write_article("drones")
    _load(database, folder)
    gone.unlink()
    assert _load(database, folder) == LoadReport(articles=1, archived=1)
    assert _articles(database)["drones"].status == "archived"
    assert abs(_articles(database)["drones"].updated_at - utc_now()) < timedelta(minutes=1)
    assert _load(database, folder) == LoadReport(articles=1)
    write_article("drones")
    assert _load(database, folder) == LoadReport(articles=2, changed=1)
    assert _state(_articles(database).values()) == {
        "drones": ("published", "folder", 3),
        "lockers": ("published", "folder", 1),
    }


def test_a_file_that_moves_or_takes_another_name_keeps_its_article_by_its_id(
    database: Database, write_article: WriteArticle
) -> None:
    path = write_article("lockers")
    _load(database, path.parent)
    (path.parent / "sub").mkdir()
    path.rename(path.parent / "sub" / "Parcel lockers.md")
    assert _load(database, path.parent) == LoadReport(articles=1)


def test_what_was_changed_through_the_api_stays_so_until_it_is_deleted_there(
    database: Database, write_article: WriteArticle
) -> None:
    path = write_article("lockers")
    write_article("drones")
    _load(database, path.parent)
    with database.transaction() as session:
        writing.update(article_store(session), "lockers", {"content": "By the API."}, version=1)
    write_article("lockers", "By the file.")
    report = _load(database, path.parent)
    assert report == LoadReport(articles=1, kept=report.kept)
    assert report.kept == [
        f"{path}: article 'lockers' was changed through the API, so its file is not read; "
        "delete the article there to take the file again"
    ]
    assert _articles(database)["lockers"].content == "By the API."
    with database.transaction() as session:
        writing.delete(article_store(session), "lockers", version=2)
    assert _load(database, path.parent) == LoadReport(articles=2, added=1)
    assert _articles(database)["lockers"].content == "By the file."


def test_articles_from_elsewhere_are_neither_archived_nor_overwritten(
    database: Database, write_article: WriteArticle
) -> None:
    imported = Draft("lockers", "Lockers", "Imported.", "delivery", (), "en", None)
    with database.transaction() as session:
        writing.create(article_store(session), {"title": "By hand", "content": "Text."})
        writing.save_imported(article_store(session), [imported])
    folder = write_article("drones").parent
    assert _load(database, folder) == LoadReport(articles=1, added=1)
    write_article("lockers")
    (kept,) = _load(database, folder).kept
    assert "'lockers' was imported" in kept
    assert _state(_articles(database).values()) == {
        "by-hand": ("published", "api", 1),
        "drones": ("published", "folder", 1),
        "lockers": ("published", "import", 1),
    }


def test_a_broken_file_is_reported_and_the_rest_is_loaded(
    database: Database, write_article: WriteArticle
) -> None:
    folder = write_article("lockers").parent
    broken = _write(folder, "broken.md", "---", "title: T", "status: no", "---", "Text.")
    report = _load(database, folder)
    assert report == LoadReport(articles=1, added=1, errors=report.errors)
    (error,) = report.errors
    assert error.startswith(f"{broken}:3: status: ")
    assert _articles(database).keys() == {"lockers"}


def test_of_two_files_with_one_id_the_first_is_kept_and_both_are_named(
    database: Database, tmp_path: Path
) -> None:
    second = _write(tmp_path, "z.md", "---", "title: Z", "id: lockers", "---", "Second.")
    first = _write(tmp_path, "a/lockers.md", "---", "title: A", "---", "First.")
    report = _load(database, tmp_path)
    assert report.errors == [
        f"{second}:3: the id 'lockers' is taken by {first}; give one of them another id"
    ]
    assert [article.content for article in _articles(database).values()] == ["First."]


@pytest.mark.parametrize(
    "text",
    [
        b"oops",
        b"---\nid: lockers\ntitle: [\n---\nText.",
        b"---\ntitle: T\nid: 'lockers'\nstatus: gone\n---\nText.",
        b"---\nid: lockers\ntitle: Gr\xf6\xdfe\n---\nText.",
    ],
)
@pytest.mark.parametrize("name", ["lockers.md", "other.md"])
def test_an_article_whose_file_breaks_stays_as_it_was(
    database: Database, tmp_path: Path, name: str, text: bytes
) -> None:
    path = _write(tmp_path, name, "---", "id: lockers", "title: Lockers", "---", "Text.")
    _write(tmp_path, "drones.md", "---", "title: Drones", "---", "Text.")
    _load(database, tmp_path)
    path.write_bytes(text)
    if name == "other.md" and b"id: " not in text:
        path.rename(path.with_name("lockers.md"))  # without an id, only its name tells
    report = _load(database, tmp_path)
    assert (len(report.errors), report.archived) == (1, 0)
    assert _articles(database)["lockers"].status == "published"


def test_an_empty_folder_archives_nothing(
    database: Database, write_article: WriteArticle, tmp_path: Path
) -> None:
    _load(database, write_article("lockers").parent)
    with pytest.raises(ArticlesMissing, match="nowhere"):
        _load(database, tmp_path / "nowhere")
    assert _articles(database)["lockers"].status == "published"


def test_the_demo_shops_articles_have_no_errors(database: Database) -> None:
    files = len(list(SHOP.glob("*.md")))
    assert files >= 50
    assert _load(database, SHOP) == LoadReport(articles=files, added=files)
    assert _load(database, SHOP) == LoadReport(articles=files)
