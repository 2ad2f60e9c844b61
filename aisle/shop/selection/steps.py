"""Options wanted by comparison: "a size bigger", "higher brightness", "the largest"."""

import re
from collections.abc import Mapping, Sequence

from aisle.shop.phrases import Token
from aisle.shop.selection.vocabulary import Vocabulary, same_stem

_UP, _DOWN = 1, -1
_COMPARED = {
    "bigger": _UP, "larger": _UP, "longer": _UP, "higher": _UP, "taller": _UP, "brighter": _UP,
    "thicker": _UP, "wider": _UP, "heavier": _UP, "more": _UP, "stronger": _UP,
    "smaller": _DOWN, "shorter": _DOWN, "lower": _DOWN, "dimmer": _DOWN, "thinner": _DOWN,
    "narrower": _DOWN, "lighter": _DOWN, "less": _DOWN,
}  # fmt: skip
_EXTREME = {
    "biggest": _UP, "largest": _UP, "longest": _UP, "highest": _UP, "tallest": _UP,
    "brightest": _UP, "thickest": _UP, "maximum": _UP, "most": _UP,
    "smallest": _DOWN, "shortest": _DOWN, "lowest": _DOWN, "thinnest": _DOWN, "minimum": _DOWN,
    "least": _DOWN,
}  # fmt: skip
COMPARING_WORDS = frozenset(_COMPARED) | frozenset(_EXTREME)
_NEED_A_NAME = frozenset(
    {"most", "least", "more", "less", "higher", "lower", "highest", "lowest", "maximum", "minimum"}
)
_OF_A_KIND = {
    "bright": "brightness", "dim": "brightness", "long": "length", "short": "length",
    "tall": "height", "thick": "thickness", "thin": "thickness", "heav": "weight",
    "light": "weight", "wid": "width", "narrow": "width",
}  # fmt: skip
_SIZED = re.compile(r"size|capacity|diameter|volume", re.IGNORECASE)
_COUNTS = {"2": 2, "3": 3}


def compared(
    tokens: Sequence[Token], places: range, vocabulary: Vocabulary, options: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the values wanted relative to these options, by option.

    None for an option that is compared, but has no such value: nothing larger, no order.
    """
    found: dict[str, str | None] = {}
    for place in places:
        word = tokens[place].text.casefold()
        step = _step(tokens, place)
        extreme = _EXTREME.get(word)
        if step is None and extreme is None:
            continue
        key = _key(tokens, place, places, vocabulary, word)
        ladder = vocabulary.ladder(key) if key else None
        present = options.get(key) if key else None
        if key is None:
            continue
        if ladder is None or present not in ladder:
            found[key] = None
        elif extreme is not None:
            found[key] = ladder[-1] if extreme == _UP else ladder[0]
        else:
            target = ladder.index(present) + (step or 0)
            found[key] = ladder[target] if 0 <= target < len(ladder) else None
    return found


def compared_option(tokens: Sequence[Token], vocabulary: Vocabulary) -> tuple[str, int] | None:
    """Return the option that "the larger one" compares, and 1 for more or -1 for less of it."""
    for place, token in enumerate(tokens):
        word = token.text.casefold()
        direction = _COMPARED.get(word) or _EXTREME.get(word)
        key = _key(tokens, place, range(len(tokens)), vocabulary, word) if direction else None
        if key is not None and direction is not None:
            return key, direction
    return None


def _step(tokens: Sequence[Token], place: int) -> int | None:
    word = tokens[place].text.casefold()
    before = [token.key for token in tokens[max(0, place - 2) : place]]
    if "half" in before:
        return None  # no size lies between two
    count = next((_COUNTS[key] for key in before if key in _COUNTS), 1)
    if word in ("up", "down") and any(key in ("siz", "size") for key in before[-1:]):
        return count if word == "up" else -count
    if word in _COMPARED:
        return _COMPARED[word] * (count if any(key.startswith("siz") for key in before) else 1)
    return None


def _key(
    tokens: Sequence[Token], place: int, places: range, vocabulary: Vocabulary, word: str
) -> str | None:
    ladders = [key for key in vocabulary.values if vocabulary.ladder(key)]
    near = [
        (abs(first - place), key)
        for key, first, _ in vocabulary.key_spans(tokens)
        if first in places and abs(first - place) <= 3 and key in ladders
    ]
    if near:
        return min(near)[1]
    for start, name in _OF_A_KIND.items():
        if word.startswith(start):
            fitting = [key for key in ladders if any(same_stem(w, name) for w in key.split())]
            return fitting[0] if len(fitting) == 1 else None
    if word in _NEED_A_NAME:
        return None
    sized = [key for key in ladders if _SIZED.search(key)]
    if len(sized) == 1:
        return sized[0]
    return ladders[0] if len(ladders) == 1 and not sized else None
