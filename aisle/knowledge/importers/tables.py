"""Reads the rows of a CSV text whose first line names the columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DELIMITERS = (",", ";", "\t")


class BrokenTable(Exception):
    """The first line does not name the columns, so that no row can be read."""


@dataclass(frozen=True)
class Row:
    """A row's values by column, or the ``problem`` why there are none.

    ``line`` is the one that the row begins on.
    """

    line: int
    values: dict[str, str]
    problem: str | None = None


def rows_of(text: str, known: Sequence[str], required: Sequence[str]) -> Iterator[Row]:
    """Yield the rows that are not blank; values are parted by comma, semicolon or tab.

    Raises:
        BrokenTable: a column is unknown, missing or there twice.
    """
    delimiter, columns = _header(text, required)
    _check_columns(columns, known, required)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    next(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, f"the quotes are wrong (a quote inside is doubled): {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, columns, cells)


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) > len(columns):
        problem = f"has {len(cells)} values for {len(columns)} columns; put such text in quotes"
        return Row(line, {}, problem)
    return Row(line, {name: cell.strip() for name, cell in zip(columns, cells)})  # noqa: B905


def _header(text: str, required: Sequence[str]) -> tuple[str, list[str]]:
    headers = [(delimiter, _columns(text, delimiter)) for delimiter in _DELIMITERS]
    return max(headers, key=lambda header: (set(required) <= set(header[1]), len(header[1])))


def _columns(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [cell.strip().casefold() for cell in next(reader)]
    except csv.Error as error:
        raise BrokenTable(f"the quotes in the first line are wrong: {error}") from error


def _check_columns(columns: list[str], known: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        raise BrokenTable(
            f"the first line must name the columns; {' and '.join(missing)} missing"
            f" (known are {', '.join(known)})"
        )
    for name in columns:
        if name not in known:
            raise BrokenTable(f"unknown column '{name}'; known are {', '.join(known)}")
        if columns.count(name) > 1:
            raise BrokenTable(f"the column '{name}' is there twice")
