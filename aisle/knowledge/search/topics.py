"""What a text is about, in the intents that the assistant's NLU is trained on.

A customer's situation and the article that helps often share no words ("i bought the wrong
thing, pls call it off"), while the examples of an intent know both ways to say it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aisle.language.encoder import SentenceEncoder, Vectors
from aisle.language.examples import Example

_REGULARISATION = 10.0
_TRAINED_AT_ONCE = 256


class Topics:
    """A linear classifier of sentence vectors."""

    def __init__(self, weights: Vectors, bias: Vectors) -> None:
        self._weights = weights  # (topics, dimension)
        self._bias = bias

    def likelihoods(self, vectors: Vectors) -> Vectors:
        """Return the probability of each topic for each vector; shape (vectors, topics)."""
        logits = vectors @ self._weights.T + self._bias
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Vectors = exponentials / exponentials.sum(axis=1, keepdims=True)
        return probabilities

    def agreement(self, question: Vectors, passages: Vectors) -> Vectors:
        """Return how alike in topic each passage is to a question, from 0 to 1.

        It is the Bhattacharyya coefficient of their probabilities; shape (passages,).
        """
        asked = np.sqrt(self.likelihoods(question[np.newaxis, :]))[0]
        alike: Vectors = np.sqrt(self.likelihoods(passages)) @ asked
        return alike


def topics_path(index_path: Path) -> Path:
    """Return where the topics for an index are kept."""
    return index_path.with_suffix(".topics.npz")


def load_topics(path: Path, fingerprint: str) -> Topics | None:
    """Return the topics learnt with the encoder of this fingerprint; None if there are none."""
    try:
        with np.load(path) as stored:
            if str(stored["encoder"]) != fingerprint:
                return None
            return Topics(stored["weights"], stored["bias"])
    except FileNotFoundError:
        return None


def ensure_topics(path: Path, examples: Sequence[Example], encoder: SentenceEncoder) -> Topics:
    """Learn the topics from examples unless that was done already; takes seconds."""
    digest = _digest(examples, encoder)
    if path.is_file():
        with np.load(path) as stored:
            if str(stored["examples"]) == digest:
                return Topics(stored["weights"], stored["bias"])
    weights, bias = _learn(examples, encoder)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez(new, encoder=encoder.fingerprint, examples=digest, weights=weights, bias=bias)
    os.replace(new, path)
    return Topics(weights, bias)


def _learn(
    examples: Sequence[Example], encoder: SentenceEncoder
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    from sklearn.linear_model import LogisticRegression

    texts = [example.text for example in examples]
    vectors = np.vstack(
        [
            encoder.encode(texts[start : start + _TRAINED_AT_ONCE])
            for start in range(0, len(texts), _TRAINED_AT_ONCE)
        ]
    )
    classifier = LogisticRegression(C=_REGULARISATION, max_iter=300)
    classifier.fit(vectors, [example.intent for example in examples])
    weights, bias = classifier.coef_, classifier.intercept_
    if len(weights) == 1:  # of two topics only the second has weights
        weights, bias = np.vstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _digest(examples: Sequence[Example], encoder: SentenceEncoder) -> str:
    said = [[example.intent, example.text] for example in examples]
    return hashlib.sha256(json.dumps([encoder.fingerprint, said]).encode()).hexdigest()
