"""From a folder of files to answers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.knowledge.indexing import IndexReport, index_knowledge
from aisle.knowledge.service import get_knowledge
from aisle.settings import get_settings

WriteArticle = Callable[..., Path]


@pytest.fixture(autouse=True)
def index_path(articles_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "var" / "index.db"
    monkeypatch.setenv("AISLE_KNOWLEDGE_INDEX", str(path))
    get_settings.cache_clear()
    yield path
    get_settings.cache_clear()


def test_articles_are_loaded_and_indexed_and_a_second_run_changes_nothing(
    database: Database, write_article: WriteArticle, index_path: Path
) -> None:
    write_article("lockers", "## Can I use a locker?\nYes.\n\n## Who opens it?\nYou.")
    write_article("secret", "## What is planned?\nDrones.", status="draft")
    folder = write_article("drones", "## Do you fly drones?\nNo.").parent
    (folder / "broken.md").write_text("nothing here")
    seen: list[tuple[int, int]] = []
    report = index_knowledge(database, folder, lambda done, total: seen.append((done, total)))
    errors = [
        f"{folder / 'broken.md'}:1: the file must begin with front matter between two lines '---'"
    ]
    assert report == IndexReport(articles=2, passages=3, changed=3, removed=0, errors=errors)
    assert seen == [(3, 3)]
    built = index_path.stat().st_mtime_ns
    again = index_knowledge(database, folder)
    assert again == IndexReport(articles=2, passages=3, changed=0, removed=0, errors=errors)
    assert index_path.stat().st_mtime_ns == built


def test_a_removed_article_answers_no_more(database: Database, write_article: WriteArticle) -> None:
    gone = write_article("lockers", "## Can I use a parcel locker?\nYes.", title="Parcel lockers")
    write_article("drones", "## Do you fly drones?\nNo.")
    index_knowledge(database, gone.parent)
    answer = get_knowledge().answer("can i use a parcel locker")
    assert answer is not None
    gone.unlink()
    assert index_knowledge(database, gone.parent).removed == 1
    assert get_knowledge().answer("can i use a parcel locker") is None
