"""The options that an item shall have, read from its part of a sentence."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence

from aisle.shop.models import OrderLine, Product
from aisle.shop.selection.meaning import closest
from aisle.shop.selection.parts import TARGET_WORDS, Part
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.roles import fits
from aisle.shop.selection.steps import COMPARING_WORDS, compared
from aisle.shop.selection.vocabulary import ValueMention, Vocabulary
from aisle.shop.selection.words import word_set

_DIFFERENT = frozenset({"different", "other", "another", "new", "change", "changed", "wrong"})
_CORRECTED = frozenset({"sorry", "actually", "no", "mean", "meant", "rather", "wait"})
_LEAST_ALIKE, _LEAST_LEAD = 0.65, 0.15
_MOST_AMBIGUOUS = 3
_NO_VALUES = word_set(
    "a an the one ones my your it that this them different other another new version model variant "
    "kind please thanks thank you me i item thing something size color colour option instead same "
    "product order exchange return swap change in with and or of is be can could would will want "
    "like need to for have get make back available refund money reason if possible cheaper "
    "cheapest cost price any just only some not no yes do does how what which"
)


def read_wanted(
    sentence: Reading, part: Part, line: OrderLine
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the wanted values, the options that shall differ somehow, and doubtful words."""
    vocabulary = sentence.vocabularies[line.variant.product.id]
    wanted: dict[str, str] = {}
    doubtful: list[str] = []
    contradicted: set[str] = set()
    mentions = sorted(set(part.target), key=lambda mention: mention.first)
    different: list[str] = []
    ambiguous: list[dict[str, str]] = []
    unsettled: list[str] = []
    for mention in _settled_first(mentions, vocabulary):
        if _is_any_of_several(mention, vocabulary):
            different += [] if fits(line, mention) else list(_options_of(mention, vocabulary))
            continue
        keys = _keys_meant(mention, vocabulary, line, part, wanted)
        words = sentence.said(mention)
        if len(keys) > 1:
            ambiguous.append(keys)
            unsettled.append(words)
        elif keys:
            key, value = next(iter(keys.items()))
            known = wanted.get(key)
            if known not in (None, value) and not _corrects(sentence, mention):
                doubtful += [known or "", words]
                contradicted.add(key)
            wanted[key] = value
    product = sentence.products[line.variant.product.id]
    only = _only_available(product, wanted, ambiguous)
    wanted.update(only)
    doubtful += [] if only else unsettled
    stepped = _compared(sentence, part, vocabulary, line)
    wanted.update({key: value for key, value in stepped.items() if value is not None})
    if not stepped and not doubtful:
        wanted = {**_by_meaning(sentence, part, vocabulary, wanted), **wanted}
    wanted = {key: value for key, value in wanted.items() if key not in contradicted}
    open_keys = _open_keys(sentence, part, vocabulary, {*wanted}, stepped)
    open_keys = tuple(dict.fromkeys((*open_keys, *(k for k in different if k not in wanted))))
    doubtful += _passed_over(sentence, part, line, wanted)
    return wanted, open_keys, tuple(dict.fromkeys(doubtful))


def _only_available(
    product: Product, wanted: Mapping[str, str], ambiguous: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """Read "brown and black, polarised" as frame and lens in the only way there is a variant."""
    if not ambiguous or len(ambiguous) > _MOST_AMBIGUOUS:
        return {}
    found: list[dict[str, str]] = []
    for choice in itertools.product(*(keys.items() for keys in ambiguous)):
        options = dict(choice)
        everything = {**options, **wanted}.items()
        is_new = len(options) == len(choice) and options not in found
        if is_new and any(
            variant.stock > 0 and everything <= variant.options.items()
            for variant in product.variants
        ):
            found.append(options)
    return found[0] if len(found) == 1 else {}


def _passed_over(
    sentence: Reading, part: Part, line: OrderLine, wanted: Mapping[str, str]
) -> list[str]:
    """Values said of the item that are neither wanted nor what it is: never silently dropped."""
    places = {place for stretch in part.places for place in stretch}
    told = {(m.first, m.last) for m in (*part.source, *(m for g in part.described for m in g))}
    found = []
    for mention in sentence.values_of([line]):
        heard = any(wanted.get(option.key) == option.value for option in mention.options)
        if mention.first not in places or mention.denied or not mention.sure or heard:
            continue
        comparing = sentence.word(mention.first) in COMPARING_WORDS
        if (mention.first, mention.last) in told or fits(line, mention) or comparing:
            continue
        if len(mention.options) == 1 and mention.options[0].key not in wanted:
            found.append(sentence.said(mention))
    return found


def unavailable(sentence: Reading, part: Part, line: OrderLine) -> tuple[str, ...]:
    own = {p for m in sentence.values_of([line]) for p in range(m.first, m.last)}
    keys = sentence.vocabularies[line.variant.product.id].values
    if not any(key.endswith(("color", "colour", "material")) for key in keys):
        return ()
    places = {place for stretch in part.places for place in stretch}
    targets_at = {place for stretch in part.target_places for place in stretch}
    found = [
        words
        for words, first, last in sentence.foreign_values()
        if not own & set(range(first, last))
        and (first in targets_at or (first in places and sentence.word(last) in ("one", "ones")))
    ]
    if part.anchor is not None and part.anchor.strange:
        found.append(part.anchor.strange)
    return tuple(dict.fromkeys(found))


def _settled_first(mentions: Sequence[ValueMention], vocabulary: Vocabulary) -> list[ValueMention]:
    """Values that one option offers come before those that several do."""
    return sorted(mentions, key=lambda mention: len(_options_of(mention, vocabulary)) > 1)


def _options_of(mention: ValueMention, vocabulary: Vocabulary) -> dict[str, str]:
    return {
        option.key: option.value
        for option in mention.options
        if option.value in vocabulary.values.get(option.key, ())
    }


def _is_any_of_several(mention: ValueMention, vocabulary: Vocabulary) -> bool:
    own = {o for o in mention.options if o.value in vocabulary.values.get(o.key, ())}
    return len(own) > len({option.key for option in own})


def _keys_meant(
    mention: ValueMention,
    vocabulary: Vocabulary,
    line: OrderLine,
    part: Part,
    wanted: Mapping[str, str],
) -> dict[str, str]:
    """Of several options with the value, those that make sense here."""
    options = _options_of(mention, vocabulary)
    if len(options) < 2:
        return options
    sources = {o.key for m in part.source for o in m.options if fits(line, m)}
    present = {**line.variant.options, **part.wanted_before}
    changing = {key: value for key, value in options.items() if present.get(key) != value}
    for narrower in (
        {key: value for key, value in options.items() if key in sources},
        {key: value for key, value in changing.items() if key not in wanted},
    ):
        if len(narrower) == 1:
            return narrower
    return options


def _corrects(sentence: Reading, mention: ValueMention) -> bool:
    before = {sentence.word(place) for place in range(max(0, mention.first - 3), mention.first)}
    return bool(before & _CORRECTED)


def _compared(
    sentence: Reading, part: Part, vocabulary: Vocabulary, line: OrderLine
) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    places = list(part.places)
    if part.anchor is not None and part.anchor.start < part.anchor.first:
        places.append(range(part.anchor.start, part.anchor.first))
    for stretch in places:
        options = {**line.variant.options, **part.wanted_before}
        found.update(compared(sentence.tokens, stretch, vocabulary, options))
    return found


def _by_meaning(
    sentence: Reading, part: Part, vocabulary: Vocabulary, known: Mapping[str, str]
) -> dict[str, str]:
    """A word that is no value of the product, but means one: "robot" for "robotic"."""
    options = [
        (key, value)
        for key, values in vocabulary.values.items()
        if key not in known and not re.search(r"colou?r", key, re.IGNORECASE)
        for value in values
        if not re.search(r"\d", value) and value.casefold() not in ("yes", "no", "none")
    ]
    for phrase in _unknown_phrases(sentence, part, vocabulary):
        place = closest(phrase, [v for _, v in options], least=_LEAST_ALIKE, lead=_LEAST_LEAD)
        if place is not None:
            key, value = options[place]
            return {key: value}
    return {}


def _unknown_phrases(sentence: Reading, part: Part, vocabulary: Vocabulary) -> Iterable[str]:
    named = {
        p for _, first, last in vocabulary.key_spans(sentence.tokens) for p in range(first, last)
    }
    taken = named | {p for a in sentence.anchors for p in range(a.first, a.last)}
    taken |= {p for m in sentence.values_of(part.lines) for p in range(m.first, m.last)}
    for stretch in part.places:
        words: list[str] = []
        said = False
        for place in [*stretch, -1]:
            word = sentence.word(place) if place >= 0 else ""
            usable = place >= 0 and place not in taken and word.isalpha() and word not in _NO_VALUES
            if usable and said:
                words.append(word)
            elif words:
                yield " ".join(words[:3])
                words = []
            said = said or word in TARGET_WORDS or word in ("a", "an", "the", "with", "in")


def _open_keys(
    sentence: Reading,
    part: Part,
    vocabulary: Vocabulary,
    known: set[str],
    stepped: Mapping[str, str | None],
) -> tuple[str, ...]:
    places = {place for stretch in part.places for place in stretch}
    if part.anchor is not None:
        places |= set(range(part.anchor.start, part.anchor.first))
    if part.places and part.places[0].start:
        places |= set(range(max(0, part.places[0].start - 4), part.places[0].start))
    found = [key for key, value in stepped.items() if value is None]
    for key, first, _ in vocabulary.key_spans(sentence.tokens):
        near = {sentence.word(place) for place in range(max(0, first - 3), first)}
        if first in places and key not in known and near & _DIFFERENT:
            found.append(key)
    return tuple(dict.fromkeys(found))
