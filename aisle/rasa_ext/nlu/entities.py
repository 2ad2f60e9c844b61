"""Finds order numbers, products, names and the like in a message."""

import logging
import re
import shutil
from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from rasa.shared.nlu.constants import ENTITY_ATTRIBUTE_TYPE, TEXT
from rasa.shared.nlu.training_data.message import Message
from sqlalchemy.exc import DBAPIError

from aisle.rasa_ext.nlu.patterns import Entity, catalogue_entities, pattern_entities

MODEL_FILE = "entities.crfsuite"

_ZIP_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9 -]{4,10}")
_log = logging.getLogger(__name__)


class _Tagger:
    """A trained conditional random field, read from its own binary format."""

    def __init__(self, model: bytes) -> None:
        self._model = model  # the tagger reads from this memory but does not hold it
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._model)

    def predict_marginals_single(self, features: list[Any]) -> list[dict[str, float]]:
        self._tagger.set(features)
        labels = self._tagger.labels()
        return [
            {label: self._tagger.marginal(label, position) for label in labels}
            for position in range(len(features))
        ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ShopEntityExtractor(CRFEntityExtractor):
    """Rules and the shop's catalogue first, a conditional random field for the rest.

    What has a fixed form (order number, e-mail, amount) is found by
    pattern. Products and options come from the shop's database at run time, so a
    new catalogue needs no training. The field finds names, dates, ZIP codes, and products
    that the catalogue does not have.

    Rasa's extractor trains its field anew whenever a model is loaded; this one
    keeps the trained field in the model.
    """

    _warned = False

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            certain = pattern_entities(text) + self._catalogue_entities(text)
            likely = [entity for entity in self.extract_entities(message) if _is_possible(entity)]
            found = _without_overlaps(certain + likely)
            found.sort(key=lambda entity: int(entity["start"]))
            message.set("entities", self.add_extractor_name(found), add_to_output=True)
        return messages

    def _catalogue_entities(self, text: str) -> list[Entity]:
        try:
            found = catalogue_entities(text)
        except DBAPIError:
            self._warn_once()
            return []
        return found

    def _warn_once(self) -> None:
        if not self._warned:
            _log.warning(
                "The shop's catalogue cannot be read, so products are found only as the training "
                "data has them; for the demo shop run `aisle db upgrade` and `aisle seed`"
            )
            self._warned = True

    def persist(self, dataset: list[Any]) -> None:
        field = self.entity_taggers[ENTITY_ATTRIBUTE_TYPE]
        with self._model_storage.write_to(self._resource) as folder:
            shutil.copyfile(field.modelfile.name, folder / MODEL_FILE)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ShopEntityExtractor":
        with model_storage.read_from(resource) as folder:
            tagger = _Tagger((folder / MODEL_FILE).read_bytes())
        extractor = cls(config, model_storage, resource, {ENTITY_ATTRIBUTE_TYPE: tagger})
        extractor.crf_order = [ENTITY_ATTRIBUTE_TYPE]
        return extractor


def _is_possible(entity: Entity) -> bool:
    return entity["entity"] != "zip_code" or _ZIP_CODE.fullmatch(entity["value"]) is not None


def _without_overlaps(entities: list[Entity]) -> list[Entity]:
    """Keep the earlier of two entities in the list that share a character."""
    kept: list[Entity] = []
    for entity in entities:
        if all(
            entity["end"] <= other["start"] or other["end"] <= entity["start"] for other in kept
        ):
            kept.append(entity)
    return kept
