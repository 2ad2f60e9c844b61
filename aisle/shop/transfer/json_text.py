"""Reads JSON records with the line that each begins on."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

_SPACE = re.compile(r"[ \t\n\r]*")


class BrokenJson(ValueError):
    """The text is no JSON from ``line`` on."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class JsonEntry:
    """An entry of the outermost list, or object (then it has a ``key``)."""

    line: int
    key: str | None
    value: Any


def entries_of(text: str) -> Iterator[JsonEntry]:
    """Yield the outermost list's or object's entries; numbers with a point are Decimals.

    Raises:
        BrokenJson: at the first place that is no JSON, or has a key twice in an object.
    """
    yield from _Entries(text)


class _Entries:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._counted = 0
        self._line = 1
        self._decoder = json.JSONDecoder(
            parse_float=Decimal, parse_constant=no_number, object_pairs_hook=_unique
        )

    def __iter__(self) -> Iterator[JsonEntry]:
        opened = self._next()
        if opened not in ("[", "{"):
            raise self._broken("must be a list [ ] or an object { } of records")
        closing = "]" if opened == "[" else "}"
        self._position += 1
        while self._next() != closing:
            yield self._entry(with_key=opened == "{")
            if self._next() == ",":
                self._position += 1
                if self._next() == closing:
                    raise self._broken("has a comma with nothing after it; remove it")
            elif self._next() != closing:
                raise self._broken(f"needs a comma or {closing} after this record")
        self._position += 1
        if self._next():
            raise self._broken("has something after its end; remove it")

    def _entry(self, with_key: bool) -> JsonEntry:
        line, key = self._line_here(), None
        if with_key:
            key = self._value()
            if not isinstance(key, str) or self._next() != ":":
                raise self._broken('needs "key": before each record')
            self._position += 1
        return JsonEntry(line, key, self._value())

    def _value(self) -> Any:
        self._next()
        try:
            value, self._position = self._decoder.raw_decode(self._text, self._position)
        except json.JSONDecodeError as error:
            self._position = max(error.pos, self._position)
            raise self._broken(f"is no valid JSON: {error.msg}") from None
        except RecursionError:
            raise self._broken("is nested too deep") from None
        except ValueError as error:
            raise self._broken(str(error)) from None
        return value

    def _next(self) -> str:
        """Go on to what is not white space, and return it; "" at the end."""
        match = _SPACE.match(self._text, self._position)
        self._position = match.end() if match else self._position
        return self._text[self._position : self._position + 1]

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._position)
        self._counted = self._position
        return self._line

    def _broken(self, problem: str) -> BrokenJson:
        return BrokenJson(self._line_here(), problem)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"has the key '{twice}' twice in one object")
    return found


def no_number(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's parser takes."""
    raise ValueError(f"has {name}, which is no number")
