"""How the customer feels, on every message."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from aisle.language.sentiment import sentiment


# Rasa has no type of its own for this; classifiers run at prediction only.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SentimentAnalyzer(GraphComponent):
    """Adds ``sentiment``, -1 (upset) to 1 (delighted), to what is known of a message."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentimentAnalyzer":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set("sentiment", sentiment(message.get(TEXT) or ""), add_to_output=True)
        return messages
