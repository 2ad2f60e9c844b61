"""How long a search takes, where the time goes, and what a large index costs.

    python -m benchmarks.knowledge.speed [--passages 10000] [--elasticsearch URL] [--rounds 3]

Linux only: it reads the resident size of its process. Each round asks the questions of
evaluation.yml once, of a search that has met some of calibration.yml only, and then once more
of a new one, step by step. "keywords" are what an index takes beyond vectors alone. The round
with the best p95 is printed, as other programs may share the machine.

benchmarks.knowledge.large says how the index is made. For Elasticsearch it is copied to an
alias of its own, which is deleted at the end.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from aisle.knowledge.evaluation import read_questions
from aisle.knowledge.indexes.contract import Filters, SearchIndex
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexes.encoding import encode_articles
from aisle.knowledge.search.hybrid import CANDIDATES, HybridSearch, fuse_ranks
from aisle.knowledge.search.synonyms import get_synonyms
from aisle.knowledge.search.topics import Topics, load_topics, topics_path
from benchmarks.knowledge.calibrate import QUESTIONS as OTHER_QUESTIONS
from benchmarks.knowledge.catalogue import Catalogue
from benchmarks.knowledge.elasticsearch import copy, own_index
from benchmarks.knowledge.large import build
from benchmarks.knowledge.shop import load_encoder

QUESTIONS = OTHER_QUESTIONS.with_name("evaluation.yml")
WARM_UPS = 20
CHANGES = 3
SECONDS_AFTER_A_CHANGE = 6.0  # in which Elasticsearch's words are counted again

Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=10_000, help="in steps of five")
    parser.add_argument("--elasticsearch", metavar="URL", help="instead of the embedded index")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, get_context("spawn")) as another,  # its memory does not count
    ):
        path = Path(folder) / "index.db"
        rate = another.submit(build, path, arguments.passages).result()
        print(f"Indexing: {rate:.0f} passages/s on {os.cpu_count()} cores")
        fingerprint, url = load_encoder().fingerprint, arguments.elasticsearch
        topics = load_topics(topics_path(path), fingerprint)
        if url is None:
            with closing(EmbeddedIndex(path, fingerprint)) as index:
                report(index, topics, arguments.rounds)
        else:
            with own_index(url, fingerprint) as index:
                size = another.submit(copy, path, fingerprint, url, index.alias).result()
                print(f"Elasticsearch: {size}")
                report(index, topics, arguments.rounds)


def report(index: SearchIndex, topics: Topics | None, rounds: int) -> None:
    encoder = load_encoder()
    before, started = resident_mib(), time.perf_counter()
    search = warmed_up(HybridSearch(index, encoder, get_synonyms(), topics))
    after, taken = resident_mib(), time.perf_counter() - started
    words = len(index.vocabulary().passages_with)
    print(f"{index.vocabulary().passages:,} passages, {words:,} words")
    print(f"Memory: {after:.0f} MiB, {after - before:.0f} MiB more than before; in {taken:.1f} s")
    questions = [question.question for question in read_questions(QUESTIONS)]
    whole, steps = [], []
    for _ in range(rounds):
        whole.append({"search": whole_times(new_search(index, topics), questions)})
        steps.append(step_times(new_search(index, topics), questions))
    print_times(best_round(whole), best_round(steps))
    stalls = [slowest_after_a_change(search, number) for number in range(CHANGES)]
    print(f"Slowest search after one article changed: {min(stalls):.0f} ms")


def new_search(index: SearchIndex, topics: Topics | None) -> HybridSearch:
    """Return a search whose caches hold nothing of the questions."""
    return warmed_up(HybridSearch(index, load_encoder(), get_synonyms(), topics))


def warmed_up(search: HybridSearch) -> HybridSearch:
    for question in other_questions():
        search.search(question)
    return search


def other_questions() -> list[str]:
    return [question.question for question in read_questions(OTHER_QUESTIONS)[:WARM_UPS]]


def whole_times(search: HybridSearch, questions: list[str]) -> list[float]:
    return [time_of(search, question) for question in questions]


def time_of(search: HybridSearch, question: str) -> float:
    started = time.perf_counter()
    search.search(question)
    return 1000 * (time.perf_counter() - started)


def step_times(search: HybridSearch, questions: list[str]) -> Times:
    times: Times = defaultdict(list)
    for question in questions:
        moments = [time.perf_counter()]
        query = search.understand(question)
        if not query.terms:
            continue
        moments.append(time.perf_counter())
        vector = search.encode(query)
        moments.append(time.perf_counter())
        search.index.find((), vector, Filters(), CANDIDATES)
        moments.append(time.perf_counter())
        found = search.find(query, vector, Filters(), CANDIDATES)
        moments.append(time.perf_counter())
        search.score(query, vector, fuse_ranks([found.keywords, found.nearest]))
        moments.append(time.perf_counter())
        spelling, encode, vectors, both, score = 1000 * np.diff(moments)
        taken = (spelling, encode, both - vectors, vectors, score)
        for name, value in zip(
            ("spelling", "encode", "keywords", "vectors", "scoring"), taken, strict=True
        ):
            times[name].append(value)
    return times


def best_round(rounds: list[Times]) -> Times:
    """Return for each name the times of the round in which their p95 was lowest."""
    return {
        name: min((each[name] for each in rounds), key=lambda times: np.percentile(times, 95))
        for name in rounds[0]
    }


def print_times(whole: Times, steps: Times) -> None:
    together = sum(float(np.mean(times)) for times in steps.values())
    print("ms           median     p95     max   share")
    for name, times in {**whole, **steps}.items():
        share = f"{np.mean(times) / together:7.0%}" if name in steps else ""
        figures = np.percentile(times, [50, 95, 100])
        print(f"{name:10}" + "".join(f"{figure:8.1f}" for figure in figures) + " " + share)


def slowest_after_a_change(search: HybridSearch, number: int) -> float:
    """Change one article and go on searching for some seconds."""
    article = Catalogue().article(number)
    article.content += f"\n\n## What is new?\nThis, at {time.time()}."
    for batch in encode_articles([article], search.encoder):
        search.index.put(batch)
    taken, ends = [], time.monotonic() + SECONDS_AFTER_A_CHANGE
    while time.monotonic() < ends:
        taken += whole_times(search, other_questions())
    return max(taken)


def resident_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no VmRSS")


if __name__ == "__main__":
    main()
