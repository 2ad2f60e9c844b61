"""Decides what is none of the shop's business, and what was not understood."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY
from rasa.shared.nlu.constants import PREDICTED_CONFIDENCE_KEY as CONFIDENCE
from rasa.shared.nlu.training_data.message import Message

OUT_OF_SCOPE = "out_of_scope"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OutOfScopeDetector(GraphComponent, IntentClassifier):
    """Looks twice at the classifier's first choice. Belongs after the classifier.

    Off-topic messages are too diverse to be the likeliest intent always, while shop requests
    hardly ever have a trace of ``out_of_scope``. So it wins from the probability
    ``out_of_scope_threshold`` on, whatever is likelier. A message whose likeliest intent
    stays below ``fallback_threshold`` becomes ``nlu_fallback``: about the shop, but not
    understood. benchmarks/nlu.py measures both.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"out_of_scope_threshold": 0.1, "fallback_threshold": 0.3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "OutOfScopeDetector":
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        self._out_of_scope_threshold = config["out_of_scope_threshold"]
        self._fallback_threshold = config["fallback_threshold"]

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            if ranking:
                self._review(message, ranking)
        return messages

    def _review(self, message: Message, ranking: list[dict[str, Any]]) -> None:
        off_topic = [intent for intent in ranking if intent[INTENT_NAME_KEY] == OUT_OF_SCOPE]
        if off_topic and off_topic[0][CONFIDENCE] >= self._out_of_scope_threshold:
            first = off_topic[0]
        elif ranking[0][CONFIDENCE] < self._fallback_threshold:
            first = {
                INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
                CONFIDENCE: self._fallback_threshold,
            }
        else:
            return
        others = [intent for intent in ranking if intent is not first]
        message.set(INTENT, first, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [first, *others], add_to_output=True)
