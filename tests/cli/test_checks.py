from pathlib import Path

import pytest

from aisle.cli import checks
from aisle.cli.errors import CommandError
from aisle.database.engine import open_database
from aisle.database.migrate import upgrade
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.language.encoder import ensure_encoder, read_config
from aisle.settings import (
    DatabaseSettings,
    NlpSettings,
    SecuritySettings,
    SqliteSettings,
    get_settings,
)


@pytest.fixture
def settings(tmp_path: Path) -> DatabaseSettings:
    return DatabaseSettings(sqlite=SqliteSettings(path=tmp_path / "aisle.db"))


def test_a_database_without_tables_is_sent_to_db_upgrade(settings: DatabaseSettings) -> None:
    problem = checks.database_problem(settings)
    assert problem is not None
    assert "aisle db upgrade`" in problem


def test_a_migrated_database_is_no_problem(settings: DatabaseSettings) -> None:
    database = open_database(settings)
    upgrade(database)
    database.dispose()
    assert checks.database_problem(settings) is None


def test_a_secret_that_is_missing_or_weak_is_named(tmp_path: Path) -> None:
    problem = checks.security_problem(SecuritySettings(generated_secrets=None))
    assert problem is not None
    assert "AISLE_JWT_SECRET" in problem
    file = tmp_path / "secrets.json"
    problem = checks.security_problem(
        SecuritySettings(generated_secrets=file, service_token="change-me")
    )
    assert problem is not None
    assert "AISLE_SERVICE_TOKEN" in problem


def test_secrets_that_will_be_generated_are_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    assert checks.security_problem(SecuritySettings(generated_secrets=file)) is None
    assert not file.exists()


@pytest.mark.parametrize("origins", ["*", "https://*.shop.example", "shop.example", "https://a/b"])
def test_web_origins_are_named_in_full(origins: str, tmp_path: Path) -> None:
    security = SecuritySettings(generated_secrets=tmp_path / "s.json", allowed_origins=origins)
    problem = checks.security_problem(security)
    assert problem is not None
    assert "AISLE_ALLOWED_ORIGINS" in problem


def test_any_model_archive_will_do(tmp_path: Path) -> None:
    problem = checks.model_problem(tmp_path)
    assert problem is not None
    assert "aisle train`" in problem
    (tmp_path / "20261122-quick-owl.tar.gz").touch()
    assert checks.model_problem(tmp_path) is None


def test_an_index_that_is_missing_or_of_another_encoder_is_sent_to_index(tmp_path: Path) -> None:
    path, nlp = tmp_path / "knowledge.db", get_settings().ai_services.nlp
    ensure_encoder(nlp)
    problem = checks.index_problem(path, nlp)
    assert problem is not None
    assert "aisle index`" in problem
    with EmbeddedIndex(path, "another encoder").rebuilding():
        pass
    problem = checks.index_problem(path, nlp)
    assert problem is not None
    assert "another sentence encoder" in problem
    assert "aisle index --rebuild`" in problem
    with EmbeddedIndex(path, read_config(nlp).fingerprint).rebuilding():
        pass
    assert checks.index_problem(path, nlp) is None


def test_an_encoder_that_was_not_exported_is_sent_to_index() -> None:
    nlp = NlpSettings(model_name="no-such-model")
    problem = checks.encoder_problem(nlp)
    assert problem is not None
    assert "no-such-model" in problem
    assert "aisle index`" in problem


@pytest.mark.parametrize(
    "endpoints",
    [
        {},
        {"tracker_store": {"type": "aisle.rasa_ext.no_such_module.Store"}},
        {"tracker_store": {"type": "no_such_package.module.Store"}},
        {"tracker_store": {"type": "Store"}},
    ],
)
def test_a_tracker_store_that_cannot_be_imported_is_named(endpoints: dict[str, object]) -> None:
    problem = checks.tracker_store_problem(endpoints)
    assert problem is not None
    assert "endpoints.yml" in problem


def test_an_importable_tracker_store_is_no_problem() -> None:
    endpoints = {"tracker_store": {"type": "aisle.database.engine.Database"}}
    assert checks.tracker_store_problem(endpoints) is None


def test_endpoints_that_are_not_yaml_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.yml"
    path.write_text("tracker_store: [")
    with pytest.raises(CommandError, match=r"endpoints\.yml is not valid YAML"):
        checks.read_endpoints(path)
