"""Measures a trained model's understanding on the held-out texts.

    .venv/bin/python benchmarks/nlu.py [models/aisle.tar.gz]

Reads tests/nlu. In-scope figures count a message that becomes out_of_scope or nlu_fallback
as lost; out-of-scope recall counts both as found. Products come from the configured
database: `aisle db upgrade && aisle seed` first.
"""

import asyncio
import logging
import sys
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import structlog
from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data
from sklearn.metrics import roc_auc_score

from aisle.settings import PROJECT_ROOT

HELD_OUT = PROJECT_ROOT / "tests" / "nlu"
NOT_ANSWERED = {"out_of_scope", "nlu_fallback"}
THRESHOLDS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass
class Parsed:
    """A held-out text, what it means and what the model made of it."""

    text: str
    intent: str
    entities: set[tuple[str, int, int]]
    found: dict[str, Any]

    @property
    def predicted(self) -> str:
        return self.found["intent"]["name"]

    @property
    def ranking(self) -> dict[str, float]:
        """Probabilities before the out-of-scope decision."""
        ranked = self.found["intent_ranking"]
        return {r["name"]: r["confidence"] for r in ranked if r["name"] != "nlu_fallback"}

    @property
    def off_topic(self) -> float:
        return self.ranking.get("out_of_scope", 0.0)

    @property
    def likeliest(self) -> str:
        return max(self.ranking, key=lambda name: self.ranking[name])


async def main(model: Path) -> None:
    agent = Agent.load(str(model))
    began = perf_counter()
    labelled = await _parse(agent, HELD_OUT / "test_nlu.yml")
    milliseconds = (perf_counter() - began) * 1000 / len(labelled)
    others = await _parse(agent, HELD_OUT / "out_of_scope.yml")
    changes = await _parse(agent, HELD_OUT / "changes.yml")
    inside = [item for item in labelled if item.intent != "out_of_scope"]
    outside = [item for item in labelled if item.intent == "out_of_scope"] + others
    _report_intents(labelled, inside, milliseconds)
    _report_changes(changes)
    _report_out_of_scope(inside, outside)
    _report_entities(labelled)


async def _parse(agent: Agent, file: Path) -> list[Parsed]:
    return [
        Parsed(
            example.get("text"),
            example.get("intent"),
            {_span(entity) for entity in example.get("entities", [])},
            dict(await agent.parse_message(example.get("text"))),
        )
        for example in load_data(str(file)).intent_examples
    ]


def _report_intents(labelled: list[Parsed], inside: list[Parsed], milliseconds: float) -> None:
    answered = np.mean([item.predicted == item.intent for item in inside])
    likeliest = np.mean([item.likeliest == item.intent for item in inside])
    everything = np.mean([item.predicted == item.intent for item in labelled])
    print(
        f"intents, {len(labelled)} texts: accuracy {everything:.3f}, {milliseconds:.1f} ms a text"
    )
    print(
        f"in scope, {len(inside)} texts: accuracy {answered:.3f}, "
        f"without the out-of-scope decision {likeliest:.3f}"
    )


def _report_changes(changes: list[Parsed]) -> None:
    right = np.mean([item.predicted == item.intent for item in changes])
    no_yes = [item for item in changes if item.intent != "affirm"]
    taken_for_yes = sum(item.predicted == "affirm" for item in no_yes)
    print(
        f"while an order is changed, {len(changes)} texts: accuracy {right:.3f}, "
        f"{taken_for_yes} of {len(no_yes)} taken for a yes"
    )


def _report_out_of_scope(inside: list[Parsed], outside: list[Parsed]) -> None:
    kinds = Counter(item.predicted for item in outside if item.predicted in NOT_ANSWERED)
    recall = sum(kinds.values()) / len(outside)
    off_topic = [item.off_topic for item in (*outside, *inside)]
    auroc = roc_auc_score([1] * len(outside) + [0] * len(inside), off_topic)
    print(f"out of scope, {len(outside)} texts: recall {recall:.3f} {dict(kinds)}")
    print(f"AUROC of the probability of out_of_scope: {auroc:.3f}")
    right = [item for item in inside if item.likeliest == item.intent]
    for threshold in THRESHOLDS:
        found = np.mean([item.off_topic >= threshold for item in outside])
        lost = sum(item.off_topic >= threshold for item in right) / len(inside)
        unsure = [max(item.ranking.values()) < threshold for item in inside]
        wrong = [item.likeliest != item.intent for item in inside]
        misled = np.mean([u for u, w in zip(unsure, wrong, strict=True) if w])
        unsure_right = sum(u and not w for u, w in zip(unsure, wrong, strict=True)) / len(inside)
        print(
            f"  at {threshold:.2f}: out_of_scope finds {found:.3f}, loses {lost:.3f}; "
            f"fallback catches {misled:.3f} of the mistakes, loses {unsure_right:.3f}"
        )


def _report_entities(labelled: list[Parsed]) -> None:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for item in labelled:
        found = {_span(entity) for entity in item.found["entities"]}
        right.update(kind for kind, *_ in found & item.entities)
        wrong.update(kind for kind, *_ in found ^ item.entities)
    for kind in sorted(right | wrong):
        print(f"  {kind:13} F1 {_f1(right[kind], wrong[kind]):.3f}")
    print(f"entities, whole spans: F1 {_f1(right.total(), wrong.total()):.3f}")


def _span(entity: dict[str, Any]) -> tuple[str, int, int]:
    return entity["entity"], entity["start"], entity["end"]


def _f1(right: int, wrong: int) -> float:
    return 2 * right / (2 * right + wrong)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = sys.argv[1] if len(sys.argv) > 1 else PROJECT_ROOT / "models" / "aisle.tar.gz"
    asyncio.run(main(Path(chosen)))
