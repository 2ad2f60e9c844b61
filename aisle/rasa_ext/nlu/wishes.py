"""Understands each of several wishes in one message.

Rasa gives a message one intent. Its components, however, take a list of messages, and only the
first of the result is used; so clauses can go through understanding behind their message.
"""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.constants import PREDICTED_CONFIDENCE_KEY as CONFIDENCE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.rasa_ext.nlu.clauses import clauses

WISHES = "wishes"
_CLAUSE_OF = "clause_of"
_OFFSET = "clause_offset"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class WishSplitter(GraphComponent):
    """Appends the clauses of messages that hold several wishes. Belongs after the guard."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WishSplitter":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        return messages + [
            Message({TEXT: text[start:end], _CLAUSE_OF: place, _OFFSET: start})
            for place, text in enumerate(message.get(TEXT) or "" for message in messages)
            for start, end in clauses(text)
        ]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


# Rasa has no type of its own for this; classifiers run at prediction only.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class WishCollector(GraphComponent):
    """Moves what was understood of the clauses into ``wishes`` of their message.

    Belongs after everything that finds intents and entities. ``wishes`` lists the clauses in
    order and is empty where the message is one wish. Each has ``text``, ``start`` and ``end``,
    ``intent`` (``name`` and ``confidence``) and ``entities`` as a message has them; all positions
    count from the beginning of the message.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WishCollector":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        whole = [message for message in messages if message.get(_CLAUSE_OF) is None]
        wishes: list[list[dict[str, Any]]] = [[] for _ in whole]
        for message in messages:
            place = message.get(_CLAUSE_OF)
            if place is not None:
                wishes[place].append(_wish(message))
        for message, found in zip(whole, wishes, strict=True):
            message.set(WISHES, found, add_to_output=True)
        return whole


def _wish(clause: Message) -> dict[str, Any]:
    text, offset = clause.get(TEXT), clause.get(_OFFSET)
    intent = clause.get(INTENT) or {}
    return {
        "text": text,
        "start": offset,
        "end": offset + len(text),
        "intent": {
            INTENT_NAME_KEY: intent.get(INTENT_NAME_KEY),
            CONFIDENCE: intent.get(CONFIDENCE, 0.0),
        },
        ENTITIES: [
            {**entity, "start": entity["start"] + offset, "end": entity["end"] + offset}
            for entity in clause.get(ENTITIES) or []
        ],
    }
