import secrets
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}


def test_db_upgrade_makes_the_tables_and_can_be_repeated(
    run_aisle: RunAisle, tmp_path: Path
) -> None:
    assert run_aisle("db", "upgrade").returncode == 0
    assert {"conversations", "messages", "customers", "agents"} <= tables(tmp_path / "aisle.db")
    assert run_aisle("db", "upgrade").returncode == 0


def test_db_downgrade_takes_the_tables_back(run_aisle: RunAisle, tmp_path: Path) -> None:
    run_aisle("db", "upgrade")
    assert run_aisle("db", "downgrade", "base").returncode == 0
    assert tables(tmp_path / "aisle.db") == {"alembic_version"}


def test_an_unknown_revision_is_one_line(run_aisle: RunAisle) -> None:
    finished = run_aisle("db", "upgrade", "nowhere")
    assert finished.returncode == 1
    assert "nowhere" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_database_that_was_never_migrated_names_the_command(run_aisle: RunAisle) -> None:
    finished = run_aisle("handoffs")
    assert finished.returncode == 1
    assert "db upgrade" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_wrong_settings_are_one_line_and_exit_with_2(run_aisle: RunAisle) -> None:
    finished = run_aisle("db", "upgrade", AISLE_CONFIG="config/none.yaml")
    assert finished.returncode == 2
    assert "config/none.yaml" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


OTHER_SERVERS = {
    "REDIS_HOST": "127.0.0.1",
    "REDIS_PASSWORD": "none",
    "AISLE_JWT_SECRET": secrets.token_hex(32),
    "AISLE_ENCRYPTION_KEY": secrets.token_hex(32),
    "AISLE_API_KEYS": secrets.token_hex(32),
    "AISLE_SERVICE_TOKEN": secrets.token_hex(32),
    "AISLE_ALLOWED_ORIGINS": "https://shop.example",
    "AISLE_SMTP_HOST": "127.0.0.1",
    "AISLE_MAIL_SENDER": "service@shop.example",
}


def test_a_database_server_that_is_away_is_one_line_without_the_password(
    run_aisle: RunAisle, free_port: Callable[[], int]
) -> None:
    finished = run_aisle(
        "db",
        "upgrade",
        AISLE_CONFIG="config/production.yaml",
        POSTGRES_HOST="127.0.0.1",
        POSTGRES_PORT=str(free_port()),
        POSTGRES_DB="shop",
        POSTGRES_USER="shop",
        POSTGRES_PASSWORD="tr0ub4dor",
        **OTHER_SERVERS,
    )
    assert finished.returncode == 1
    assert "The database cannot be used" in finished.stderr
    assert "tr0ub4dor" not in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_folder_that_is_not_there_is_named(run_aisle: RunAisle, tmp_path: Path) -> None:
    run_aisle("db", "upgrade")
    finished = run_aisle("seed", str(tmp_path / "nothing"))
    assert finished.returncode == 1
    assert "nothing" in finished.stderr
    assert "Traceback" not in finished.stderr
