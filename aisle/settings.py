"""Typed settings, read once from YAML with ``${NAME:default}`` values.

``config/default.yaml`` is always read. ``AISLE_CONFIG`` may name a second file,
such as ``config/production.yaml``, whose keys are laid over it.
"""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Extra, Field, SecretStr, ValidationError, root_validator, validator

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG = PROJECT_ROOT / "config" / "default.yaml"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}")


class SettingsError(Exception):
    """The configuration cannot be used; the message says what to change."""


class _Section(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class ShopSettings(_Section):
    name: str
    support_hours: str = Field(description="When people answer, as a part of a sentence.")
    help_url: str = Field(description="Address of an article, with {article_id} in it.")


class SqliteSettings(_Section):
    path: Path


class PostgresqlSettings(_Section):
    host: str
    port: int = 5432
    database: str
    username: str
    password: SecretStr
    pool_size: int = Field(20, ge=1)
    max_overflow: int = Field(30, ge=0)


class DatabaseSettings(_Section):
    sqlite: SqliteSettings | None = None
    postgresql: PostgresqlSettings | None = None

    @root_validator(skip_on_failure=True)
    def _exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["sqlite"] is None) == (values["postgresql"] is None):
            raise ValueError("set either sqlite or postgresql, and the other to null")
        return values


class NlpSettings(_Section):
    model_name: str = Field(description="A sentence-transformers model: name or folder.")
    max_sequence_length: int = Field(128, ge=8, le=512, description="Tokens.")
    batch_size: int = Field(32, ge=1, description="Texts encoded at once.")


class AiServicesSettings(_Section):
    nlp: NlpSettings


class KnowledgeSettings(_Section):
    index_path: Path


class RasaServerSettings(_Section):
    host: str
    port: int = Field(ge=1, le=65535)


class ActionServerSettings(_Section):
    port: int = Field(ge=1, le=65535)


class ServersSettings(_Section):
    rasa: RasaServerSettings
    actions: ActionServerSettings


class SecuritySettings(_Section):
    allowed_origins: tuple[str, ...] = Field(
        (), description="Web origins, separated by spaces, that may talk to the bot from a page."
    )

    @validator("allowed_origins", pre=True)
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value


class Settings(_Section):
    shop: ShopSettings
    database: DatabaseSettings
    ai_services: AiServicesSettings
    knowledge: KnowledgeSettings
    servers: ServersSettings
    security: SecuritySettings


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the process's settings, reading them on the first call.

    Raises:
        SettingsError: a file, variable or value is missing or wrong.
    """
    chosen = os.environ.get("AISLE_CONFIG")
    overlay = _from_root(Path(chosen)) if chosen else None
    return load_settings(overlay, os.environ)


def load_settings(overlay: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read default.yaml and, over it, ``overlay``; relative paths start at the project."""
    values = _read(DEFAULT_CONFIG)
    if overlay is not None and overlay != DEFAULT_CONFIG:
        values = _merge(values, _read(overlay))
    try:
        settings = Settings(**_substitute(values, environment, ()))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        )
        raise SettingsError(f"Settings are not valid: {problems}") from error
    return _with_absolute_paths(settings)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"Cannot read the settings file {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"The settings file {path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"The settings file {path} must hold a mapping of sections")
    return content


def _merge(base: dict[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in overlay.items():
        present = merged.get(key)
        both_mappings = isinstance(present, dict) and isinstance(value, dict)
        merged[key] = _merge(present, value) if both_mappings else value  # type: ignore[arg-type]
    return merged


def _substitute(value: Any, environment: Mapping[str, str], key: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _substitute(item, environment, (*key, name)) for name, item in value.items()}
    if not isinstance(value, str):
        return value

    def replace(match: "re.Match[str]") -> str:
        name, default = match.group(1), match.group(2)
        found = environment.get(name, default)
        if found is None:
            raise SettingsError(
                f"The environment variable {name} is not set; the key {'.'.join(key)} needs it"
            )
        return found

    return _VARIABLE.sub(replace, value)


def _from_root(path: Path) -> Path:
    return path if path.is_absolute() else PROJECT_ROOT / path


def _with_absolute_paths(settings: Settings) -> Settings:
    database = settings.database
    if database.sqlite is not None:
        sqlite = SqliteSettings(path=_from_root(database.sqlite.path))
        database = database.copy(update={"sqlite": sqlite})
    knowledge = KnowledgeSettings(index_path=_from_root(settings.knowledge.index_path))
    return settings.copy(update={"database": database, "knowledge": knowledge})
