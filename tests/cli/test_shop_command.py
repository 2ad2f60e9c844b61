"""``aisle shop`` as a person runs it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisle.database.engine import database_at
from aisle.database.migrate import upgrade

RunAisle = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop's files, and the database that the ``run_aisle`` fixture's commands use."""
    database = database_at(f"sqlite:///{tmp_path / 'aisle.db'}")
    upgrade(database)
    database.dispose()
    files: dict[str, list[dict[str, Any]]] = {
        "customers": [{"id": "C1", "email": "nora@example.com"}],
        "products": [{"id": "P1", "name": "Mug"}],
        "orders": [],
    }
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, records in files.items():
        (folder / f"{name}.json").write_text(json.dumps(records), encoding="utf-8")
    return folder


def test_a_shop_is_imported_and_exported(run_aisle: RunAisle, shop: Path, tmp_path: Path) -> None:
    first = run_aisle("shop", "import", str(shop))
    assert first.returncode == 0, first.stderr
    assert "Loading the shop" in first.stdout
    assert "1 customers (1 new, 0 updated)" in first.stdout
    out = tmp_path / "out"
    exported = run_aisle("shop", "export", str(out), "--format", "aisle-csv")
    assert exported.returncode == 0, exported.stderr
    assert "1 products, 1 customers and 0 orders" in exported.stdout
    assert (out / "products.csv").read_text(encoding="utf-8").splitlines()[1].startswith("P1,Mug,")


def test_what_is_wrong_is_told_with_file_and_line(run_aisle: RunAisle, shop: Path) -> None:
    (shop / "customers.json").write_text('[\n{"id": "C1", "email": "nora"}]', encoding="utf-8")
    done = run_aisle("shop", "import", str(shop))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Error: Nothing was imported, because of:",
        "  customers.json:2: C1: email: is not an e-mail address such as name@example.com",
    ]
