"""The format ``aisle-json``: customers.json, products.json and orders.json."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aisle.shop.transfer.json_text import BrokenJson, JsonEntry, entries_of
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import OWNERS, RECORDS, ShopRecords, by_owner
from aisle.shop.transfer.writing import plain_values

_FILES: dict[str, tuple[str, ...]] = {
    "customers": ("payment_methods",),
    "products": ("variants",),
    "orders": ("fulfilments", "lines", "payments", "refunds", "returns"),
}
"""Each file has one list, of records with these lists inside."""

_TABLE_OF = {"lines": "order_lines"}
_COUNTED = {"lines": "position", "payments": "position", "refunds": "position", "returns": "number"}
"""What a place in the list stands for, when it is not written."""


def read_aisle_json(folder: Path) -> Reading:
    reading = Reading(folder)
    for name, lists in _FILES.items():
        for entry in json_records(reading, f"{name}.json"):
            _read(reading, name, lists, entry)
    return reading


def json_records(reading: Reading, file: str, *, keyed: bool = False) -> Iterator[JsonEntry]:
    """Yield the file's entries that are objects; ``keyed``: each under a key, as in an object."""
    text = reading.text(file)
    if text is None:
        return
    try:
        for entry in entries_of(text):
            if not isinstance(entry.value, dict) or (entry.key is not None) != keyed:
                kind = "one object with a key for each record" if keyed else "a list of objects"
                reading.give_up(file, entry.line, f"the file must be {kind}")
                return
            yield entry
    except BrokenJson as error:
        reading.give_up(file, error.line, str(error))


def _read(reading: Reading, table: str, lists: tuple[str, ...], entry: JsonEntry) -> None:
    file, values = f"{table}.json", dict(entry.value)
    label = str(values.get("id", ""))
    parts = {name: values.pop(name, []) for name in lists}
    reading.add(table, values, file, entry.line, label)
    for name, items in parts.items():
        for number, item in _items(reading, name, items, (file, entry.line, label)):
            _read_part(reading, name, number, item, (file, entry.line, label))


def _read_part(
    reading: Reading, name: str, number: int, item: dict[str, Any], place: tuple[str, int, str]
) -> None:
    file, line, owner = place
    label = f"{owner}: {name} {number}"
    table = _TABLE_OF.get(name, name)
    values = {OWNERS[table]: owner, **item}
    if name in _COUNTED:
        values = {_COUNTED[name]: number, **values}
    returned = values.pop("lines", []) if name == "returns" else []
    reading.add(table, values, file, line, label)
    for count, part in _items(reading, "lines", returned, (file, line, label)):
        values = {"order": owner, "number": item.get("number", number), **part}
        reading.add("return_lines", values, file, line, f"{label}: lines {count}")


def _items(
    reading: Reading, name: str, items: Any, place: tuple[str, int, str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    file, line, label = place
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        reading.report(file, line, f"{label}: {name}: must be a list of objects")
        return
    yield from enumerate(items, start=1)


def write_aisle_json(shop: ShopRecords) -> dict[str, str]:
    """Return the files' texts by name."""
    return {f"{table}.json": _text(_nested(shop, table)) for table in _FILES}


def _nested(shop: ShopRecords, table: str) -> Iterator[dict[str, Any]]:
    parts = {
        name: by_owner(shop.table(_TABLE_OF.get(name, name)), OWNERS[_TABLE_OF.get(name, name)])
        for name in _FILES[table]
    }
    return_lines = by_owner(shop.return_lines, "order")
    for record in shop.table(table):
        nested = plain_values(record)
        for name, owned in parts.items():
            items = [_without_owner(part) for part in owned.get(record.id, [])]
            if name == "returns":
                _add_lines(items, return_lines.get(record.id, []))
            nested[name] = items
        yield nested


def _without_owner(record: Any) -> dict[str, Any]:
    table = next(name for name, kind in RECORDS.items() if type(record) is kind)
    return {key: value for key, value in plain_values(record).items() if key != OWNERS[table]}


def _add_lines(returns: list[dict[str, Any]], lines: list[Any]) -> None:
    for item in returns:
        own = [_without_owner(line) for line in lines if line.number == item["number"]]
        item["lines"] = [{k: v for k, v in line.items() if k != "number"} for line in own]


def _text(records: Iterator[dict[str, Any]]) -> str:
    return json.dumps(list(records), ensure_ascii=False, indent=2) + "\n"
