"""Typed settings, read once from YAML with ``${NAME:default}`` values.

``config/default.yaml`` is always read. ``AISLE_CONFIG`` may name a second file,
such as ``config/production.yaml``, whose keys are laid over it.
"""

import os
import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    Extra,
    Field,
    SecretStr,
    ValidationError,
    root_validator,
    validator,
)

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG = PROJECT_ROOT / "config" / "default.yaml"
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}")


class SettingsError(Exception):
    """The configuration cannot be used; the message says what to change."""


class _Section(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Verification(str, Enum):
    """How well a customer must be known: by contact data, or by a one-time code as well."""

    CONTACT = "contact"
    CODE = "code"


class VerificationSettings(_Section):
    """What each request needs; the names are those of ``aisle.shop.policies.Operation``."""

    look_up: Verification = Field(description="Orders: status, contents, totals, tracking.")
    show_payment: Verification = Field(description="Addresses and payment methods.")
    cancel_order: Verification
    change_address: Verification
    change_payment: Verification
    change_items: Verification
    return_items: Verification
    exchange_items: Verification
    change_default_address: Verification


class ShopSettings(_Section):
    name: str
    support_hours: str = Field(description="When people answer, as a part of a sentence.")
    help_url: str = Field(description="Address of an article, with {article_id} in it.")
    currency: str = Field(
        "€", min_length=1, max_length=5, description="Stands before amounts: €, $, CHF."
    )
    verification: VerificationSettings
    return_instructions: Path = Field(description="The text of the mail about a return.")


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


class RedisSettings(_Section):
    host: str
    port: int = 6379
    password: SecretStr | None = None
    db: int = Field(0, ge=0)


class MongodbSettings(_Section):
    uri: SecretStr
    database: str


class DatabaseSettings(_Section):
    sqlite: SqliteSettings | None = None
    postgresql: PostgresqlSettings | None = None
    redis: RedisSettings | None = None
    mongodb: MongodbSettings | None = None

    @validator("mongodb", pre=True)
    def _none_without_an_address(cls, value: object) -> object:
        return None if isinstance(value, dict) and not value.get("uri") else value

    @root_validator(skip_on_failure=True)
    def _exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["sqlite"] is None) == (values["postgresql"] is None):
            raise ValueError("set either sqlite or postgresql, and the other to null")
        return values


class NlpSettings(_Section):
    model_name: str = Field(description="A sentence-transformers model: name or folder.")
    max_sequence_length: int = Field(128, ge=8, le=512, description="Tokens.")
    batch_size: int = Field(32, ge=1, description="Texts encoded at once.")


class ResponseGenerationSettings(_Section):
    model_name: str = Field(description="As the server at base_url calls its model.")
    api_key: SecretStr = Field(SecretStr(""), description="Empty for a server that asks for none.")
    base_url: AnyHttpUrl = Field(description="An OpenAI-compatible API, such as http://…/v1.")
    max_tokens: int = Field(500, ge=1, description="The longest answer.")
    temperature: float = Field(0.7, ge=0, le=2)


class AiServicesSettings(_Section):
    nlp: NlpSettings
    response_generation: ResponseGenerationSettings | None = None

    @validator("response_generation", pre=True)
    def _none_without_a_model(cls, value: object) -> object:
        return None if isinstance(value, dict) and not value.get("model_name") else value


class ElasticsearchSettings(_Section):
    hosts: tuple[AnyHttpUrl, ...] = Field(description="Addresses, separated by spaces.")
    username: str = Field("", description="Empty for a server that asks for none.")
    password: SecretStr = SecretStr("")
    index: str = Field(regex=r"^[a-z0-9][a-z0-9_-]{0,99}$", description="An alias, made by Aisle.")
    ca_certs: Path | None = Field(None, description="Who vouches for the server's certificate.")

    @validator("ca_certs", pre=True)
    def _none_without_a_name(cls, value: object) -> object:
        return value or None

    @validator("hosts", pre=True)
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @validator("hosts", each_item=True)
    def _only_an_address(cls, host: AnyHttpUrl) -> AnyHttpUrl:
        if host.port is None or host.user or host.password:
            raise ValueError("must look like https://host:9200; the login has keys of its own")
        return host


class KnowledgeSettings(_Section):
    index_path: Path
    synonyms: Path | None = Field(None, description="What customers call the same, by line.")


class ServerSettings(_Section):
    host: str = Field(description="The interface it listens on.")
    port: int = Field(ge=1, le=65535)
    url: str = Field("", description="Where the other servers reach it, if not on this machine.")

    @property
    def base_url(self) -> str:
        """The address without a slash at its end."""
        if self.url:
            return self.url.rstrip("/")
        host = _EVERY_INTERFACE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class ServersSettings(_Section):
    api: ServerSettings
    rasa: ServerSettings
    actions: ServerSettings


class PerformanceSettings(_Section):
    max_concurrent_conversations: int = Field(
        50_000, ge=1, description="Conversations that one API process follows live at once."
    )
    message_processing_timeout: float = Field(
        30, gt=0, description="Seconds for an answer, then an apology and a human."
    )
    parallel_conversations: int = Field(
        8, ge=1, description="Conversations that one Rasa server answers at the same time."
    )
    cache_ttl: int = Field(
        3600, ge=2, description="Seconds a conversation stays cached; its context half as long."
    )
    response_generation_timeout: float = Field(
        10, gt=0, description="Seconds for an answer that a model writes, then one is quoted."
    )


class SecuritySettings(_Section):
    jwt_secret: SecretStr = Field(SecretStr(""), description="Signs and checks tokens (HS256).")
    encryption_key: SecretStr = Field(SecretStr(""), description="Encrypts stored attachments.")
    api_keys: tuple[SecretStr, ...] = Field(
        (), description="Keys, separated by spaces, with which the shop's server calls the API."
    )
    service_token: SecretStr = Field(
        SecretStr(""), description="What Rasa and the action server ask of their callers."
    )
    generated_secrets: Path | None = Field(
        None, description="File in which secrets that are not set are generated; null: refuse."
    )
    token_lifetime: int = Field(86_400, ge=60, description="Seconds a visitor's token is good for.")
    allowed_origins: tuple[str, ...] = Field(
        (), description="Web origins, separated by spaces, that may talk to the bot from a page."
    )

    @validator("allowed_origins", "api_keys", pre=True)
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value


class RateLimitSettings(_Section):
    """Such as ``60/minute``; several are separated by semicolons."""

    shop: str = Field(description="Requests with one API key or shop token.")
    visitor: str = Field(description="Requests of one visitor's conversation.")
    address: str = Field(description="Requests of one network address without a shop's key.")


class S3Settings(_Section):
    bucket: str
    endpoint_url: str | None = None
    region: str | None = None
    access_key: SecretStr
    secret_key: SecretStr


class AttachmentSettings(_Section):
    folder: Path | None = None
    s3: S3Settings | None = None
    max_megabytes: float = Field(10, gt=0)
    content_types: tuple[str, ...] = Field(description="What may be uploaded.")

    @root_validator(skip_on_failure=True)
    def _exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["folder"] is None) == (values["s3"] is None):
            raise ValueError("set either folder or s3, and the other to null")
        return values


class SmtpSecurity(str, Enum):
    """``starttls`` encrypts after a greeting, ``tls`` from the beginning, ``none`` not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class SmtpSettings(_Section):
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = Field("", description="Empty for a server that asks for none.")
    password: SecretStr = SecretStr("")
    timeout: float = Field(10, gt=0, description="Seconds that each answer of the server may take.")

    @root_validator(skip_on_failure=True)
    def _no_password_in_the_clear(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["username"] and values["security"] is SmtpSecurity.NONE:
            raise ValueError("a username needs security starttls or tls")
        return values


class MailSettings(_Section):
    """Mails go out by SMTP, or are kept in a folder and shown in the log."""

    smtp: SmtpSettings | None = None
    folder: Path | None = None
    sender: str = Field(regex=r"^[^\s@<>]+@[^\s@<>]+$", description="The address they come from.")

    @root_validator(skip_on_failure=True)
    def _exactly_one(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["folder"] is None) == (values["smtp"] is None):
            raise ValueError("set either folder or smtp, and the other to null")
        return values


class Settings(_Section):
    shop: ShopSettings
    database: DatabaseSettings
    ai_services: AiServicesSettings
    knowledge: KnowledgeSettings
    elasticsearch: ElasticsearchSettings | None = None
    servers: ServersSettings
    performance: PerformanceSettings
    security: SecuritySettings
    rate_limits: RateLimitSettings
    attachments: AttachmentSettings
    mail: MailSettings

    @validator("elasticsearch", pre=True)
    def _none_without_a_host(cls, value: object) -> object:
        return None if isinstance(value, dict) and not value.get("hosts") else value


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


def _with_absolute_paths(section: Any) -> Any:
    """Return a copy of the settings whose relative paths start at the project."""
    changed = {
        name: _from_root(value) if isinstance(value, Path) else _with_absolute_paths(value)
        for name, value in section
        if isinstance(value, (Path, _Section))
    }
    return section.copy(update=changed)
