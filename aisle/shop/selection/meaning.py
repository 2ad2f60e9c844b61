"""The nearest in meaning of a few phrases, where their spelling does not tell."""

from collections.abc import Sequence
from functools import lru_cache

from aisle.language.encoder import EncoderMissing, Vectors, get_encoder

MOST_PHRASES = 300


def closest(text: str, phrases: Sequence[str], *, least: float, lead: float) -> int | None:
    """Return the place of the phrase that means what the text means.

    Args:
        least: the cosine similarity that it must have.
        lead: by how much it must be more similar than every other phrase.

    Returns:
        None when no phrase is close enough, when two are about as close, when there are more
        than ``MOST_PHRASES``, and when there is no encoder to ask.
    """
    if not text.strip() or not phrases or len(phrases) > MOST_PHRASES:
        return None
    try:
        scores = _vectors(tuple(phrases)) @ get_encoder().encode([text])[0]
    except EncoderMissing:
        return None
    ranked = sorted(range(len(phrases)), key=lambda place: -float(scores[place]))
    best = float(scores[ranked[0]])
    second = float(scores[ranked[1]]) if len(ranked) > 1 else -1.0
    return ranked[0] if best >= least and best - second >= lead else None


@lru_cache(maxsize=64)
def _vectors(phrases: tuple[str, ...]) -> Vectors:
    return get_encoder().encode([phrase.casefold() for phrase in phrases])
