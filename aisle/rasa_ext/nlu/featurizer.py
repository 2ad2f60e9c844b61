"""Sentence vectors for intent classification."""

import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.language.encoder import SentenceEncoder, ensure_encoder, export_model, load_original
from aisle.language.finetuning import FineTuning, fine_tune, usable_cores
from aisle.settings import NlpSettings, get_settings

_log = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Turns each text into the sentence encoder's unit vector times ``scale``.

    The encoder learns the intents for ``epochs`` epochs first, in its top ``layers`` layers
    (see `aisle.language.finetuning`); with 0 epochs it stays as it is. It goes into the
    trained model, so the model alone serves; knowledge search keeps the original.

    Rasa's logistic regression has a fixed penalty (C = 1); vectors that are s
    times as long have the effect of C = s².
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        how = FineTuning()
        return {
            **DenseFeaturizer.get_default_config(),
            "scale": 8.0,
            "epochs": how.epochs,
            "layers": how.layers,
            "learning_rate": how.learning_rate,
        }

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing beyond the types that YAML gives."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoderFeaturizer":
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceEncoderFeaturizer":
        with model_storage.read_from(resource) as folder:
            encoder = SentenceEncoder.load(Path(folder))
        return cls(config, execution_context.node_name, model_storage, resource, encoder)

    def train(self, training_data: TrainingData) -> Resource:
        nlp = get_settings().ai_services.nlp
        with self._model_storage.write_to(self._resource) as folder:
            if self._config["epochs"]:
                self._export_fine_tuned(nlp, training_data, Path(folder))
            else:
                shutil.copytree(ensure_encoder(nlp), folder, dirs_exist_ok=True)
            self._encoder = SentenceEncoder.load(Path(folder), threads=usable_cores())
        return self._resource

    def _export_fine_tuned(
        self, nlp: NlpSettings, training_data: TrainingData, folder: Path
    ) -> None:
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        how = FineTuning(
            epochs=self._config["epochs"],
            layers=self._config["layers"],
            learning_rate=self._config["learning_rate"],
        )
        _log.info("Fine-tuning the sentence encoder on %d texts", len(examples))
        model = load_original(nlp)
        fine_tune(model, [m.get(TEXT) for m in examples], [m.get(INTENT) for m in examples], how)
        export_model(model, nlp, folder)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process([m for m in training_data.training_examples if m.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        if self._encoder is None:
            raise RuntimeError("The sentence encoder was neither trained nor loaded")
        vectors = self._encoder.encode([message.get(TEXT) or "" for message in messages])
        scaled = vectors * np.float32(self._config["scale"])
        for message, vector in zip(messages, scaled, strict=True):
            sentence = vector[np.newaxis, :]
            self.add_features_to_message(None, sentence, TEXT, message)
        return messages
