"""The installation's secrets: given in the settings, or generated at the first start."""

import fcntl
import json
import os
import re
import secrets as random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from aisle.settings import SecuritySettings, SettingsError, get_settings

SHORTEST = 32
FEWEST_DIFFERENT_CHARACTERS = 8
VARIABLES = {
    "jwt_secret": "AISLE_JWT_SECRET",
    "encryption_key": "AISLE_ENCRYPTION_KEY",
    "api_keys": "AISLE_API_KEYS",
    "service_token": "AISLE_SERVICE_TOKEN",
}
_PLACEHOLDER = re.compile(
    r"change[-_ ]?me|replace|placeholder|^(secret|password|example|your[-_ ])", re.IGNORECASE
)


@dataclass(frozen=True)
class Secrets:
    """What signs tokens, encrypts attachments and opens the doors."""

    jwt_secret: str = field(repr=False)
    encryption_key: str = field(repr=False)
    service_token: str = field(repr=False)
    api_keys: tuple[str, ...] = field(repr=False)
    new_keys: tuple[str, ...] = field(default=(), compare=False)
    """Names of those that were generated just now, such as ``api_keys`` at the first start."""


@lru_cache(maxsize=1)
def get_secrets() -> Secrets:
    """Return the process's secrets, generating what the settings leave empty.

    Raises:
        SettingsError: a secret is missing or too easy to guess, or the file is not usable.
    """
    return load_secrets(get_settings().security)


def check_secrets(security: SecuritySettings) -> None:
    """Raise SettingsError when ``load_secrets`` would; nothing is generated."""
    given = _given(security)
    if len(given) < len(VARIABLES):
        _read(_file(security, given))


def load_secrets(security: SecuritySettings) -> Secrets:
    """Return the given secrets and, for what is not given, those kept in the file.

    What the file does not have yet is generated. Processes that start at the same
    time agree on one value.

    Raises:
        SettingsError: a secret is missing or too easy to guess, or the file is not usable.
    """
    given = _given(security)
    if len(given) == len(VARIABLES):
        return _secrets(given, ())
    path = _file(security, given)
    try:
        kept, new = _kept(path, [name for name in VARIABLES if name not in given])
    except OSError as error:
        raise SettingsError(
            f"Secrets cannot be kept in {path}: {error.strerror}. Let AISLE_SECRETS_FILE name a "
            f"file that can be written, or set {', '.join(VARIABLES.values())}."
        ) from error
    return _secrets({**kept, **given}, new)


def _secrets(values: Mapping[str, str], new: tuple[str, ...]) -> Secrets:
    return Secrets(
        jwt_secret=values["jwt_secret"],
        encryption_key=values["encryption_key"],
        service_token=values["service_token"],
        api_keys=tuple(values["api_keys"].split()),
        new_keys=new,
    )


def _given(security: SecuritySettings) -> dict[str, str]:
    keys = " ".join(key.get_secret_value() for key in security.api_keys)
    values = {
        "jwt_secret": security.jwt_secret.get_secret_value(),
        "encryption_key": security.encryption_key.get_secret_value(),
        "api_keys": keys,
        "service_token": security.service_token.get_secret_value(),
    }
    given = {name: value for name, value in values.items() if value}
    for name, value in given.items():
        _refuse_weak(f"security.{name} ({VARIABLES[name]})", name, value)
    return given


def _file(security: SecuritySettings, given: Mapping[str, str]) -> Path:
    if security.generated_secrets is not None:
        return security.generated_secrets
    missing = [name for name in VARIABLES if name not in given]
    raise SettingsError(
        f"Secrets are not set: {', '.join(f'security.{name}' for name in missing)}. Set "
        f"{', '.join(VARIABLES[name] for name in missing)} to values such as "
        "`openssl rand -hex 32` prints"
    )


def _refuse_weak(place: str, name: str, value: str) -> None:
    for secret in value.split(" ") if name == "api_keys" else [value]:
        if len(secret) < SHORTEST:
            problem = f"is shorter than {SHORTEST} characters"
        elif not (secret.isascii() and secret.isprintable()) or secret.strip() != secret:
            problem = "has characters other than ASCII, or spaces around it"
        elif _PLACEHOLDER.search(secret) or len(set(secret)) < FEWEST_DIFFERENT_CHARACTERS:
            problem = "is a placeholder that anybody can guess"
        else:
            continue
        raise SettingsError(f"{place} {problem}: take what `openssl rand -hex 32` prints")


def _kept(path: Path, names: list[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what the file holds after the missing of ``names`` were added, and their names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(path.parent):
        kept = _read(path)
        new = {name: random.token_urlsafe(32) for name in names if name not in kept}
        if new:
            _write(path, {**kept, **new})
    return {**kept, **new}, tuple(new)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"Cannot read the secrets in {path}: {error.strerror}") from error
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
        raise SettingsError(
            f"{path} does not hold the generated secrets: restore it, or remove it to have new "
            "ones (old tokens and stored attachments cannot be read with them)"
        )
    for name in VARIABLES.keys() & kept.keys():
        _refuse_weak(f"{name} in {path}", name, kept[name])
    return kept


def _write(path: Path, kept: Mapping[str, str]) -> None:
    # A temporary file is readable by its owner alone from the beginning.
    with NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        json.dump(kept, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
