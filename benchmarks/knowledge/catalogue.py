"""Help articles of a large shop, as many as are wanted, made of what the demo shop says.

Each is about a product of some maker with a name and a code of its own. Its sections have
headings of the demo shop's, and sentences of its articles and product descriptions. No two
passages are the same; 100,000 passages have about 60,000 words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from random import Random
from typing import Any

import yaml

from aisle.knowledge.articles.front_matter import read_article_file
from aisle.knowledge.articles.passages import Passage, passages_of
from aisle.knowledge.models import Article
from aisle.settings import PROJECT_ROOT
from benchmarks.knowledge.shop import ARTICLES

PRODUCTS = PROJECT_ROOT / "data" / "shop" / "products"
SECTIONS = 5
"""Passages of each article."""
SUBJECTS = 2_000
"""Articles whose numbers differ by a multiple of this have the same sections, in other words."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WRITTEN = datetime(2026, 10, 1, tzinfo=timezone.utc)
_ABOUT = (
    "This goes for the {name} too.",
    "The {name} is no exception.",
    "It is the same with the {name}, article number {code}.",
    "Please have the number of your {name} at hand: {code}.",
    "Ask for part {part} if you have a {name}.",
    "Owners of a {name} find more in its manual, page {part}.",
    "Nothing else holds for {code}.",
    "We tell you more when you write to us about your {name}.",
    "See the label {code} below your {name}.",
    "Since last year this includes {name} sets.",
)
_ONSETS = "b br c d dr f g gl h j k kl l m n p pr r s st t tr v w z"
_RHYMES = "a al an ar e el en er i il in is o ol on or u um"
_SYLLABLES = [onset + rhyme for onset in _ONSETS.split() for rhyme in _RHYMES.split()]
_STEP = 7_919  # a prime, so that names differ though they are not in the order of the alphabet
_MAKERS = 2_000


@dataclass(frozen=True)
class _Product:
    kind: str
    category: str
    sentences: tuple[str, ...]


class Catalogue:
    """Writes articles; one number always gives the same article."""

    def __init__(self) -> None:
        self._sections = list(_shop_passages())
        self._products = list(_shop_products())

    def article(self, number: int) -> Article:
        random = Random(number)
        product = random.choice(self._products)
        maker, model = _name(number % _MAKERS), _name(_MAKERS + number)
        name, code = f"{maker} {model} {product.kind}", f"{maker[:2].upper()}-{20_000 + number}"
        sections = Random(number % SUBJECTS).sample(self._sections, SECTIONS)
        return Article(
            id=f"article-{number}",
            title=f"{name} ({code})",
            category=product.category,
            tags=[product.kind.lower(), maker.lower()],
            status="published",
            language="en",
            content="\n\n".join(
                f"## {section.heading}\n{_text(random, section, product, name, code, part)}"
                for part, section in enumerate(sections, start=40_000 + SECTIONS * number)
            ),
            source="import",
            version=1,
            updated_at=_WRITTEN,
        )


def _text(
    random: Random, section: Passage, product: _Product, name: str, code: str, part: int
) -> str:
    """Return most of what the shop says there, something of the product, and its name."""
    said = _SENTENCE_END.split(section.text)
    sentences = random.sample(said, max(1, len(said) - 1))
    sentences.append(random.choice(product.sentences))
    random.shuffle(sentences)
    sentences.append(random.choice(_ABOUT).format(name=name, code=code, part=part))
    return " ".join(sentences)


def _name(number: int) -> str:
    first, second = divmod(number * _STEP % len(_SYLLABLES) ** 2, len(_SYLLABLES))
    return (_SYLLABLES[first] + _SYLLABLES[second]).capitalize()


def _shop_passages() -> Iterator[Passage]:
    for path in sorted(ARTICLES.glob("*.md")):
        yield from passages_of(Article(**read_article_file(path).values))


def _shop_products() -> Iterator[_Product]:
    for path in sorted(PRODUCTS.glob("*.yml")):
        entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in entries:
            sentences = tuple(_SENTENCE_END.split(entry["description"]))
            yield _Product(entry["name"], entry["category"], sentences)
