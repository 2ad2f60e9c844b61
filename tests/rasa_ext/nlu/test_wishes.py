"""Several wishes in one message are understood one by one, by Rasa itself."""

import asyncio
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.model_training import train_nlu
from rasa.nlu.test import get_eval_data
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.rasa_ext.nlu.wishes import WishCollector, WishSplitter

CONFIG = """
recipe: default.v1
language: en
assistant_id: test
pipeline:
  - name: aisle.rasa_ext.nlu.guard.MessageGuard
  - name: aisle.rasa_ext.nlu.wishes.WishSplitter
  - name: WhitespaceTokenizer
  - name: KeywordIntentClassifier
  - name: RegexEntityExtractor
  - name: aisle.rasa_ext.nlu.wishes.WishCollector
"""
EXAMPLES = """
version: "3.1"
nlu:
  - intent: cancel_order
    examples: |
      - cancel
      - call off the [tent](product)
  - intent: track_refund
    examples: |
      - refund
      - money back for the [jacket](product)
  - lookup: product
    examples: |
      - tent
      - jacket
"""
STACKED = "cancel the tent and tell me when the refund for my jacket comes"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    folder = tmp_path_factory.mktemp("model")
    (folder / "config.yml").write_text(CONFIG)
    (folder / "nlu.yml").write_text(EXAMPLES)
    model = train_nlu(
        config=str(folder / "config.yml"), nlu_data=str(folder / "nlu.yml"), output=str(folder)
    )
    assert model is not None
    return Agent.load(model, domain=Domain.empty())


def parsed(agent: Agent, text: str) -> dict[str, Any]:
    return dict(asyncio.run(agent.parse_message(text)))


def test_each_wish_has_its_intent_and_entities_at_their_place_in_the_message(agent: Agent) -> None:
    found = parsed(agent, STACKED)
    assert found["text"] == STACKED
    first, second = found["wishes"]
    assert first["text"] == "cancel the tent"
    assert first["intent"] == {"name": "cancel_order", "confidence": 1.0}
    assert second["intent"]["name"] == "track_refund"
    for wish, product in ((first, "tent"), (second, "jacket")):
        assert STACKED[wish["start"] : wish["end"]] == wish["text"]
        (entity,) = wish["entities"]
        assert entity["value"] == product
        assert STACKED[entity["start"] : entity["end"]] == product
    assert [entity["value"] for entity in found["entities"]] == ["tent", "jacket"]


def test_a_message_of_one_wish_has_none_of_its_own(agent: Agent) -> None:
    found = parsed(agent, "cancel the tent and the jacket")
    assert found["wishes"] == []
    assert found["intent"]["name"] == "cancel_order"


def test_an_evaluation_counts_messages_and_not_clauses(agent: Agent) -> None:
    messages = [
        Message.build(STACKED, intent="cancel_order"),
        Message.build("refund", intent="track_refund"),
    ]
    assert isinstance(agent.processor, MessageProcessor)
    intents, _, _ = asyncio.run(get_eval_data(agent.processor, TrainingData(messages)))
    assert [result.message for result in intents] == [STACKED, "refund"]


def test_messages_in_one_batch_keep_their_own_wishes() -> None:
    batch = [Message({"text": "hello"}), Message({"text": STACKED}), Message({})]
    split = WishSplitter().process(batch)
    assert len(split) == 5
    assert WishCollector().process(split) == batch
    assert [len(message.get("wishes")) for message in batch] == [0, 2, 0]


def test_training_texts_stay_whole() -> None:
    data = TrainingData([Message.build(STACKED, intent="cancel_order")])
    assert WishSplitter().process_training_data(data).training_examples == data.training_examples
