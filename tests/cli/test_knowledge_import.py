"""``aisle knowledge import`` as a person runs it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from aisle.database.engine import Database, database_at
from aisle.database.migrate import upgrade
from aisle.knowledge.articles.sql_store import SqlArticleStore
from aisle.knowledge.articles.writing import create
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexing import EXAMPLES
from aisle.knowledge.models import Article
from aisle.knowledge.search.topics import ensure_topics, topics_path
from aisle.language.encoder import get_encoder
from aisle.language.examples import read_examples

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]
Import = Callable[..., "subprocess.CompletedProcess[str]"]
QUESTIONS = "question,answer\nCan I use a locker?,Yes.\nDo you fly?,No.\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    """The database that the ``run_aisle`` fixture's commands use."""
    database = database_at(f"sqlite:///{tmp_path / 'aisle.db'}")
    upgrade(database)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one index for the module, with the topics that take long to be learnt."""
    path = tmp_path_factory.mktemp("index") / "index.db"
    ensure_topics(topics_path(path), read_examples(EXAMPLES), get_encoder())
    return path


@pytest.fixture
def import_(run_aisle: RunAisle, shop: Database, index_path: Path) -> Import:
    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return run_aisle(
            "knowledge", "import", *map(str, arguments), AISLE_KNOWLEDGE_INDEX=str(index_path)
        )

    return run


def _write(folder: Path, text: str, name: str = "faq.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _articles(database: Database) -> dict[str, Article]:
    with database.reading() as session:
        return {article.id: article for article in session.execute(select(Article)).scalars()}


def test_what_is_new_or_changed_is_stored_and_indexed(
    import_: Import, shop: Database, index_path: Path, tmp_path: Path
) -> None:
    index = EmbeddedIndex(index_path, get_encoder().fingerprint)
    file = _write(tmp_path, QUESTIONS)
    first = import_(file)
    assert first.returncode == 0, first.stderr
    assert "2 articles added, 0 changed, 0 unchanged, 0 kept." in first.stdout
    assert "Indexing articles" in first.stdout
    before = dict(index.digests())
    assert before.keys() == {"can-i-use-a-locker", "do-you-fly"} == _articles(shop).keys()
    _write(tmp_path, QUESTIONS.replace("No.", "Not yet.") + "Why?,Because.\n")
    second = import_(file)
    assert "1 article added, 1 changed, 1 unchanged, 0 kept." in second.stdout
    assert _articles(shop)["do-you-fly"].version == 2
    after = index.digests()
    assert after.keys() == {*before, "why"}
    assert after["do-you-fly"] != before["do-you-fly"]
    third = import_(file)
    assert third.returncode == 0
    assert "0 articles added, 0 changed, 3 unchanged, 0 kept." in third.stdout
    assert "Indexing articles" not in third.stdout


def test_options_hold_where_the_source_says_nothing(
    import_: Import, shop: Database, tmp_path: Path
) -> None:
    file = _write(
        tmp_path,
        '[{"question": "Why?", "answer": "So."},'
        ' {"question": "How?", "answer": "So.", "category": "own", "tags": ["t"],'
        ' "language": "de"}]',
        "faq.json",
    )
    done = import_(
        *(file, "--category", "delivery", "--language", "pt-BR"),
        *("--tag", "one", "--tag", "two", "--draft"),
    )
    assert done.returncode == 0, done.stderr
    why, how = _articles(shop)["why"], _articles(shop)["how"]
    assert (why.category, why.language, why.tags) == ("delivery", "pt-BR", ["one", "two"])
    assert (how.category, how.language, how.tags) == ("own", "de", ["one", "two", "t"])
    assert (why.status, why.source) == ("draft", "import")


def test_what_cannot_be_read_is_named_with_its_place_and_the_rest_is_loaded(
    import_: Import, shop: Database, tmp_path: Path
) -> None:
    file = _write(
        tmp_path, f"question,answer,tags\n,nobody asks,\nWhy?,So.,\nTagged?,Yes.,{'x' * 101}\n"
    )
    done = import_(file)
    assert done.returncode == 1
    assert "1 article added" in done.stdout
    heading, *errors = done.stderr.splitlines()
    assert heading == f"Error: Everything else in {file} is loaded, but not:"
    assert [error.strip().split(": ")[:2] for error in errors] == [
        [f"{file}:2", "question"],
        ["tagged", "tags"],
    ]
    assert _articles(shop).keys() == {"why"}


def test_what_was_written_elsewhere_is_kept_and_named(
    import_: Import, shop: Database, tmp_path: Path
) -> None:
    with shop.transaction() as session:
        create(SqlArticleStore(session), {"title": "Do you fly?", "content": "Sometimes."})
    done = import_(_write(tmp_path, QUESTIONS))
    assert done.returncode == 0, done.stderr
    assert "1 article added, 0 changed, 0 unchanged, 1 kept." in done.stdout
    assert "kept as they are: do-you-fly." in " ".join(done.stdout.split())
    assert _articles(shop)["do-you-fly"].content == "Sometimes."


@pytest.mark.parametrize(
    ("source", "told"), [("articles.doc", "What can be read"), ("nothing.csv", "nothing.csv")]
)
def test_a_source_that_cannot_be_read_at_all_is_one_line(
    import_: Import, shop: Database, source: str, told: str
) -> None:
    done = import_(source)
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert _articles(shop) == {}
