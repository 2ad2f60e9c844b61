"""Which of the variants that were shown a text chooses."""

import re
from collections.abc import Mapping, Sequence

from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine, Product, Variant
from aisle.shop.selection.places import find_places
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.sentence import Kind
from aisle.shop.selection.steps import compared_option
from aisle.shop.selection.vocabulary import ValueMention

_CHEAPER = re.compile(r"\bcheap(?:er|est)\b|\bless expensive\b|\blow(?:er|est)[\s-]price", re.I)
_DEARER = re.compile(r"\b(?:more|most) expensive\b|\bdear(?:er|est)\b|\bpric(?:ier|iest)\b", re.I)
_THAT_ONE = re.compile(
    r"\W*(?:(?:yes|ok|okay|sure|fine|alright|then|well|please)\W+)*"
    r"(?:(?:i(?:.?ll| will|.?d like to)\s+)?(?:take|have|get|want)\s+|let.?s\s+(?:take|do)\s+)?"
    r"(?:(?:that|this|the)(?:\s+(?:one|version))?|it)(?:\s+(?:works|will do|is (?:fine|ok|good)))?"
    r"(?:\W+(?:then|please|thanks))*\W*",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(r"\b(?:instead\s+of|rather\s+than)\b", re.IGNORECASE)


def choose_shown(
    text: str,
    line: OrderLine,
    shown: Sequence[Variant],
    *,
    lines: Sequence[OrderLine],
    products: Mapping[str, Product],
    catalogue: Catalogue,
) -> Variant | None:
    """Find the shown variant that is meant: by its place, its values or its price.

    Every value that is said must be one of the variant's, also those of the line itself.

    Args:
        line: what the variants could take the place of.
        lines: of the order; a text that names another of its items chooses nothing.
        products: the products of the lines, by id, with all their variants.

    Returns:
        None when nothing is chosen, when several fit, and when none does.
    """
    sentence = Reading(text, lines, catalogue, products=dict(products))
    others = [a for a in sentence.anchors if a.lines and line not in a.lines]
    if any(anchor.kind is Kind.PRODUCT for anchor in others):
        return None
    fitting = _with_values(sentence, line, shown)
    if len(shown) == 1 and fitting and _THAT_ONE.fullmatch(text):
        return shown[0]
    if len(fitting) < len(shown):
        return _single(_compared(sentence, line, fitting))
    places = find_places(text, len(shown), asked=True)
    if len(places) == 1:
        return shown[places[0]]
    compared = _compared(sentence, line, fitting)
    said_values = bool(_values(sentence, line))
    return _single(compared) if said_values or len(compared) < len(shown) else None


def _single(variants: Sequence[Variant]) -> Variant | None:
    return variants[0] if len(variants) == 1 else None


def _values(sentence: Reading, line: OrderLine) -> list[ValueMention]:
    turn = _NOT_THIS.search(sentence.text)
    until = turn.start() if turn and turn.start() else len(sentence.text)
    return [m for m in sentence.values_of([line]) if sentence.tokens[m.first].start < until]


def _with_values(sentence: Reading, line: OrderLine, shown: Sequence[Variant]) -> list[Variant]:
    return [
        variant
        for variant in shown
        if all(
            any(variant.options.get(o.key) == o.value for o in mention.options) != mention.denied
            for mention in _values(sentence, line)
        )
    ]


def _compared(sentence: Reading, line: OrderLine, variants: Sequence[Variant]) -> Sequence[Variant]:
    """Keep the cheapest, the dearest, the largest and so on, where such a word is said."""
    for pattern, extreme in ((_CHEAPER, min), (_DEARER, max)):
        if variants and pattern.search(sentence.text):
            price = extreme(variant.price for variant in variants)
            return [variant for variant in variants if variant.price == price]
    vocabulary = sentence.vocabularies[line.variant.product.id]
    compared = compared_option(sentence.tokens, vocabulary)
    ladder = vocabulary.ladder(compared[0]) if compared else None
    if compared is None or ladder is None:
        return variants
    key, direction = compared
    steps = [value for value in ladder if any(v.options.get(key) == value for v in variants)]
    if len(steps) < 2:
        return variants
    wanted = steps[-1] if direction > 0 else steps[0]
    return [variant for variant in variants if variant.options.get(key) == wanted]
