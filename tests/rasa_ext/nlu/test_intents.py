"""The intent classifier answers alike before and after it was stored."""

from collections.abc import Callable

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.rasa_ext.nlu.intents import ShopIntentClassifier

RESOURCE = Resource("intents")


def featurised(built: Message, *vector: float) -> Message:
    built.add_features(Features(np.array([vector]), "sentence", "text", "some"))
    return built


@pytest.mark.parametrize("intents", [["greet", "thank"], ["greet", "thank", "deny"]])
def test_a_loaded_classifier_gives_the_same_ranking(
    intents: list[str],
    storage: LocalModelStorage,
    context: ExecutionContext,
    message: Callable[..., Message],
) -> None:
    config = ShopIntentClassifier.get_default_config()
    trained = ShopIntentClassifier.create(config, storage, RESOURCE, context)
    places = np.eye(3) * 4
    trained.train(
        TrainingData(
            [
                featurised(message("some text", intent=intent), *places[number])
                for number, intent in enumerate(intents)
                for _ in range(3)
            ]
        )
    )
    (expected,) = trained.process([featurised(message("hello"), 0.0, 3.0, 0.5)])
    loaded = ShopIntentClassifier.load(config, storage, RESOURCE, context)
    (found,) = loaded.process([featurised(message("hello"), 0.0, 3.0, 0.5)])
    assert found.get("intent")["name"] == "thank"
    assert found.get("intent_ranking") == expected.get("intent_ranking")
    assert sum(intent["confidence"] for intent in found.get("intent_ranking")) == pytest.approx(1)
