"""Reads what customers may say from the training data of the assistant's NLU."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Example:
    """A customer's message, and what it is about."""

    intent: str
    text: str


def read_examples(folder: Path) -> list[Example]:
    """Return the intent examples of a folder's YAML files, without the marks of entities.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: a file is not YAML.
    """
    if not folder.is_dir():
        raise FileNotFoundError(2, "There is no folder of training data", str(folder))
    return [example for path in sorted(folder.glob("*.yml")) for example in _examples(path)]


def _examples(path: Path) -> Iterator[Example]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not valid YAML: {error}") from error
    for group in content.get("nlu") or ():
        if "intent" in group:
            for line in str(group.get("examples", "")).splitlines():
                text = line.strip().removeprefix("-").strip()
                if text:
                    yield Example(group["intent"], _ENTITY.sub(r"\1", text))
