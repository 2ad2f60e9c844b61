"""Writes an export's files: equal data gives equal bytes, and only the owner may read them."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from aisle.shop.transfer.errors import FolderInUse
from aisle.shop.transfer.records import Record


def plain_values(record: Record) -> dict[str, Any]:
    """Return a record's fields in their sequence, as JSON can write them."""
    return {name: _plain(value) for name, value in record.dict().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raises FolderInUse when something is in the folder already, or it is a file."""
    if folder.exists() and not folder.is_dir():
        raise FolderInUse(f"{folder} is a file; name a new folder")
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise FolderInUse(
            f"{folder} is not empty; name a new folder, or add --overwrite to replace an export"
        )


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files that hold personal data; a file is replaced as a whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in files.items():
        beside = folder / f".{name}.new"
        beside.unlink(missing_ok=True)
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(opened, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        beside.replace(folder / name)
