"""Topics: learnt once, kept, and what they bring together."""

from pathlib import Path

import numpy as np
import pytest

from aisle.knowledge.search.topics import Topics, ensure_topics, load_topics
from aisle.language.encoder import SentenceEncoder
from aisle.language.examples import Example

EXAMPLES = [
    *(Example("cancel", text) for text in ("cancel my order", "call it off", "i don't want it")),
    *(Example("delivery", text) for text in ("where is my parcel", "when does it arrive")),
]


@pytest.fixture
def topics(tmp_path: Path, encoder: SentenceEncoder) -> Topics:
    return ensure_topics(tmp_path / "new" / "topics.npz", EXAMPLES, encoder)


def test_likelihoods_are_probabilities(topics: Topics, encoder: SentenceEncoder) -> None:
    likelihoods = topics.likelihoods(encoder.encode(["cancel it please", "arrival of my parcel"]))
    assert likelihoods.shape == (2, 2)
    assert np.allclose(likelihoods.sum(axis=1), 1)
    assert likelihoods.argmax(axis=1).tolist() == [0, 1]


def test_what_is_about_the_same_agrees_more(topics: Topics, encoder: SentenceEncoder) -> None:
    question = encoder.encode(["pls call off what i bought"])[0]
    passages = encoder.encode(["How do I cancel an order?", "When will my parcel arrive?"])
    same, other = topics.agreement(question, passages)
    assert 0 <= other < same <= 1.0001


def test_topics_are_learnt_once(tmp_path: Path, encoder: SentenceEncoder) -> None:
    path = tmp_path / "topics.npz"
    ensure_topics(path, EXAMPLES, encoder)
    before = path.stat().st_mtime_ns
    ensure_topics(path, EXAMPLES, encoder)
    assert path.stat().st_mtime_ns == before
    ensure_topics(path, EXAMPLES[1:], encoder)
    assert path.stat().st_mtime_ns != before
    assert list(tmp_path.iterdir()) == [path]


def test_topics_of_another_encoder_are_not_used(tmp_path: Path, encoder: SentenceEncoder) -> None:
    path = tmp_path / "topics.npz"
    assert load_topics(path, encoder.fingerprint) is None
    ensure_topics(path, EXAMPLES, encoder)
    assert load_topics(path, encoder.fingerprint) is not None
    assert load_topics(path, "another") is None
