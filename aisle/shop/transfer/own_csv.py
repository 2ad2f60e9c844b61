"""The format ``aisle-csv``: one file a table, whose first line names the columns."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aisle.shop.transfer.json_text import no_number
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import RECORDS, AddressRecord, Record, ShopRecords
from aisle.shop.transfer.writing import plain_values

_DELIMITERS = ",;\t"
_ADDRESS = tuple(AddressRecord.__fields__)
_AS_JSON = ("aliases", "options", "preferences")


def columns_of(kind: type[Record]) -> list[str]:
    """Return the columns of a record's file; an address is spread over several."""
    columns: list[str] = []
    for name in kind.__fields__:
        columns += _ADDRESS if name == "address" else [name]
    return columns


def read_aisle_csv(folder: Path) -> Reading:
    reading = Reading(folder)
    for table, kind in RECORDS.items():
        file = f"{table}.csv"
        text = reading.text(file)
        if text is None:
            continue
        columns = columns_of(kind)
        for line, cells in _rows(reading, file, text, columns):
            values = _values(reading, kind, cells, (file, line))
            if values is not None:
                reading.add(table, values, file, line)
    return reading


def _rows(
    reading: Reading, file: str, text: str, known: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the line it begins on; what is wrong with a row is reported."""
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = [name.strip() for name in next(reader, [])]
    wrong = [name for name in columns if name not in known or columns.count(name) > 1]
    if wrong or not columns:
        what = f"the columns {', '.join(wrong)} are unknown or double" if wrong else "no columns"
        reading.give_up(file, 1, f"{what}; the first line may name {', '.join(known)}")
        return
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reading.give_up(file, line, f"the quotes are wrong (one inside is doubled): {error}")
            return  # where the next row begins is a guess
        if len(cells) == len(columns):
            yield line, dict(zip(columns, cells, strict=True))
        elif cells:
            reading.report(file, line, f"has {len(cells)} values for {len(columns)} columns")


def _values(
    reading: Reading, kind: type[Record], cells: dict[str, str], place: tuple[str, int]
) -> dict[str, Any] | None:
    """An empty cell is nothing: None where that is allowed, else as if it were not there."""
    values: dict[str, Any] = {}
    address = {name: cell for name in _ADDRESS if (cell := cells.get(name))}
    if "address" in kind.__fields__ and any(name in cells for name in _ADDRESS):
        values["address"] = address or None
    for name, cell in cells.items():
        if name in kind.__fields__ and (cell or kind.__fields__[name].allow_none):
            values[name] = cell or None
    for name in _AS_JSON:
        if name in values:
            try:
                values[name] = json.loads(values[name], parse_constant=no_number)
            except ValueError as error:
                reading.report(*place, f"{name}: must be JSON: {error}")
                return None
    return values


def write_aisle_csv(shop: ShopRecords) -> dict[str, str]:
    """Return the files' texts by name."""
    return {f"{name}.csv": _text(kind, shop.table(name)) for name, kind in RECORDS.items()}


def _text(kind: type[Record], records: list[Any]) -> str:
    columns = columns_of(kind)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        values = plain_values(record)
        values.update(values.pop("address", None) or {})
        writer.writerow(_cell(values.get(name)) for name in columns)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value
