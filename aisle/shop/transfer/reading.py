"""Collects records and problems while files are read."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aisle.shop.transfer.errors import BrokenShop
from aisle.shop.transfer.records import OWNERS, RECORDS, Record, ShopRecords

_SAID = {
    "value_error.missing": "is missing; add it",
    "value_error.extra": "is not a field of the format; remove it or correct its name",
    "type_error.none.not_allowed": "is empty; fill it in",
    "value_error.any_str.min_length": "is empty; fill it in",
    "value_error.date": "must be a day such as 2026-01-31",
    "value_error.datetime": "must be a time such as 2026-01-31T09:12:00Z",
    "type_error.integer": "must be a whole number",
    "type_error.decimal": "must be an amount such as 49.90",
    "value_error.decimal.max_places": "has more than two decimal places; round it",
}
_MEANT = {
    "#W": "must be # W and seven digits, such as #W1234567",
    "@": "is not an e-mail address such as name@example.com",
    r"\d{4}": "must be four digits",
}


class Reading:
    """What was read so far; ``problems`` name file and line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shop = ShopRecords()
        self.problems: list[tuple[str, int, str]] = []
        self.is_whole = True
        """Whether every file could be read to its end."""
        self.spoiled: set[tuple[str, str]] = set()
        """Records that are there but broken, or have a broken part: kind ("order") and id."""
        self._places: dict[int, tuple[str, int, str]] = {}

    def text(self, name: str) -> str | None:
        """Return a file's text; None, noting why, when it cannot be read."""
        path = self.folder / name
        try:
            return path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            self.give_up(name, 0, "is missing; an empty one stands for no data")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.give_up(name, line, "is not UTF-8; save the file in this encoding")
        except OSError as error:
            self.give_up(name, 0, f"cannot be read: {error.strerror}")
        return None

    def give_up(self, file: str, line: int, problem: str) -> None:
        """Report what makes the rest of a file unreadable."""
        self.is_whole = False
        self.report(file, line, problem)

    def report(self, file: str, line: int, problem: str) -> None:
        self.problems.append((file, line, problem))

    def report_at(self, record: Record, problem: str) -> None:
        file, line, label = self._places[id(record)]
        self.report(file, line, f"{label}: {problem}" if label else problem)

    def add(
        self, table: str, values: dict[str, Any], file: str, line: int, label: str = ""
    ) -> Record | None:
        """Keep a record if its values are right by themselves; ``label`` goes before problems."""
        try:
            record = RECORDS[table].parse_obj(values)
        except ValidationError as error:
            for problem in error.errors():
                told = said(problem)
                self.report(file, line, f"{label}: {told}" if label else told)
            self._spoil(table, values)
            return None
        self._places[id(record)] = file, line, label
        self.shop.table(table).append(record)
        return record

    def _spoil(self, table: str, values: dict[str, Any]) -> None:
        if table in OWNERS:
            self.spoiled.add((OWNERS[table], str(values.get(OWNERS[table]))))
        if "id" in values:
            self.spoiled.add((table.removesuffix("s"), str(values["id"])))

    def end(self) -> None:
        """Raises BrokenShop when there was any problem."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem[:2])
            raise BrokenShop([_written(*problem) for problem in ordered])


def _written(file: str, line: int, problem: str) -> str:
    return f"{file}:{line}: {problem}" if line else f"{file}: {problem}"


def said(problem: Any) -> str:
    """Return one of pydantic's errors in words that say what to do."""
    field = ".".join(str(part) for part in problem["loc"] if part != "__root__")
    told = _SAID.get(problem["type"], problem["msg"])
    if problem["type"] == "value_error.str.regex":
        told = next(text for part, text in _MEANT.items() if part in problem["ctx"]["pattern"])
    return f"{field}: {told}" if field else told
