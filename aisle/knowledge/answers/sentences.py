"""Cuts what a model writes into sentences, each with the numbers of the sources it cites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

LONGEST_SENTENCE = 500
"""Characters; what is longer is no sentence of a chat."""

_CITATION = re.compile(r"\[\s*(\d{1,3}(?:\s*,\s*\d{1,3})*)\s*\]")
# The end of a sentence is seen when the next one begins: "free. [1]" is one, as is "e.g. this".
_BOUNDARY = re.compile(
    r"""(?: (?<=[.!?…\]]) | (?<=[.!?…]["')\u2019\u201d]) ) \s+ (?=[^\s\[a-z])
    | (?<!\s) [ \t]*\n\s* (?=[^\s\[])""",
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|a\.m|p\.m|approx|incl|excl|max|min|no|vs|etc|co|mr|mrs|ms|dr|st)\.$",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"[.!?…][\"')\u2019\u201d]?$")
_EMPHASIS = re.compile(r"\*+|__|`|^(?:[-•#]+|\d+[.)])\s+")


@dataclass(frozen=True)
class Sentence:
    """A sentence without its marks such as [1], and the numbers in them."""

    text: str
    citations: tuple[int, ...]
    complete: bool = True


def sentences(pieces: Iterable[str]) -> Iterator[Sentence]:
    """Yield each sentence as soon as the one after it begins.

    One is not complete when it is too long, or the last and does not end like a sentence.
    """
    text = ""
    for piece in pieces:
        text += piece
        *complete, text = _cut(text)
        if len(text) > 2 * LONGEST_SENTENCE:
            complete, text = [*complete, text], ""
        yield from (sentence for sentence in map(_read, complete) if sentence.text)
    last = _read(text)
    if last.text:
        yield replace(last, complete=last.complete and bool(_FINISHED.search(last.text)))


def _cut(text: str) -> list[str]:
    parts, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        part = text[start : boundary.start()]
        if "\n" in boundary[0] or not _ABBREVIATION.search(part):
            parts.append(part)
            start = boundary.end()
    return [*filter(str.strip, parts), text[start:]]


def _read(raw: str) -> Sentence:
    cited = [int(n) for marks in _CITATION.findall(raw) for n in re.findall(r"\d+", marks)]
    text = " ".join(_CITATION.sub(" ", raw).split())
    text = re.sub(r"\s+([.,;:!?…])", r"\1", _EMPHASIS.sub("", text))
    text = text.strip()
    return Sentence(text, tuple(dict.fromkeys(cited)), complete=len(text) <= LONGEST_SENTENCE)
