"""Sentence vectors for intent classification."""

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
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.language.encoder import SentenceEncoder, ensure_encoder
from aisle.settings import get_settings


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Turns each text into the sentence encoder's unit vector times ``scale``.

    The exported encoder goes into the trained model, so the model alone serves.
    Rasa's logistic regression has a fixed penalty (C = 1); vectors that are s
    times as long have the effect of C = s².
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "scale": 6.0}

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
        exported = ensure_encoder(get_settings().ai_services.nlp)
        with self._model_storage.write_to(self._resource) as folder:
            shutil.copytree(exported, folder, dirs_exist_ok=True)
        self._encoder = SentenceEncoder.load(exported)
        return self._resource

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
