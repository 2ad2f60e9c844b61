"""Which of the items that a sentence names are meant, and which are only spoken of."""

import re
from collections.abc import Sequence

from aisle.shop.models import OrderLine
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.sentence import Anchor, Kind
from aisle.shop.selection.vocabulary import ValueMention

_EXCEPT = re.compile(
    r"\b(?:except|excluding|but\s+not|apart\s+from|aside\s+from|other\s+than|besides|minus)"
    r"(?:\s+(?:for|from|maybe|just|keep|to))*\W*$",
    re.IGNORECASE,
)
_ALL_BUT = re.compile(r"\b(?:but|without|save|bar)(?:\s+for)?\W*$", re.IGNORECASE)
_DOING = r"(?:return|send|exchang|swap|chang|replac|cancel|touch|includ|refund|giv|trad|switch)\w*"
_NEGATED = (
    r"(?:not|\w+n['\u2019]t|dont|doesnt|wont|cant|didnt|wouldnt|shouldnt|never|no need to|"
    r"no longer)"
)
_NOT = re.compile(
    r"(?:\b(?:not|never|nor)\s+(?:also\s+|even\s+)?"
    rf"|\b{_NEGATED}\s+(?:(?:want|wish|need|going|like|mean|have|plan)\s+)?(?:to\s+)?"
    rf"{_DOING}\s+(?:back\s+)?)$",
    re.IGNORECASE,
)
_BECOMES_YET = re.compile(
    r"\b(?:exchang|swap|chang|replac|trad|switch)\w*\s+(?:it|them|those|that|these|this)\b",
    re.IGNORECASE,
)
_KEEP = re.compile(r"\b(?:keep|keeping|leave|leaving|hold\s+on\s+to)\s+$", re.IGNORECASE)
_STAYS = re.compile(
    r"\s*,?\s*(?:i(?:'ll|\s+will|\s+want\s+to|'d\s+like\s+to)?\s+keep|(?:can\s+)?stays?\b|"
    r"(?:is|are)\s+(?:fine|ok|okay|good|great|perfect)\b)",
    re.IGNORECASE,
)
_ORDER_WITH = re.compile(
    r"\b(?:order|purchase|parcel|package|delivery|shipment|box)\s+(?:with|containing|including|"
    r"(?:that|which)(?:\s+(?:i|we))?\s*(?:\W?s|has|had|have|contains?|contained|includes?|included)"
    r"(?:\s+got)?)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(r"\b(?:instead\s+of|rather\s+than|in\s+place\s+of)\s+$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|for|into|with|against)\s+$", re.IGNORECASE)
_NO_SWAP = re.compile(
    r"\b(?:refund|money|back|label|reason|return|pay|paid|order|question|invoice|need|wait\w*)\s+"
    r"(?:for|to|with)\s+$",
    re.IGNORECASE,
)
_OWN = frozenset({"my", "our", "his", "her"})
_LINK = re.compile(r"\W*(?:and|or|nor|&|,)?\W*(?:and|or|nor)?\W*", re.IGNORECASE)


def excluded(sentence: Reading) -> set[int]:
    """Return the places in ``sentence.anchors`` of items that are named to be left alone."""
    found: set[int] = set()
    everything = False
    for place, anchor in enumerate(sentence.anchors):
        before = _before(sentence, anchor)
        after = sentence.text[sentence.tokens[anchor.last - 1].end :]
        said = (
            _EXCEPT.search(before)
            or (everything and _ALL_BUT.search(before))
            or _NOT.search(before)
            or _KEEP.search(before)
            or _STAYS.match(after)
            or _ORDER_WITH.search(before)  # it only says which order is meant
        )
        other_instead = _INSTEAD_OF.search(before) and not _names_again(sentence, place)
        if _NOT.search(before) and _BECOMES_YET.search(_after(sentence, place)):
            continue  # "I won't return the boots, I want to exchange them"
        if said or other_instead or (place - 1 in found and _linked(sentence, place)):
            found.add(place)
        elif anchor.kind is Kind.ALL:
            everything = True
    return found


def targets(sentence: Reading) -> dict[int, int]:
    """Return which anchors only say what another becomes: "exchange it for a white keyboard".

    The places are those in ``sentence.anchors``: of the target, and of what becomes it.
    """
    found: dict[int, int] = {}
    earlier = -1
    for place, anchor in enumerate(sentence.anchors):
        if anchor.kind is Kind.ELSEWHERE and anchor.article in _OWN:
            continue  # "too big for my bike"
        beside, earlier = earlier, place
        if beside < 0 or anchor.kind in (Kind.ALL, Kind.REST, Kind.PLACE):
            continue
        previous = sentence.anchors[beside]
        before = _before(sentence, anchor)
        between = sentence.text[sentence.tokens[previous.last - 1].end : len(before)]
        if _ORDER_WITH.search(_before(sentence, previous)):
            continue
        if beside in found or re.search(r"\band\b|[.;!?]", between):
            continue
        if _TO.search(before) and not _NO_SWAP.search(before):
            found[place] = beside
        elif _INSTEAD_OF.search(before) and _names_again(sentence, place):
            found[beside] = place
    return found


def fits(line: OrderLine, mention: ValueMention) -> bool:
    """Whether the line has the value that is named."""
    options = line.variant.options
    return any(options.get(option.key) == option.value for option in mention.options)


def narrowed(
    lines: Sequence[OrderLine], groups: Sequence[Sequence[ValueMention]]
) -> list[list[OrderLine]]:
    """Return for each group of values the lines that have them all."""
    return [[line for line in lines if all(fits(line, m) for m in group)] for group in groups]


def _before(sentence: Reading, anchor: Anchor) -> str:
    return sentence.text[: sentence.tokens[anchor.start].start]


def _after(sentence: Reading, place: int) -> str:
    """What stands between an anchor and the next one."""
    start = sentence.tokens[sentence.anchors[place].last - 1].end
    following = sentence.anchors[place + 1 : place + 2]
    end = sentence.tokens[following[0].start].start if following else len(sentence.text)
    return sentence.text[start:end]


def _names_again(sentence: Reading, place: int) -> bool:
    """Whether the anchor before says what this one becomes: "a red one instead of the shirt"."""
    if place == 0:
        return False
    previous, anchor = sentence.anchors[place - 1], sentence.anchors[place]
    if previous.kind is Kind.ELSEWHERE:
        return True
    same_lines = {line.id for line in previous.lines} & {line.id for line in anchor.lines}
    return bool(same_lines) or Kind.ONE in (previous.kind, anchor.kind)


def _linked(sentence: Reading, place: int) -> bool:
    previous, anchor = sentence.anchors[place - 1], sentence.anchors[place]
    between = sentence.text[
        sentence.tokens[previous.last - 1].end : sentence.tokens[anchor.start].start
    ]
    comma_alone = "," in between and not re.search(r"\b(?:and|or|nor)\b", between)
    said_except = _EXCEPT.search(_before(sentence, previous)) is not None
    return _LINK.fullmatch(between) is not None and (said_except or not comma_alone)
