"""Off-topic and unclear messages are not answered as if they were requests."""

import pytest
from rasa.shared.nlu.training_data.message import Message

from aisle.rasa_ext.nlu.out_of_scope import OutOfScopeDetector

DETECTOR = OutOfScopeDetector({"out_of_scope_threshold": 0.1, "fallback_threshold": 0.4})


def decide(text: str = "where can i see the shop", **probabilities: float) -> Message:
    ranking = [{"name": name, "confidence": value} for name, value in probabilities.items()]
    message = Message({"text": text, "intent": ranking[0], "intent_ranking": ranking})
    (decided,) = DETECTOR.process([message])
    return decided


@pytest.mark.parametrize(
    ("probabilities", "intent"),
    [
        ({"track_order": 0.9, "out_of_scope": 0.05}, "track_order"),
        ({"track_order": 0.4, "track_refund": 0.3}, "track_order"),
        ({"track_order": 0.8, "out_of_scope": 0.1}, "nlu_fallback"),
        ({"out_of_scope": 0.8, "track_order": 0.1}, "out_of_scope"),
        ({"track_order": 0.39, "track_refund": 0.35, "out_of_scope": 0.09}, "nlu_fallback"),
    ],
)
def test_the_intent_after_the_second_look(probabilities: dict[str, float], intent: str) -> None:
    assert decide(**probabilities).get("intent")["name"] == intent


def test_the_ranking_begins_with_the_decision_and_keeps_the_others_once() -> None:
    names = [intent["name"] for intent in decide(greet=0.2, out_of_scope=0.7).get("intent_ranking")]
    assert names == ["out_of_scope", "greet"]
    names = [intent["name"] for intent in decide(greet=0.3, thank=0.2).get("intent_ranking")]
    assert names == ["nlu_fallback", "greet", "thank"]


@pytest.mark.parametrize("text", ["", "???", "😂😂", "asdfgh jkl", "aaa"])
def test_a_message_without_a_word_is_not_understood(text: str) -> None:
    assert decide(text, greet=0.9).get("intent")["name"] == "nlu_fallback"


@pytest.mark.parametrize("text", ["what about #W1234567", "it is anna@example.com"])
def test_whoever_gives_an_order_number_or_an_address_means_the_shop(text: str) -> None:
    assert decide(text, out_of_scope=0.9, inform=0.1).get("intent")["name"] == "inform"


def test_a_message_without_an_intent_stays_as_it_is() -> None:
    (message,) = DETECTOR.process([Message({"text": "hello"})])
    assert message.get("intent") is None
