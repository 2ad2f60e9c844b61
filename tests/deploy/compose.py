"""The compose file and .env.example, as ``docker compose --env-file`` reads them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "deploy" / "docker-compose.yml"
EXAMPLE = PROJECT / ".env.example"
SECRETS = (
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "AISLE_JWT_SECRET",
    "AISLE_ENCRYPTION_KEY",
    "AISLE_API_KEYS",
    "AISLE_SERVICE_TOKEN",
)
_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<test>:?[-?])(?P<word>[^}]*))?\}")
_ENTRY = re.compile(r"(?P<optional>#?)(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)")


class VariableMissing(Exception):
    """What Compose says when ``${NAME:?}`` has no value."""


def read_compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return content


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_compose()["services"]
    return found


def example(*, optional: bool) -> dict[str, str]:
    """Return the entries of .env.example; the optional ones have a # before their names."""
    entries = map(_ENTRY.fullmatch, EXAMPLE.read_text(encoding="utf-8").splitlines())
    return {
        entry["name"]: entry["value"].strip("'")
        for entry in entries
        if entry is not None and bool(entry["optional"]) == optional
    }


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}``.

    Raises:
        VariableMissing: a variable without a default is not set, or (with a colon) empty.
    """

    def replace(found: "re.Match[str]") -> str:
        if found[0] == "$$":
            return "$"
        value, test = variables.get(found["name"]), found["test"] or ""
        if value or (value is not None and not test.startswith(":")):
            return value
        if test.endswith("?"):
            raise VariableMissing(found["name"])
        return found["word"] or ""

    return _VARIABLE.sub(replace, text)


def environment_of(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that the compose file gives a service.

    Raises:
        VariableMissing: as `interpolate` does.
    """
    given = service["environment"]
    passed_on = {name: variables[name] for name in given if name in variables}
    set_here = {name: value for name, value in given.items() if value is not None}
    return {
        **passed_on,
        **{name: interpolate(value, variables) for name, value in set_here.items()},
    }


def variables_used() -> set[str]:
    """Return the variables that the compose file takes from .env."""
    content = read_compose()
    interpolated = {
        found["name"]
        for text in texts(content)
        for found in _VARIABLE.finditer(text)
        if found["name"]
    }
    mappings = [
        mapping
        for service in content["services"].values()
        for mapping in (service.get("environment", {}), service.get("build", {}).get("args", {}))
    ]
    return interpolated | {
        name for mapping in mappings for name, value in mapping.items() if value is None
    }


def texts(value: Any) -> Iterator[str]:
    """Yield every text in what a YAML file holds, but not the keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
