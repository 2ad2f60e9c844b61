"""The shop's products and their options, as shoppers' words find them."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from aisle.database.engine import Database, get_database
from aisle.shop.models import Product, Variant
from aisle.shop.option_words import Option, is_meant, phrases_of, span_of, value_meant
from aisle.shop.phrases import Hit, PhraseIndex, Token, tokenise

SECONDS_BETWEEN_CHECKS = 5.0
_HEAD_NOUN_SCORE = 0.6
_VERBS = frozenset({"watch", "throw", "plug", "light"})
_WORDS_BEFORE_A_VERB = (
    "to i you we they can cant could will ill wont would should dont didnt just not never "
    "please cannot"
)
_BEFORE_A_VERB = frozenset(_WORDS_BEFORE_A_VERB.split())
_AFTER_A_VERB = frozenset({"it", "them", "away", "out"})
_VAGUE_NOUNS = (
    "adapter alarm arm bag band bank bar board box cable card case charger computer cover device "
    "drive gift holder kit light machine maker mount organizer pack pad pair part piece player "
    "programme screen service set stand station support system tool tracker tray unit"
)
_NO_HEAD_NOUN = frozenset(_VAGUE_NOUNS.split())

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProductMatch:
    """A product named in ``text[start:end]``.

    ``score`` is 1.0 for its name or an alias, less for a misspelling, and 0.6 for the
    last word of its name alone ("the jacket"), which may mean several products: each is
    a match of its own, with the same place.
    """

    product_id: str
    name: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class OptionMatch:
    """A value of an option, as the catalogue writes both, found in ``text[start:end]``."""

    key: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Named:
    product_id: str
    weight: float


class Catalogue:
    """Looks up products and options in texts. Unchanging: load a new one after changes."""

    def __init__(self, products: Iterable[Product]) -> None:
        products = list(products)
        self._names: dict[str, str] = {product.id: product.name for product in products}
        self._products_with: dict[Option, set[str]] = defaultdict(set)
        for product in products:
            for variant in product.variants:
                for key, value in variant.options.items():
                    self._products_with[Option(key, value)].add(product.id)
        self._options = PhraseIndex(
            (phrase, option) for option in self._products_with for phrase in phrases_of(option)
        )
        self._products = self._index_products(products)

    @classmethod
    def load(cls, session: Session) -> "Catalogue":
        """Read every product of the database."""
        return cls(session.execute(select(Product).order_by(Product.id)).scalars())

    @property
    def product_names(self) -> Mapping[str, str]:
        """Every product's name, by id."""
        return self._names

    def find_products(self, text: str) -> list[ProductMatch]:
        """Return the products named in a text, in order.

        Case, plural, hyphens and spaces don't matter, nor one wrong letter in words of 5
        letters or two from 8 letters on. The longest name wins.
        """
        return self._find_products(tokenise(text))

    def find_options(self, text: str, product: str | None = None) -> list[OptionMatch]:
        """Return the option values named in a text, in order.

        Args:
            text: what the shopper wrote.
            product: the id of the product that is spoken of. It decides what a word that
                several options share means, and lets plain words count ("medium", "42").
                Left out, the products named in the text do the same.
        """
        tokens = tokenise(text)
        named = self._find_products(tokens)
        context = {product} if product else {match.product_id for match in named}
        return [
            match
            for hit in self._options.find(tokens)
            if not self._is_part_of_a_name(hit, named, product)
            for match in self._option_matches(hit, tokens, context)
        ]

    def _index_products(self, products: list[Product]) -> PhraseIndex[_Named]:
        index = PhraseIndex(_phrases_of_products(products))
        heads = {
            product: head
            for product in products
            if (head := _head_noun(product.name)) and head not in index
            if head not in self._options
        }
        weak = ((head, _Named(product.id, _HEAD_NOUN_SCORE)) for product, head in heads.items())
        return PhraseIndex([*_phrases_of_products(products), *weak])

    def _find_products(self, tokens: list[Token]) -> list[ProductMatch]:
        return [
            ProductMatch(
                named.product_id,
                self._names[named.product_id],
                hit.start,
                hit.end,
                round(named.weight * (1 - hit.edits / (hit.end - hit.start)), 3),
            )
            for hit in self._products.find(tokens)
            if not is_verb(hit, tokens)
            for named in hit.values
        ]

    def _is_part_of_a_name(
        self, hit: Hit[Option], named: list[ProductMatch], product: str | None
    ) -> bool:
        of_product = any(product in self._products_with[option] for option in hit.values)
        return any(
            match.start <= hit.start
            and hit.end <= match.end
            and not (of_product and (match.start, match.end) == (hit.start, hit.end))
            for match in named
        )

    def _option_matches(
        self, hit: Hit[Option], tokens: list[Token], context: set[str]
    ) -> Iterator[OptionMatch]:
        usual = sorted(hit.values, key=lambda option: -len(self._products_with[option]))
        offered = [option for option in usual if self._products_with[option] & context]
        for option in offered or usual[:1]:
            if is_meant(option, hit, tokens, in_context=bool(offered)):
                value = value_meant(option, hit, tokens)
                yield OptionMatch(option.key, value, *span_of(option, hit, tokens))


def variants_matching(product: Product, options: Iterable[OptionMatch]) -> list[Variant]:
    """Return the product's variants that have all the options.

    Several values of one option count as "any of these". No options: every variant.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for option in options:
        wanted[option.key].add(option.value)
    return [
        variant
        for variant in product.variants
        if all(variant.options.get(key) in values for key, values in wanted.items())
    ]


class CatalogueCache:
    """Keeps a catalogue in memory and loads it anew when products or variants changed."""

    def __init__(
        self,
        database: Database,
        seconds_between_checks: float = SECONDS_BETWEEN_CHECKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._seconds_between_checks = seconds_between_checks
        self._clock = clock
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._version = 0
        self._checked_at = 0.0

    def get(self) -> Catalogue:
        """Return the catalogue; at most every few seconds, look for changes first.

        While the database cannot be reached, the last catalogue is used.
        """
        with self._lock:
            now = self._clock()
            if self._catalogue is None or now - self._checked_at >= self._seconds_between_checks:
                self._catalogue = self._refreshed(self._catalogue)
                self._checked_at = now
            return self._catalogue

    def _refreshed(self, catalogue: Catalogue | None) -> Catalogue:
        try:
            with self._database.reading() as session:
                version = _version(session)
                if catalogue is None or version != self._version:
                    catalogue, self._version = Catalogue.load(session), version
        except OperationalError:
            if catalogue is None:
                raise
            _log.warning("The catalogue could not be checked for changes; the last one is used")
        return catalogue


def get_catalogue() -> Catalogue:
    """Return the process's catalogue of the configured database."""
    return _cache().get()


@lru_cache(maxsize=1)
def _cache() -> CatalogueCache:
    return CatalogueCache(get_database())


def _version(session: Session) -> int:
    """A number that changes with names, aliases, or which options the variants have."""
    products = select(Product.id, Product.name, cast(Product.aliases, Text)).order_by(Product.id)
    variants = select(Variant.id, cast(Variant.options, Text)).order_by(Variant.id)
    rows = (*session.execute(products), *session.execute(variants))
    return hash(tuple(tuple(row) for row in rows))


def _phrases_of_products(products: list[Product]) -> Iterator[tuple[str, _Named]]:
    for product in products:
        for phrase in (product.name, *product.aliases):
            yield phrase, _Named(product.id, 1.0)


def _head_noun(name: str) -> str | None:
    """The last word of a longer name, where it says what the thing is."""
    words = name.split()
    head = words[-1].split("-")[-1].lower()
    bare = len(words) == 1 and "-" not in name
    return None if bare or len(head) < 3 or head.rstrip("s") in _NO_HEAD_NOUN else head


def is_verb(hit: Hit[Any], tokens: Sequence[Token]) -> bool:
    """Whether the word found is a verb here: "to watch", "throw it away"."""
    if hit.last - hit.first > 1 or tokens[hit.first].text.casefold() not in _VERBS:
        return False
    before = tokens[hit.first - 1].key if hit.first else ""
    after = tokens[hit.last].key if hit.last < len(tokens) else ""
    return before in _BEFORE_A_VERB or after in _AFTER_A_VERB
