"""Finds the name that somebody gives in a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ZIP_PLACE = " § "
"""Stands in a text where the ZIP code was; a name beside it is likely the shopper's."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019`\u00b4.-][^\W\d_]+)*")
_CONNECTOR = r"((?:['\u2019]s|\s+is|\s+was)?\s*[:=-]?)\s*"
_NAME_CUE = re.compile(rf"\bnames?{_CONNECTOR}", re.IGNORECASE)
_FIRST_NAME = re.compile(rf"\b(?:(?:first|given|fore)[\s-]?name){_CONNECTOR}", re.IGNORECASE)
_LAST_NAME = re.compile(rf"\b(?:(?:last|family)[\s-]?name|surname){_CONNECTOR}", re.IGNORECASE)
_AFTER_A_NAME = re.compile(
    r"\s*(?:$|[,.;!?§|)]|(?:and|zip|post|postal|postcode|last|surname|my)\b)", re.IGNORECASE
)
_BESIDE_ZIP = r"[^\w§]*(?:\b(?:and|my|the|is|zip|zipcode|post|postal|postcode|code|plz)\b[^\w§]*)*"
_BEFORE_ZIP = re.compile(rf"{_BESIDE_ZIP}§", re.IGNORECASE)
_AFTER_ZIP = re.compile(rf"§{_BESIDE_ZIP}$", re.IGNORECASE)
_A_PLACE_FOLLOWS = re.compile(r"(?:\d|\b(?:in|at|to|near|from))\W*$", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"(?:[.!?;\n]|\b(?:i\W?m|i am|it\W?s|this is|here is|name))\s*$", re.IGNORECASE
)
_LAST_FIRST = re.compile(r"\W*([^\W\d_]{2,})\s*,\s*([^\W\d_]{2,})\W*§\W*$")
_PARTICLE_WORDS = (
    "de del della di da dos das do du la le les van von der den ter ten zu zur el al bin ben abu "
    "af av mac o"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_ORDINARY_WORDS = """
    a about account actually address again ago ah all already also am an and any anyone anything
    are arrive arrived as ask asked at back be because been before billing boots born bought by
    bye can cancel cant card change chat check code colour come comes contact correct could
    customer date day days dear deliver delivered delivery details did didn didnt do does doesnt
    doing done dont dr e e-mail each else email enter ever exchange family first for forename
    found from full get give given go going good got great had has hasn't hasnt have haven't
    havent he hello help her here hey hi him his how i i'd i'll i'm i've id if im in info
    information is isn't isnt it it's item items its ive just know last late like live living
    long look looking lost mail make many may maybe me mine miss missing mr mrs ms must my
    myself name names near need never new nice no not nothing now number numbers of ok okay old on
    one only or order ordered orders our out over own package paid parcel pay payment phone
    place placed please plz post postal postcode price product question quick refund registered
    return returned right same say see send sent she shipped shipping shop should show since sir
    so some something sorry status still store street sure surname tell than thank thanks that
    that's thats the their them then there they thing think this time to today told track
    tracking try two under until up us use used user very wait waiting want wanted was we week
    weeks well were what what's whats when where where's wheres which who why will wish with
    would wrong year years yes yesterday yet you your yours zip zipcode
"""
_NO_NAME = frozenset(_ORDINARY_WORDS.split())
_MOST_NAME_WORDS = 5


@dataclass(frozen=True)
class _Run:
    """Words side by side that may be a name, and where they stand in the text."""

    words: list[str]
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        return all(word[0].isupper() or word in _PARTICLES for word in self.words)


def find_name(text: str, hints: Sequence[str] = ()) -> tuple[str | None, str | None]:
    """Return first and last name, as far as a message gives them.

    Args:
        text: the message, with ``ZIP_PLACE`` for the ZIP code and without other numbers.
        hints: names that NLU found in it.
    """
    first, last = _after(_FIRST_NAME, text), _after(_LAST_NAME, text)
    both = _after(_FIRST_NAME, text, sure=True), _after(_LAST_NAME, text, sure=True)
    if all(both):
        first, last = both
    if first or last:
        return (" ".join(first) or None, " ".join(last) or None)
    cued = _after(_NAME_CUE, text)
    hinted = _hinted_name(hints)
    for words in (cued, hinted, _bare_name(text)):
        if len(words) > 1:
            return _split(words)
    lone = cued or hinted
    return (lone[0], None) if lone else (None, None)


def split_name(name: str) -> tuple[str | None, str | None]:
    """Divide "Anna-Maria de Vries" or "de Vries, Anna-Maria" into first and last name."""
    words = _in_order(name)
    if len(words) < 2:
        return (words[0] if words else None), None
    return _split(words)


def _hinted_name(hints: Sequence[str]) -> list[str]:
    read = [_in_order(hint) for hint in hints]
    longest = max(read, key=len, default=[])
    if len(longest) == 1:
        return list(dict.fromkeys(words[0] for words in read if words))[:2]
    return longest


def _in_order(name: str) -> list[str]:
    """The words of a name, given names first: "Hansen, Mia" is turned round."""
    last, comma, first = name.partition(",")
    return _WORD.findall(f"{first} {last}" if comma else name)


def _after(cue: "re.Pattern[str]", text: str, *, sure: bool = False) -> list[str]:
    """The name that follows "my name is" and the like.

    Words without capitals must end where a name ends: "my name is mia and my zip …", but
    not "the name is misspelt on …". Without "is" or a colon, two of them are needed, unless
    it is ``sure`` that a name follows.
    """
    for match in cue.finditer(text):
        run = next(iter(_runs(text[match.end() :])), None)
        if run is None or text[match.end() : match.end() + run.start].strip():
            continue
        ends_well = _AFTER_A_NAME.match(text[match.end() + run.end :]) is not None
        said = sure or match.group(1).strip() or len(run.words) > 1
        if run.is_capitalised or (ends_well and said):
            return run.words[:_MOST_NAME_WORDS]
    return []


def _bare_name(text: str) -> list[str]:
    """A name without a cue: all that the message says, or in capitals beside a ZIP code."""
    runs = _runs(text)
    for run in runs:
        if 2 <= len(run.words) <= _MOST_NAME_WORDS:
            beside_zip = _is_beside_zip(run, text)
            alone = len(runs) == 1 and (run.is_capitalised or beside_zip)
            a_place = _A_PLACE_FOLLOWS.search(text[: run.start])
            introduced = beside_zip and _INTRODUCED.search(text[: run.start]) is not None
            if not a_place and (alone or introduced or (run.is_capitalised and beside_zip)):
                return run.words
    last_first = _LAST_FIRST.match(text)
    if last_first and not {word.casefold() for word in last_first.groups()} & _NO_NAME:
        return [last_first.group(2), last_first.group(1)]
    return []


def _is_beside_zip(run: _Run, text: str) -> bool:
    before, after = text[: run.start], text[run.end :]
    return bool(_BEFORE_ZIP.match(after) or _AFTER_ZIP.search(before))


def _runs(text: str) -> list[_Run]:
    """Runs of words that may be names, broken by punctuation and ordinary words."""
    runs: list[_Run] = []
    broken = True
    for match in _WORD.finditer(text):
        if match.group().casefold() in _NO_NAME:
            broken = True
            continue
        if not broken and not text[runs[-1].end : match.start()].strip():
            last = runs.pop()
            runs.append(_Run([*last.words, match.group()], last.start, match.end()))
        else:
            runs.append(_Run([match.group()], *match.span()))
        broken = False
    return runs


def _split(words: list[str]) -> tuple[str, str]:
    """Divide a full name; small words such as "van" begin the last name."""
    for index, word in enumerate(words[1:], start=1):
        if word.casefold() in _PARTICLES and index < len(words) - 1:
            return " ".join(words[:index]), " ".join(words[index:])
    return " ".join(words[:-1]), words[-1]
