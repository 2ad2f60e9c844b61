"""``aisle index``, and ``aisle knowledge`` with search, gaps and evaluate, in a terminal."""

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from aisle.database.engine import Database, database_at
from aisle.knowledge.models import UnansweredQuestion
from aisle.settings import PROJECT_ROOT

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
LOCKERS = "---\ntitle: Parcel lockers\n---\n## Can I use a parcel locker?\nYes, at the checkout.\n"
DRONES = "---\ntitle: Drones\nstatus: draft\n---\n## Do you deliver by drone?\nNot yet.\n"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture
def run(run_aisle: RunAisle, installation: Path) -> Run:
    """Run ``aisle`` on an installation that has two articles."""

    def on_installation(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return run_aisle(
            *map(str, arguments),
            AISLE_SQLITE_PATH=str(installation / "aisle.db"),
            AISLE_KNOWLEDGE_INDEX=str(installation / "knowledge.db"),
        )

    if not (installation / "articles").is_dir():
        (installation / "articles").mkdir()
        (installation / "articles" / "lockers.md").write_text(LOCKERS)
        (installation / "articles" / "drones.md").write_text(DRONES)
        assert on_installation("db", "upgrade").returncode == 0
        indexed = on_installation("index", installation / "articles")
        assert "2 articles (2 new or changed, 0 removed)." in indexed.stdout, indexed.stderr
    return on_installation


def test_indexing_again_changes_nothing_and_a_rebuild_everything(
    run: Run, installation: Path
) -> None:
    again = run("index", installation / "articles")
    assert "2 articles (0 new or changed, 0 removed)." in again.stdout
    rebuilt = run("index", installation / "articles", "--rebuild")
    assert "2 articles (2 new or changed, 0 removed)." in rebuilt.stdout


def test_a_broken_article_is_named_with_its_line_and_the_others_are_indexed(
    run: Run, installation: Path
) -> None:
    broken = installation / "articles" / "broken.md"
    broken.write_text("---\ncategory: delivery\n---\n## Why?\nBecause.\n")
    result = run("index", installation / "articles")
    broken.unlink()
    assert result.returncode == 1
    assert "2 articles" in result.stdout
    assert f"{broken}:" in result.stderr.replace("\n", "")
    assert "title" in result.stderr


def test_a_search_shows_how_likely_each_article_answers(run: Run) -> None:
    result = run("knowledge", "search", "can i use a parcel locker")
    assert "Parcel lockers" in result.stdout
    assert "0.50" in result.stdout  # how often it helped
    assert "would not answer" not in result.stdout
    assert "Drones" not in result.stdout


def test_drafts_are_found_when_asked_for(run: Run) -> None:
    result = run("knowledge", "search", "delivery by drone", "--status", "draft")
    assert "Drones" in result.stdout


def test_what_no_article_answers_is_said(run: Run) -> None:
    assert "would not answer this" in run("knowledge", "search", "who won the cup").stdout


def test_an_index_of_another_encoder_is_refused_with_what_to_run(
    run: Run, installation: Path
) -> None:
    change = "UPDATE index_info SET value = ? WHERE name = 'encoder'"
    index = installation / "knowledge.db"
    with sqlite3.connect(index) as connection:
        query = "SELECT value FROM index_info WHERE name = 'encoder'"
        (own,) = connection.execute(query).fetchone()
        connection.execute(change, ("another",))
    result = run("knowledge", "search", "lockers")
    with sqlite3.connect(index) as connection:
        connection.execute(change, (own,))
    assert result.returncode == 1
    assert "aisle index --rebuild" in result.stderr
    assert "Traceback" not in result.stderr


def test_gaps_are_shown_by_meaning_the_most_frequent_first(run: Run, installation: Path) -> None:
    assert "No gaps" in run("knowledge", "gaps").stdout
    _keep(installation, "do you rent tents", "can i rent a tent", "do you repair zips")
    result = run("knowledge", "gaps")
    rent, zips = result.stdout.index("rent"), result.stdout.index("repair zips")
    assert rent < zips
    assert "│ 2 " in result.stdout


def test_an_evaluation_shows_the_three_ways_side_by_side(
    run: Run, installation: Path, tmp_path: Path
) -> None:
    file = tmp_path / "questions.yml"
    file.write_text(
        "questions:\n"
        "  - {question: can i use a locker, articles: [lockers]}\n"
        "  - {question: who won the cup, articles: []}\n"
    )
    result = run("knowledge", "evaluate", file)
    assert result.returncode == 0, result.stderr
    assert "2 questions, 1 of them without an answer." in result.stdout
    for name in ("BM25", "vectors", "hybrid", "nDCG@10", "recall@5", "AUROC"):
        assert name in result.stdout


def test_an_evaluation_of_articles_that_there_are_not_names_them(run: Run) -> None:
    file = PROJECT_ROOT / "benchmarks" / "knowledge" / "evaluation.yml"
    result = run("knowledge", "evaluate", file)
    assert result.returncode == 1
    assert "gift-cards" in result.stderr


def _keep(installation: Path, *questions: str) -> None:
    database: Database = database_at(f"sqlite:///{installation / 'aisle.db'}")
    with database.transaction() as session:
        session.add_all(UnansweredQuestion(question=question) for question in questions)
    database.dispose()
