"""The encoder learns the intents and is served from the model alone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aisle.language.finetuning import CannotFineTune
from aisle.rasa_ext.nlu.featurizer import SentenceEncoderFeaturizer

TEXTS = {
    "track_order": ["where is my parcel", "track my order", "when will it come", "still waiting"],
    "get_refund": ["i want my money back", "refund please", "pay me back", "return my money"],
    "greet": ["hello", "hi there", "good morning", "hey"],
}
RESOURCE = Resource("encoder")

LOAD_ALONE = """
import pathlib, sys
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from aisle.rasa_ext.nlu.featurizer import SentenceEncoderFeaturizer

featurizer = SentenceEncoderFeaturizer.load(
    SentenceEncoderFeaturizer.get_default_config(),
    LocalModelStorage(pathlib.Path(sys.argv[1])),
    Resource("encoder"),
    ExecutionContext(GraphSchema({}), node_name="encoder"),
)
(message,) = featurizer.process([Message({"text": "hello"})])
_, sentence = message.get_dense_features("text")
print(sentence.features.shape)
training = {"torch", "transformers", "sentence_transformers", "onnx"}
sys.exit(", ".join(sorted(training & set(sys.modules))) or 0)
"""


def data() -> TrainingData:
    return TrainingData(
        [Message({"text": t, "intent": name}) for name, texts in TEXTS.items() for t in texts]
    )


@pytest.fixture
def create(
    storage: LocalModelStorage, context: ExecutionContext
) -> Callable[..., SentenceEncoderFeaturizer]:
    def build(**config: Any) -> SentenceEncoderFeaturizer:
        config = {**SentenceEncoderFeaturizer.get_default_config(), **config}
        return SentenceEncoderFeaturizer.create(config, storage, RESOURCE, context)

    return build


def vectors(featurizer: SentenceEncoderFeaturizer) -> np.ndarray:
    messages = [Message({"text": text}) for texts in TEXTS.values() for text in texts]
    for message in messages:  # one by one: the vectors of a batch depend on each other a little
        featurizer.process([message])
    return np.vstack([m.get_dense_features("text")[1].features for m in messages])


def spread(found: np.ndarray) -> float:
    """Cosine with texts of the same intent minus cosine with all others."""
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    intents = np.repeat(np.arange(len(TEXTS)), [len(texts) for texts in TEXTS.values()])
    same = intents[:, None] == intents[None, :]
    return float((unit @ unit.T)[same].mean() - (unit @ unit.T)[~same].mean())


def test_training_brings_texts_of_an_intent_closer_and_the_model_keeps_it(
    create: Callable[..., SentenceEncoderFeaturizer],
    storage: LocalModelStorage,
    context: ExecutionContext,
    tmp_path: Path,
) -> None:
    frozen = create(epochs=0, scale=1.0)
    frozen.train(data())
    before = spread(vectors(frozen))
    tuned = create(epochs=3, layers=1, scale=2.0)
    tuned.train(data())
    found = vectors(tuned)
    assert spread(found) > before + 0.02
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 2.0, rtol=1e-5)

    config = {**SentenceEncoderFeaturizer.get_default_config(), "scale": 2.0}
    loaded = SentenceEncoderFeaturizer.load(config, storage, RESOURCE, context)
    assert (vectors(loaded) * found).sum(axis=1).min() > 4 * 0.999

    serve = [sys.executable, "-W", "ignore", "-c", LOAD_ALONE, str(tmp_path / "storage")]
    run = subprocess.run(serve, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "(1, 384)"


def test_one_intent_alone_cannot_be_learned(
    create: Callable[..., SentenceEncoderFeaturizer],
) -> None:
    with pytest.raises(CannotFineTune, match="two intents"):
        create(epochs=1).train(TrainingData([Message({"text": "hi", "intent": "greet"})]))


def test_an_untrained_featurizer_says_so(create: Callable[..., SentenceEncoderFeaturizer]) -> None:
    with pytest.raises(RuntimeError, match="neither trained nor loaded"):
        create().process([Message({"text": "hi"})])
