"""From stored articles to what is searched, after one changed or after many."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisle.database.engine import Database
from aisle.knowledge import indexing
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.articles.writing import archive, delete, publish, update
from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.active import embedded_index, get_index
from aisle.knowledge.indexes.contract import Filters
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.encoding import encode_articles
from aisle.knowledge.indexing import IndexReport, index_articles, reindex
from aisle.knowledge.models import Article
from aisle.knowledge.search.topics import topics_path
from aisle.knowledge.service import get_knowledge
from aisle.language.encoder import SentenceEncoder, get_encoder
from aisle.settings import PROJECT_ROOT, get_settings

MakeArticle = Callable[..., Article]

once = pytest.mark.parametrize(
    ("database", "articles_in"), [("sqlite", "sql")], indirect=True, ids=["sqlite"]
)
"""For what takes seconds and depends on neither."""
LOCKERS = "## Can I use a parcel locker?\nYes."
DRONES = "## Do you fly drones?\nNo."


@pytest.fixture
def stored(
    articles_in: str, database: Database, make_article: MakeArticle, index_path: Path
) -> Database:
    with database.transaction() as session:
        article_store(session).add(make_article("lockers", LOCKERS, title="Boxes"))
        article_store(session).add(make_article("drones", DRONES))
        article_store(session).add(make_article("secret", "## A rocket?\nNo.", status="draft"))
    return database


@pytest.fixture
def indexed(stored: Database) -> Database:
    index_articles(stored)
    return stored


def change(database: Database, how: Callable[..., object], *arguments: object) -> None:
    with database.transaction() as session:
        how(article_store(session), *arguments)


def found(word: str, status: str = "published") -> set[str]:
    """Return the articles that the running service finds by a word in them."""
    search = get_knowledge().search
    query = search.understand(word)
    candidates = search.find(query, search.encode(query), Filters(status), 10)
    return {entry.passage.article_id for entry in candidates.keywords}


def test_a_first_run_indexes_all_and_a_second_changes_nothing(
    stored: Database, index_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    report = index_articles(stored, progress=lambda done, total: seen.append((done, total)))
    assert report == IndexReport(articles=3, changed=3, removed=0)
    assert seen == [(0, 3), (3, 3)]
    before = index_path.stat()
    assert index_articles(stored) == IndexReport(articles=3, changed=0, removed=0)
    after = index_path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_only_the_article_that_changed_is_encoded_again(indexed: Database) -> None:
    def entry(article_id: str) -> tuple[str, float]:
        (article,) = get_index().articles([article_id])
        return article.digest, article.entries[0].vector.sum()

    before = {name: entry(name) for name in ("lockers", "drones")}
    change(indexed, update, "lockers", {"content": LOCKERS.replace("Yes", "No")}, 1)
    assert index_articles(indexed) == IndexReport(articles=3, changed=1, removed=0)
    assert entry("drones") == before["drones"]
    assert entry("lockers") != before["lockers"]


def test_a_rating_is_no_change_of_what_is_indexed(indexed: Database) -> None:
    with indexed.transaction() as session:
        article_store(session).set_effectiveness("lockers", 0.9)
    assert index_articles(indexed).changed == 0


def test_an_article_that_is_gone_is_found_no_more(indexed: Database) -> None:
    assert found("locker") == {"lockers"}
    change(indexed, delete, "lockers", 1)
    assert index_articles(indexed) == IndexReport(articles=2, changed=0, removed=1)
    assert found("locker") == set()
    assert set(get_index().digests()) == {"drones", "secret"}


def test_a_rebuild_makes_all_anew_while_the_former_index_is_searched(indexed: Database) -> None:
    seen: list[set[str]] = []
    report = index_articles(indexed, rebuild=True, progress=lambda *_: seen.append(found("locker")))
    assert report == IndexReport(articles=3, changed=3, removed=0)
    assert seen == [{"lockers"}, {"lockers"}]
    assert found("locker") == {"lockers"}


def test_a_change_of_one_article_is_searched_at_once(indexed: Database) -> None:
    change(indexed, update, "lockers", {"content": "## Can I use a zeppelin?\nYes."}, 1)
    assert found("zeppelin") == set()
    reindex(indexed, ["lockers"])
    assert (found("zeppelin"), found("locker")) == ({"lockers"}, set())


def test_a_change_of_status_is_searched_at_once(indexed: Database) -> None:
    change(indexed, publish, "secret", 1)
    change(indexed, archive, "lockers", 1)
    reindex(indexed, ["secret", "lockers"])
    assert (found("rocket"), found("locker")) == ({"secret"}, set())
    assert found("locker", status="archived") == {"lockers"}


def test_a_deletion_is_searched_at_once(indexed: Database) -> None:
    change(indexed, delete, "lockers", 1)
    reindex(indexed, ["lockers", "never-there"])
    assert set(get_index().digests()) == {"drones", "secret"}


def test_a_new_article_is_searched_at_once(indexed: Database, make_article: MakeArticle) -> None:
    change(indexed, lambda store: store.add(make_article("new", "## Is it a zeppelin?\nYes.")))
    reindex(indexed, ["new"])
    assert found("zeppelin") == {"new"}
    assert index_articles(indexed).changed == 0


def test_without_an_index_a_change_is_logged_and_waits(
    stored: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "aisle"):
        reindex(stored, ["lockers"])
    assert "Changed articles are not searched yet" in caplog.text
    assert "run `aisle index`" in caplog.text
    with pytest.raises(IndexMissing, match="run `aisle index`"):
        found("locker")
    index_articles(stored)
    assert found("locker") == {"lockers"}


@pytest.fixture
def of_another_encoder(stored: Database, index_path: Path) -> Iterator[None]:
    index = EmbeddedIndex(index_path, "another")
    with index.rebuilding():
        pass
    yield
    index.close()


@pytest.mark.usefixtures("of_another_encoder")
def test_an_index_of_another_encoder_is_refused_until_it_is_built_anew(
    stored: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(IndexMismatch, match="run `aisle index --rebuild`"):
        found("locker")
    with caplog.at_level(logging.WARNING, "aisle"):
        reindex(stored, ["lockers"])
    assert "`aisle index --rebuild`" in caplog.text
    assert index_articles(stored) == IndexReport(articles=3, changed=3, removed=0)
    assert found("locker") == {"lockers"}


@once
def test_topics_are_learnt_by_the_first_run_only(
    stored: Database, index_path: Path, learnt_topics: Path
) -> None:
    path = topics_path(index_path)
    path.unlink()
    index_articles(stored)
    assert path.read_bytes() == learnt_topics.read_bytes()
    learnt = path.stat().st_mtime_ns
    index_articles(stored)
    index_articles(stored, rebuild=True)
    assert path.stat().st_mtime_ns == learnt


@once
def test_a_running_service_notices_new_topics(indexed: Database, index_path: Path) -> None:
    path = topics_path(index_path)
    topics = path.read_bytes()
    path.unlink()
    without = get_knowledge()
    assert get_knowledge() is without
    path.write_bytes(topics)
    assert get_knowledge() is not without
    assert get_knowledge().search.search("locker")[0] != without.search.search("locker")[0]


CHANGE_ELSEWHERE = """
import sys
from aisle.database.engine import database_at
from aisle.knowledge.articles.stores import article_store
from aisle.knowledge.articles.writing import update
from aisle.knowledge.indexing import index_articles, reindex

database = database_at(sys.argv[1])
if sys.argv[2] == "rebuild":
    index_articles(database, rebuild=True)
else:
    with database.transaction() as session:
        content = "## Can I use a zeppelin?\\nYes."
        update(article_store(session), "lockers", {"content": content}, 1)
    reindex(database, ["lockers"])
"""


def elsewhere(database: Database, what: str) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHANGE_ELSEWHERE, url, what]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True, timeout=60)


@pytest.mark.parametrize("articles_in", ["sql"], indirect=True)
def test_a_change_by_another_process_is_noticed(indexed: Database) -> None:
    running = get_knowledge()
    assert found("locker") == {"lockers"}
    elsewhere(indexed, "change")
    assert (found("zeppelin"), found("locker")) == ({"lockers"}, set())
    elsewhere(indexed, "rebuild")
    assert found("zeppelin") == {"lockers"}
    assert get_knowledge() is running


def test_two_who_change_one_article_end_with_the_newest_content_searched(
    indexed: Database,
) -> None:
    versions = iter(range(1, 21))
    one_at_a_time = threading.Lock()

    def change_and_reindex(_: int) -> None:
        with one_at_a_time:
            version = next(versions)
            content = f"## Can I use a parcel locker?\nYes, number{version}."
            change(indexed, update, "lockers", {"content": content}, version)
        reindex(indexed, ["lockers"])

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(change_and_reindex, range(20)))
    assert found("number20") == {"lockers"}
    (article,) = get_index().articles(["lockers"])
    assert [entry.passage.text for entry in article.entries] == ["Yes, number20."]
    assert index_articles(indexed).changed == 0


def test_an_article_that_changes_while_it_is_encoded_is_encoded_again(
    indexed: Database, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = iter([2])

    def slowly(*arguments: object) -> Iterator[object]:
        for version in changes:
            change(indexed, update, "lockers", {"content": "## A zeppelin?\nNo."}, version)
        yield from encode_articles(*arguments)

    monkeypatch.setattr(indexing, "encode_articles", slowly)
    change(indexed, update, "lockers", {"content": "## A balloon?\nNo."}, 1)
    reindex(indexed, ["lockers"])
    assert (found("zeppelin"), found("balloon")) == ({"lockers"}, set())


@pytest.fixture
def no_encoder(stored: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the settings name an encoder that has not been exported."""
    process_s = (get_settings, get_encoder, embedded_index, get_index)
    with monkeypatch.context() as patch:
        patch.setenv("AISLE_ENCODER", "models/not-exported")
        for cached in process_s:
            cached.cache_clear()
        yield
    for cached in process_s:
        cached.cache_clear()


@pytest.mark.usefixtures("no_encoder")
def test_without_an_encoder_a_change_is_logged_and_waits(
    stored: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "aisle"):
        reindex(stored, ["lockers"])
    assert "Changed articles are not searched yet" in caplog.text
    assert "run `aisle index`" in caplog.text
