"""Makes a customer's raw text fit for understanding."""

import html
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.language.cleaning import clean

LONGEST_TEXT = 1_000
"""Characters that are read; the stored message keeps all of them."""

_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{3,}")
_REPEATED_PHRASE = re.compile(r"(.{8,100}?)\1{2,}")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MessageGuard(GraphComponent):
    """Takes away what a customer's text must not do. Belongs first in the pipeline.

    Rasa reads a text that begins with "/" as an intent with slots, without any
    understanding in between; a customer could set what the bot believes. Without
    its slash such a text is understood like any other.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MessageGuard":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(TEXT, readable(message.get(TEXT) or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


def readable(text: str) -> str:
    """Return the text without leading slashes, mark-up, repetition and what is too long."""
    plain = html.unescape(_TAG.sub(" ", clean(text[: LONGEST_TEXT * 2])))
    plain = _REPEATED_PHRASE.sub(r"\1", _REPEATED_LETTER.sub(r"\1\1\1", plain))
    return plain.strip().lstrip("/").strip()[:LONGEST_TEXT]
