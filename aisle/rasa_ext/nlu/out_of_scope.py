"""Decides what is none of the shop's business, and what was not understood."""

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.constants import PREDICTED_CONFIDENCE_KEY as CONFIDENCE
from rasa.shared.nlu.training_data.message import Message

from aisle.language.spelling import ordinary_words
from aisle.rasa_ext.nlu.patterns import EMAIL
from aisle.shop.numbers import order_number_spans

OUT_OF_SCOPE = "out_of_scope"
SURELY_OFF_TOPIC = 0.5
LONGEST_GIBBERISH = 2
"""Words."""

_ONE_LETTER = re.compile(r"(.)\1{2,}")
_UNPRONOUNCEABLE = re.compile(r"[bcdfghjklmnpqrstvwxz]{4}|^[^aeiouyäöüéèáíóú]{3,}$")
_SAYS_SOMETHING = re.compile(r"[^\W_]|[👍👎]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class OutOfScopeDetector(GraphComponent, IntentClassifier):
    """Looks twice at the classifier's first choice. Belongs after the classifier.

    Off-topic messages are too diverse to be the likeliest intent always, while shop requests
    hardly ever have a trace of ``out_of_scope``. So no shop request is assumed from the
    probability ``out_of_scope_threshold`` on: the message is off topic when that is at least
    ``SURELY_OFF_TOPIC``, else ``nlu_fallback``, as is one whose likeliest intent stays below
    ``fallback_threshold``, and one without any word. benchmarks/nlu.py measures both.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"out_of_scope_threshold": 0.1, "fallback_threshold": 0.4}

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
        text = message.get(TEXT) or ""
        first = self._first_choice(text, ranking)
        others = [intent for intent in ranking if intent is not first]
        message.set(INTENT, first, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [first, *others], add_to_output=True)

    def _first_choice(self, text: str, ranking: list[dict[str, Any]]) -> dict[str, Any]:
        not_understood = {
            INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
            CONFIDENCE: self._fallback_threshold,
        }
        if not _SAYS_SOMETHING.search(text) or _is_keyboard_noise(text):
            return not_understood
        if order_number_spans(text) or EMAIL.search(text):
            # Whoever gives an order number or an address wants something of the shop.
            ranking = [intent for intent in ranking if intent[INTENT_NAME_KEY] != OUT_OF_SCOPE]
            return ranking[0]
        off_topic = [intent for intent in ranking if intent[INTENT_NAME_KEY] == OUT_OF_SCOPE]
        if off_topic and off_topic[0][CONFIDENCE] >= self._out_of_scope_threshold:
            sure = off_topic[0][CONFIDENCE] >= SURELY_OFF_TOPIC and not _is_gibberish(text)
            return off_topic[0] if sure else not_understood
        return ranking[0] if ranking[0][CONFIDENCE] >= self._fallback_threshold else not_understood


def _is_gibberish(text: str) -> bool:
    words = _words(text)
    return len(words) <= LONGEST_GIBBERISH and not any(word in ordinary_words() for word in words)


def _is_keyboard_noise(text: str) -> bool:
    words = _words(text)
    if words and all(_ONE_LETTER.fullmatch(word) for word in words):
        return True
    noise = all(_UNPRONOUNCEABLE.search(word) for word in words)
    return bool(words) and noise and _is_gibberish(text)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
