"""How long a search takes, where the time goes, and what a large index costs.

    python -m benchmarks.knowledge.speed [--passages 10000] [--elasticsearch URL] [--rounds 3]

Linux only: it reads the resident size of its process. Each round asks the questions of
evaluation.yml once, of a search that has not met them, after some of calibration.yml; then the
same step by step. The best round counts, as other programs may share the machine. What
keywords take is what an index needs for them beyond the vectors alone.

The index is built by benchmarks.knowledge.large of articles by benchmarks.knowledge.catalogue.
For Elasticsearch it is copied to an alias of its own, which is deleted at the end.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from aisle.knowledge.evaluation import read_questions
from aisle.knowledge.indexes.contract import Filters, SearchIndex
from aisle.knowledge.indexes.embedded import EmbeddedIndex
from aisle.knowledge.indexing import EXAMPLES
from aisle.knowledge.search.hybrid import CANDIDATES, HybridSearch, fuse_ranks
from aisle.knowledge.search.synonyms import get_synonyms
from aisle.knowledge.search.topics import Topics, ensure_topics
from aisle.language.examples import read_examples
from benchmarks.knowledge.calibrate import QUESTIONS as WARM_UP
from benchmarks.knowledge.elasticsearch import copied_to_elasticsearch
from benchmarks.knowledge.large import build
from benchmarks.knowledge.shop import load_encoder

QUESTIONS = WARM_UP.with_name("evaluation.yml")
WARM_UPS = 20
CHANGES = 3
SECONDS_AFTER_A_CHANGE = 6.0  # Elasticsearch's words are counted again within this time

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
