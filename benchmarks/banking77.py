"""The intent part of config.yml's pipeline on BANKING77 (Casanueva et al., 2020).

    AISLE_TEST_DATA=../shared/data .venv/bin/python benchmarks/banking77.py [10 | full]

Trains with 10 examples an intent and with all, through Rasa, and prints the accuracy on
the data set's own 3,080 test texts. Published for the full set: 93.7 (BERT).
"""

import asyncio
import csv
import logging
import os
import random
import sys
import tempfile
import warnings
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import structlog
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu

from aisle.settings import PROJECT_ROOT

INTENT_PART = ("WhitespaceTokenizer", "Featurizer", "IntentClassifier")
SEED = 0
Example = tuple[str, str]


def main(sizes: list[str]) -> None:
    folder = Path(os.environ.get("AISLE_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    training, test = (_read(folder / "banking77" / f"{part}.csv") for part in ("train", "test"))
    for size in sizes:
        chosen = training if size == "full" else _some_of_each(training, int(size))
        began = perf_counter()
        with tempfile.TemporaryDirectory() as workspace:
            model = _train(chosen, Path(workspace))
            seconds = perf_counter() - began
            accuracy = asyncio.run(_accuracy(model, test))
        print(f"{size}: {len(chosen)} texts, accuracy {accuracy:.3f}, trained in {seconds:.0f} s")


def _read(file: Path) -> list[Example]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["category"]) for row in csv.DictReader(lines)]


def _some_of_each(examples: list[Example], count: int) -> list[Example]:
    of_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        of_intent[example[1]].append(example)
    chance = random.Random(SEED)
    return [example for group in of_intent.values() for example in chance.sample(group, count)]


def _train(examples: list[Example], workspace: Path) -> str:
    texts: dict[str, list[str]] = defaultdict(list)
    for text, intent in examples:
        texts[intent].append(" ".join(text.split()).replace("[", "(").replace("]", ")"))
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in of_intent)}
        for intent, of_intent in texts.items()
    ]
    config = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text(encoding="utf-8"))
    config["pipeline"] = [step for step in config["pipeline"] if step["name"].endswith(INTENT_PART)]
    (workspace / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    data = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True)
    (workspace / "nlu.yml").write_text(data, encoding="utf-8")
    trained = train_nlu(
        str(workspace / "config.yml"), str(workspace / "nlu.yml"), str(workspace / "models")
    )
    if trained is None:
        raise SystemExit("Rasa trained no model; see its messages above")
    return str(trained)


async def _accuracy(model: str, test: list[Example]) -> float:
    agent = Agent.load(model)
    right = 0
    for text, intent in test:
        right += (await agent.parse_message(text))["intent"]["name"] == intent
    return right / len(test)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    main(sys.argv[1:] or ["10", "full"])
