"""Fine-tunes the sentence encoder on labelled texts; needs the training extras.

Each label has a prototype vector. Cross-entropy over the cosines of a text with all
prototypes draws texts of one label together. Only the top layers of the transformer
learn: the states below them are computed once, which makes an epoch several times
cheaper and leaves the encoder's general knowledge in place.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

LAYERED_LIKE_BERT = frozenset({"bert", "roberta", "xlm-roberta", "camembert"})
SORTED_BATCHES = 8

_log = logging.getLogger(__name__)


class CannotFineTune(Exception):
    """The encoder or the data is of a kind that cannot be fine-tuned."""


@dataclass(frozen=True)
class FineTuning:
    """How to fine-tune. The same values, texts and machine give the same encoder.

    ``layers`` counts from the top. The learning rate is the encoder's; prototypes, which
    start at the mean of their texts, learn ten times as fast.
    """

    epochs: int = 3
    layers: int = 2
    learning_rate: float = 2e-4
    temperature: float = 0.05
    batch_size: int = 64
    longest: int = 64
    label_smoothing: float = 0.0
    dropout: bool = False
    seed: int = 0


@dataclass(frozen=True)
class _State:
    """What the frozen layers make of one text."""

    hidden: "torch.Tensor"  # (tokens, width)
    label: int

    def __len__(self) -> int:
        return len(self.hidden)


def fine_tune(
    model: "SentenceTransformer", texts: Sequence[str], labels: Sequence[str], how: FineTuning
) -> None:
    """Change ``model`` so that texts of one label come close together.

    Raises:
        CannotFineTune: there are fewer than two labels, or the model is built unlike BERT.
    """
    import torch

    names = sorted(set(labels))
    if len(names) < 2:
        raise CannotFineTune(f"Fine-tuning needs two intents or more, found {len(names)}")
    kind = getattr(model[0].auto_model.config, "model_type", None)
    if kind not in LAYERED_LIKE_BERT:
        raise CannotFineTune(f"A model of type {kind} cannot be fine-tuned; set epochs to 0")
    torch.set_num_threads(usable_cores())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(how.seed)
        tuner = _Tuner(model, how)
        tuner.fit(texts, [names.index(label) for label in labels])


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Tuner:
    def __init__(self, model: "SentenceTransformer", how: FineTuning) -> None:
        self._tokenizer = model.tokenizer
        self._transformer = model[0].auto_model
        self._pooling = list(model)[1:]
        self._how = how
        layers = list(self._transformer.encoder.layer)
        self._frozen, self._tuned = layers[: -how.layers], layers[-how.layers :]
        self._half_precision = _has_fast_bfloat16()

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        import torch

        how = self._how
        began = monotonic()
        states = self._states_below(texts, labels)
        prototypes = self._first_prototypes(states)
        weights = [weight for layer in self._tuned for weight in layer.parameters()]
        optimizer = torch.optim.AdamW(
            [
                {"params": weights, "lr": how.learning_rate},
                {"params": [prototypes], "lr": how.learning_rate * 10},
            ],
            weight_decay=0.01,
            fused=True,
        )
        steps = how.epochs * -(-len(states) // how.batch_size)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _warm_up_and_decay(steps))
        shuffle = np.random.default_rng(how.seed)
        self._transformer.train(how.dropout)
        for epoch in range(how.epochs):
            losses = []
            for batch in self._batches(states, shuffle):
                with self._precision():
                    cosines = self._vectors(batch) @ _unit(prototypes).T
                loss = torch.nn.functional.cross_entropy(
                    cosines.float() / how.temperature,
                    torch.tensor([state.label for state in batch]),
                    label_smoothing=how.label_smoothing,
                )
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_([*weights, prototypes], 1.0)
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            _log.info(
                "Fine-tuning the sentence encoder: epoch %d of %d, loss %.2f, %.0f s",
                *(epoch + 1, how.epochs, np.mean(losses), monotonic() - began),
            )
        self._transformer.eval()

    def _states_below(self, texts: Sequence[str], labels: Sequence[int]) -> list[_State]:
        import torch

        tokens = [
            self._tokenizer(text, truncation=True, max_length=self._how.longest)["input_ids"]
            for text in texts
        ]
        by_length = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        states: dict[int, _State] = {}
        self._transformer.eval()
        with torch.inference_mode(), self._precision():
            for start in range(0, len(by_length), self._how.batch_size):
                batch = by_length[start : start + self._how.batch_size]
                ids, mask = _padded([torch.tensor(tokens[index]) for index in batch])
                hidden = self._through(self._frozen, self._transformer.embeddings(ids), mask)
                for row, index in enumerate(batch):
                    kept = hidden[row, : len(tokens[index])].float().clone()
                    states[index] = _State(kept, labels[index])
        return [states[index] for index in range(len(tokens))]

    def _first_prototypes(self, states: list[_State]) -> "torch.nn.Parameter":
        import torch

        by_length = sorted(states, key=len)
        sums = torch.zeros(max(state.label for state in states) + 1, 0)
        with torch.no_grad(), self._precision():
            for start in range(0, len(states), self._how.batch_size):
                batch = by_length[start : start + self._how.batch_size]
                vectors = self._vectors(batch).float()
                if not sums.shape[1]:
                    sums = torch.zeros(len(sums), vectors.shape[1])
                sums.index_add_(0, torch.tensor([state.label for state in batch]), vectors)
        return torch.nn.Parameter(_unit(sums))

    def _batches(
        self, states: list[_State], shuffle: np.random.Generator
    ) -> Iterator[list[_State]]:
        """Give all states once, in random batches of about the same length each."""
        size = self._how.batch_size
        order = [states[index] for index in shuffle.permutation(len(states))]
        batches = []
        for start in range(0, len(order), size * SORTED_BATCHES):
            some = sorted(order[start : start + size * SORTED_BATCHES], key=len)
            batches += [some[first : first + size] for first in range(0, len(some), size)]
        return (batches[index] for index in shuffle.permutation(len(batches)))

    def _vectors(self, batch: list[_State]) -> "torch.Tensor":
        hidden, mask = _padded([state.hidden for state in batch])
        features = {
            "token_embeddings": self._through(self._tuned, hidden, mask),
            "attention_mask": mask,
        }
        for module in self._pooling:
            features = module(features)
        return _unit(features["sentence_embedding"])

    def _through(
        self, layers: Sequence["torch.nn.Module"], hidden: "torch.Tensor", mask: "torch.Tensor"
    ) -> "torch.Tensor":
        away_from_padding = (1.0 - mask.float())[:, None, None, :] * -1e9
        for layer in layers:
            hidden = layer(hidden, away_from_padding)
        return hidden

    def _precision(self) -> "torch.autocast":
        import torch

        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._half_precision)


def _padded(rows: Sequence["torch.Tensor"]) -> tuple["torch.Tensor", "torch.Tensor"]:
    import torch

    mask = [torch.ones(len(row), dtype=torch.long) for row in rows]
    pad = torch.nn.utils.rnn.pad_sequence
    return pad(list(rows), batch_first=True), pad(mask, batch_first=True)


def _unit(vectors: "torch.Tensor") -> "torch.Tensor":
    import torch

    return torch.nn.functional.normalize(vectors, dim=1)


def _warm_up_and_decay(steps: int) -> Callable[[int], float]:
    warm_up = max(1, steps // 10)
    return lambda step: min((step + 1) / warm_up, (steps - step) / max(1, steps - warm_up))


def _has_fast_bfloat16() -> bool:
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())
