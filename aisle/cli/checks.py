"""What must be there before the servers start, and what to do when it is not."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from aisle.access.origins import web_origins
from aisle.access.secrets import check_secrets
from aisle.cli.console import aisle
from aisle.cli.errors import CommandError, explain
from aisle.settings import (
    PROJECT_ROOT,
    DatabaseSettings,
    NlpSettings,
    SecuritySettings,
    Settings,
    SettingsError,
)

MODELS = PROJECT_ROOT / "models"
ENDPOINTS = PROJECT_ROOT / "endpoints.yml"


def missing_pieces(settings: Settings) -> list[str]:
    """Return a line for each piece that is missing, with the command that mends it."""
    found = [
        security_problem(settings.security),
        database_problem(settings.database),
        model_problem(MODELS),
        encoder_problem(settings.ai_services.nlp),
        tracker_store_problem(read_endpoints(ENDPOINTS)),
        index_problem(settings.knowledge.index_path, settings.ai_services.nlp),
    ]
    return [problem for problem in found if problem is not None]


def security_problem(security: SecuritySettings) -> str | None:
    try:
        check_secrets(security)
        web_origins(security)
    except SettingsError as error:
        return str(error)
    return None


def database_problem(settings: DatabaseSettings) -> str | None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy.exc import OperationalError

    from aisle.database.engine import open_database
    from aisle.database.migrate import MIGRATIONS

    newest = set(ScriptDirectory(str(MIGRATIONS)).get_heads())
    database = open_database(settings)
    try:
        with database.engine.connect() as connection:
            present = set(MigrationContext.configure(connection).get_current_heads())
    except OperationalError as error:
        return str(explain(error))
    finally:
        database.dispose()
    if present == newest:
        return None
    return f"The database is not up to date: run `{aisle('db upgrade')}`"


def model_problem(folder: Path) -> str | None:
    if any(folder.glob("*.tar.gz")):
        return None
    return f"There is no trained model in {folder}: run `{aisle('train')}`"


def encoder_problem(nlp: NlpSettings) -> str | None:
    from aisle.language.encoder import encoder_folder

    if encoder_folder(nlp).is_dir():
        return None
    return f"The sentence encoder {nlp.model_name} is not exported yet: run `{aisle('index')}`"


def tracker_store_problem(endpoints: dict[str, Any]) -> str | None:
    """Rasa would quietly keep conversations in memory if the class were not there."""
    name = (endpoints.get("tracker_store") or {}).get("type")
    if name is None:
        return "endpoints.yml names no tracker_store: restore the one it came with"
    module = name.rpartition(".")[0]
    try:
        importable = bool(module) and find_spec(module) is not None
    except ModuleNotFoundError:
        importable = False
    if importable:
        return None
    return f"The tracker store {name} in endpoints.yml cannot be imported: correct its type"


def index_problem(path: Path, nlp: NlpSettings) -> str | None:
    from aisle.knowledge.errors import IndexMismatch, IndexMissing
    from aisle.knowledge.indexes.embedded import check_index
    from aisle.language.encoder import EncoderMissing, read_config

    try:
        check_index(path, read_config(nlp).fingerprint)
    except (IndexMissing, IndexMismatch) as error:
        return str(error).replace("`aisle index", f"`{aisle('index')}")
    except EncoderMissing:
        return None  # which is said, too
    return None


def read_endpoints(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise CommandError(f"{path} is not valid YAML: {error}") from error
    return content if isinstance(content, dict) else {}
