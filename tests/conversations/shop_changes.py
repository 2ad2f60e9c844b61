"""How a case writes down what changed in the shop, and the same for what really did.

Both become lines of text, so that comparing them is comparing lines.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.conversations.shop_rows import Key, Row, RowChange, Rows, ShopRows

UNCHANGED = "unchanged"
AMOUNT = r"\d+\.\d\d"
PIECES = r"\d+ x \S+"
SWAP = rf"{PIECES} for \S+ @ {AMOUNT}"
PARTS = {
    "lines": (rf"[+-]{PIECES} @ {AMOUNT}", "-1 x V101 @ 19.90"),
    "payments": (rf"[+-]\S+ {AMOUNT}", "+paypal_1 19.90"),
    "refunds": (rf"[+-]\S+ {AMOUNT} (done|underway)", "+paypal_1 19.90 underway"),
    "returns": (
        rf"[+-](return {PIECES}( and {PIECES})* to \S+|exchange {SWAP}( and {SWAP})* with \S+)",
        "+return 1 x V101 to paypal_1, or +exchange 1 x V101 for V102 @ 19.90 with paypal_1",
    ),
}
"""Parts of an order that are lists: the pattern of an entry, and an example."""
VALUES = {"status": "status", "reason": "cancel_reason", "address": "address"}
"""Parts of an order that are one value, and their columns."""
ADDRESS_FIELDS = ("address1", "address2", "city", "state", "zip", "country")

# Columns that a section of the notation covers, and those that tell nothing more.
_COVERED = {
    "orders": {*VALUES.values(), "updated_at"},
    "variants": {"stock"},
    "payment_methods": {"balance"},
    "customers": {"default_address", "updated_at"},
}
_DESCRIBED = {"order_lines", "payments", "refunds", "returns", "return_lines"}
_NOT_THE_SHOP = {"audit_log", "identity_codes"}


class NotationError(ValueError):
    """It cannot be read; the message says how to write it."""


def read_changes(value: Any) -> tuple[str, ...]:
    """Return the lines for what a case says that changed.

    Raises:
        NotationError: it is not written as the README says.
    """
    if value == UNCHANGED:
        return ()
    if not isinstance(value, dict) or not value or set(value) - set(_SECTIONS):
        known = ", ".join(_SECTIONS)
        raise NotationError(f"shop takes '{UNCHANGED}', or what changed under {known}")
    return tuple(
        line for section, entries in value.items() for line in _SECTIONS[section](section, entries)
    )


def made_changes(shop: ShopRows) -> tuple[str, ...]:
    """Return the lines for what changed in the shop since its rows were remembered."""
    changes = [change for change in shop.changes() if change.table not in _NOT_THE_SHOP]
    if not changes:
        return ()
    before, after = shop.before, _applied(shop.before, changes)
    lines = [*_orders_changed(before, after, changes), *_values_changed(changes)]
    return (*lines, *_others_changed(changes))


def _mapping(section: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict) or not value:
        raise NotationError(f"{section} takes names and what changed, such as {{name: change}}")
    return value


def _read_orders(section: str, value: Any) -> Iterator[str]:
    for number, parts in _mapping(section, value).items():
        for part, content in _mapping(str(number), parts).items():
            if part in VALUES:
                yield _line(section, number, part, str(content))
            elif part in PARTS:
                entries = content if isinstance(content, list) else [content]
                yield from (_line(section, number, part, _entry(part, entry)) for entry in entries)
            else:
                known = ", ".join([*VALUES, *PARTS])
                raise NotationError(f"an order has no '{part}'; it has {known}")


def _entry(part: str, value: Any) -> str:
    pattern, example = PARTS[part]
    text = " ".join(str(value).split())
    if re.fullmatch(pattern, text) is None:
        raise NotationError(f"'{value}' cannot be read; {part} are written like {example}")
    return _in_order(text) if part == "returns" else text


def _in_order(text: str) -> str:
    """A return with its pieces in alphabetical order, in which rows give them too."""
    match = re.fullmatch(r"(\S+) (.*) (to|with) (\S+)", text)
    assert match is not None
    kind, pieces, way, method = match.groups()
    return f"{kind} {' and '.join(sorted(pieces.split(' and ')))} {way} {method}"


def _read_stock(section: str, value: Any) -> Iterator[str]:
    for variant, pieces in _mapping(section, value).items():
        if type(pieces) is not int or pieces == 0:
            raise NotationError(f"the stock of {variant} changes by a number such as +1 or -2")
        yield _line(section, variant, f"{pieces:+d}")


def _read_balances(section: str, value: Any) -> Iterator[str]:
    for method, balance in _mapping(section, value).items():
        try:
            yield _line(section, method, _money(Decimal(str(balance))))
        except InvalidOperation:
            raise NotationError(f"the balance of {method} is an amount such as 12.50") from None


def _read_addresses(section: str, value: Any) -> Iterator[str]:
    for email, address in _mapping(section, value).items():
        yield _line(section, email, str(address))


_SECTIONS: dict[str, Callable[[str, Any], Iterator[str]]] = {
    "orders": _read_orders,
    "stock": _read_stock,
    "balances": _read_balances,
    "addresses": _read_addresses,
}


def _line(*parts: Any) -> str:
    *path, content = parts
    return f"{' '.join(str(part) for part in path)}: {content}"


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _applied(before: Mapping[str, Rows], changes: Iterable[RowChange]) -> dict[str, Rows]:
    after = {table: dict(rows) for table, rows in before.items()}
    for change in changes:
        if change.after is None:
            del after[change.table][change.key]
        else:
            after[change.table][change.key] = change.after
    return after


def _orders_changed(
    before: Mapping[str, Rows], after: Mapping[str, Rows], changes: Iterable[RowChange]
) -> Iterator[str]:
    touched = {
        order_id
        for change in changes
        for tables, row in ((before, change.before), (after, change.after))
        if row is not None and (order_id := _order_of(tables, change.table, row))
    }
    for order_id in sorted(touched):
        for part, column in VALUES.items():
            old, new = (_order_value(tables, order_id, column) for tables in (before, after))
            if old != new:
                yield _line("orders", order_id, part, new)
        for part in PARTS:
            old, new = (_counted(tables, order_id, part) for tables in (before, after))
            for text in _signed(part, new, old):
                yield _line("orders", order_id, part, text)


def _order_of(tables: Mapping[str, Rows], table: str, row: Row) -> str | None:
    if table == "return_lines":
        return str(_find(tables["returns"], row["return_id"])["order_id"])
    found = row["id"] if table == "orders" else row.get("order_id")
    return None if found is None else str(found)


def _find(rows: Rows, identifier: Any) -> Row:
    return next(row for row in rows.values() if row["id"] == identifier)


def _order_value(tables: Mapping[str, Rows], order_id: str, column: str) -> str | None:
    row = tables["orders"].get((order_id,))
    value = None if row is None else row[column]
    return _address(value) if column == "address" else value


def _address(value: Mapping[str, str] | None) -> str | None:
    if value is None:
        return None
    further = [field for field in value if field not in ADDRESS_FIELDS]
    named = (value.get(field) for field in (*ADDRESS_FIELDS, *further))
    return ", ".join(part for part in named if part)


def _counted(tables: Mapping[str, Rows], order_id: str, part: str) -> Counter[str]:
    """How often the order has an entry; of lines, how many pieces."""
    if part == "returns":
        return Counter(_returns_of(tables, order_id))
    table = "order_lines" if part == "lines" else part
    counted: Counter[str] = Counter()
    for row in tables[table].values():
        if row["order_id"] != order_id:
            continue
        if part == "lines":
            counted[f"{row['variant_id']} @ {_money(row['price'])}"] += row["quantity"]
        else:
            text = f"{row['payment_method_id']} {_money(row['amount'])}"
            state = "" if part == "payments" else " done" if row["completed"] else " underway"
            counted[text + state] += 1
    return counted


def _returns_of(tables: Mapping[str, Rows], order_id: str) -> Iterator[str]:
    for returned in tables["returns"].values():
        if returned["order_id"] != order_id:
            continue
        pieces: dict[tuple[str, str], int] = defaultdict(int)
        for row in tables["return_lines"].values():
            if row["return_id"] == returned["id"]:
                line = _find(tables["order_lines"], row["order_line_id"])
                pieces[line["variant_id"], _replaced(row)] += row["quantity"]
        text = " and ".join(f"{count} x {item}{swap}" for (item, swap), count in pieces.items())
        way = "with" if returned["kind"] == "exchange" else "to"
        yield _in_order(f"{returned['kind']} {text} {way} {returned['payment_method_id']}")


def _replaced(row: Row) -> str:
    if row["replacement_variant_id"] is None:
        return ""
    price = row["replacement_price"]
    return f" for {row['replacement_variant_id']} @ {'?' if price is None else _money(price)}"


def _signed(part: str, new: Counter[str], old: Counter[str]) -> Iterator[str]:
    for sign, much in (("-", old - new), ("+", new - old)):
        for text, count in sorted(much.items()):
            if part == "lines":
                yield f"{sign}{count} x {text}"
            else:
                yield from [f"{sign}{text}"] * count


def _values_changed(changes: Iterable[RowChange]) -> Iterator[str]:
    for change in changes:
        old, new = change.before, change.after
        if old is None or new is None:
            continue
        if change.table == "variants" and old["stock"] != new["stock"]:
            yield _line("stock", new["id"], f"{new['stock'] - old['stock']:+d}")
        if change.table == "payment_methods" and old["balance"] != new["balance"]:
            balance = new["balance"]
            yield _line("balances", new["id"], None if balance is None else _money(balance))
        if change.table == "customers" and old["default_address"] != new["default_address"]:
            name = new["email"] or new["external_id"]
            yield _line("addresses", name, _address(new["default_address"]))


def _others_changed(changes: Iterable[RowChange]) -> Iterator[str]:
    """What no operation may change, so that there is no way to expect it."""
    for change in changes:
        if change.table in _DESCRIBED:
            continue
        name = _name(change.key)
        if change.before is None or change.after is None:
            yield f"{change.table} {name}: {'added' if change.before is None else 'removed'}"
            continue
        for column, old in change.before.items():
            new = change.after[column]
            if column not in _COVERED.get(change.table, ()) and old != new:
                yield f"{change.table} {name} {column}: {new} (was {old})"


def _name(key: Key) -> str:
    return " ".join(str(part) for part in key)
