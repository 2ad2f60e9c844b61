"""Scores become probabilities."""

from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.search.relevance import relevance, score

SHARE = st.floats(0, 1)


@given(st.floats(-1, 1), SHARE, SHARE, st.booleans())
def test_relevance_is_a_probability_and_grows_with_every_part(
    cosine: float, overlap: float, topic: float, first: bool
) -> None:
    value = relevance(score(cosine, overlap, topic), first=first)
    assert 0 < value < 1
    assert relevance(score(cosine + 0.1, overlap, topic), first=first) > value
    assert relevance(score(cosine, overlap + 0.1, topic), first=first) > value
    assert relevance(score(cosine, overlap, topic + 0.1), first=first) > value


def test_the_first_of_many_is_more_likely_right_than_another_of_the_same_score() -> None:
    assert relevance(0.7, first=True) > relevance(0.7, first=False)
