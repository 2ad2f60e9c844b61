"""How well a passage fits, and the probability that its article answers the question."""

import math

# Fitted by `python -m benchmarks.knowledge.calibrate` for all-MiniLM-L6-v2 (int8); fit again
# after a change of encoder or of what is encoded.
OVERLAP_WEIGHT = 0.3
TOPIC_WEIGHT = 0.25
INTERCEPT = -5.45
SCORE_WEIGHT = 6.66
FIRST_BONUS = 0.85  # the best of many is right more often than its score alone says


ANSWER_THRESHOLD = 0.5
"""An article is quoted if it is more likely than not to answer. Of the questions fitted on, this
answers 78 % of those that have an answer and refuses 82 % of the others."""

SURE_ANSWER_THRESHOLD = 0.6
"""The same where it is not even sure that a question was asked."""


def score(cosine: float, overlap: float, topic: float) -> float:
    """Return how well a passage fits; more is better.

    Args:
        cosine: of the question's and the passage's vectors.
        overlap: share of the question's terms that the passage has, from 0 to 1.
        topic: how much both are about the same, from 0 to 1.
    """
    return cosine + OVERLAP_WEIGHT * overlap + TOPIC_WEIGHT * topic


def relevance(value: float, *, first: bool) -> float:
    """Turn a passage's score into the probability that its article answers the question."""
    logit = INTERCEPT + SCORE_WEIGHT * value + (FIRST_BONUS if first else 0.0)
    return 1 / (1 + math.exp(-logit))
