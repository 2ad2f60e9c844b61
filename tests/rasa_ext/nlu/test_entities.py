"""Entities: fixed forms and the catalogue first, what was learned for the rest."""

import logging
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.database.engine import database_at
from aisle.database.migrate import upgrade
from aisle.rasa_ext.nlu.entities import ShopEntityExtractor
from aisle.shop import catalogue
from aisle.shop.models import Product, Variant

RESOURCE = Resource("entities")
EXAMPLES = [
    "where is the [tent](product) that i ordered [yesterday](date)",
    "i ordered a [tent](product) [last monday](date)",
    "the [kettle](product) should have come [yesterday](date)",
    "my name is [Anna Schmidt](name)",
    "i am [Jan Visser](name) and my name is not [Anna Schmidt](name)",
    "my zip is [1012](zip_code)",
    "the zip is [10115](zip_code)",
    "cancel it please",
    "thank you very much",
]
Build = Callable[..., Message]


@pytest.fixture
def catalogue_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[list[Product]], None]]:
    """Makes a database with these products the configured one; none leaves it without tables."""
    database = database_at(f"sqlite:///{tmp_path / 'shop.db'}")
    cache = catalogue.CatalogueCache(database, seconds_between_checks=0)
    monkeypatch.setattr(catalogue, "_cache", lambda: cache)

    def fill(products: list[Product]) -> None:
        upgrade(database)
        with database.transaction() as session:
            session.add_all(products)

    yield fill
    database.dispose()


@pytest.fixture
def extractor(
    storage: LocalModelStorage, context: ExecutionContext, message: Build
) -> ShopEntityExtractor:
    """Trained on the examples, stored and loaded again."""
    config = ShopEntityExtractor.get_default_config()
    trained = ShopEntityExtractor.create(config, storage, RESOURCE, context)
    trained.train(TrainingData([_labelled(example, message) for example in EXAMPLES]))
    return ShopEntityExtractor.load(config, storage, RESOURCE, context)


def _labelled(example: str, message: Build) -> Message:
    text, entities = "", []
    for plain, value, kind in re.findall(r"([^\[]+)|\[([^\]]+)\]\((\w+)\)", example):
        if kind:
            start = len(text)
            entities.append(
                {"entity": kind, "value": value, "start": start, "end": start + len(value)}
            )
        text += plain or value
    return _featurised(message(text, entities=entities, intent="any"))


def _featurised(built: Message) -> Message:
    """Rasa's extractor looks only at messages that some featurizer has seen."""
    built.add_features(Features(np.zeros((1, 1)), "sentence", "text", "some"))
    return built


def found(extractor: ShopEntityExtractor, message: Build, text: str) -> list[tuple[str, Any]]:
    (processed,) = extractor.process([_featurised(message(text))])
    return [(entity["entity"], entity["value"]) for entity in processed.get("entities")]


def tent(name: str = "Trekking Tent") -> Product:
    return Product(
        id="P1",
        name=name,
        category="outdoor",
        aliases=[],
        description="A tent.",
        warranty_years=2,
        bulky=False,
        variants=[Variant(id="V1", options={"color": "green"}, price=Decimal(200), stock=1)],
    )


def test_a_loaded_extractor_finds_what_was_learned_and_what_has_a_form(
    extractor: ShopEntityExtractor, message: Build, catalogue_of: Callable[..., None]
) -> None:
    catalogue_of([])
    text = "my name is Anna Schmidt, order #W1234567 for 20 €, anna@example.com"
    assert found(extractor, message, text) == [
        ("name", "Anna Schmidt"),
        ("order_number", "#W1234567"),
        ("amount", "20 €"),
        ("email", "anna@example.com"),
    ]


def test_the_catalogue_decides_where_a_product_begins_and_ends(
    extractor: ShopEntityExtractor, message: Build, catalogue_of: Callable[..., None]
) -> None:
    catalogue_of([])
    text = "where is the trekking tent"
    assert ("product", "trekking tent") not in found(extractor, message, text)
    catalogue_of([tent()])
    assert found(extractor, message, text) == [("product", "trekking tent")]
    assert found(extractor, message, "the green trekking tent please") == [
        ("option", "green"),
        ("product", "trekking tent"),
    ]


def test_without_a_catalogue_the_learned_products_remain_and_one_warning_says_so(
    extractor: ShopEntityExtractor,
    message: Build,
    catalogue_of: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = "where is the tent that i ordered yesterday"
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert found(extractor, message, text) == [("product", "tent"), ("date", "yesterday")]
    assert len([r for r in caplog.records if "aisle seed" in r.message]) == 1


def test_a_number_that_is_too_short_is_no_zip_code(
    extractor: ShopEntityExtractor, message: Build, catalogue_of: Callable[..., None]
) -> None:
    catalogue_of([])
    assert found(extractor, message, "my zip is 1099") == [("zip_code", "1099")]
    assert found(extractor, message, "my zip is 10") == []
