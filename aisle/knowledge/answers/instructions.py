"""Recognises passages that speak to a model instead of to a customer."""

import logging
import re
from collections.abc import Iterable

from aisle.knowledge.answers.sources import Source

_PATTERNS = (
    r"\b(?:bypass|disregard|forget|ignore|override)\b.{0,40}"
    r"\b(?:above|before|earlier|everything|guidelines?|instructions?|previous|prompts?|rules?)\b",
    r"\byou are (?:now|no longer) (?:an?|in|the|(?-i:[A-Z]{3,}))\b",
    r"\b(?:developer|hidden|initial|system) (?:instructions?|message|mode|prompt)\b",
    r"^\W*(?:assistant|developer|system|user)\W*:",
    r"<\|?/?(?:assistant|im_end|im_start|inst|system|user)\b|\[/?INST\]",
    r"\b(?:as|you are|you're) an? (?:ai\b|assistant|chatbot|language model|llm)",
    r"\b(?:advise|answer|ask|direct|inform|instruct|tell) (?:all |every |the )?"
    r"(?:customers?|shoppers?|users?|visitors?)\b",
    r"\balways (?:answer|reply|respond|say)\b",
    r"(?:^|[.!?:] )\W*(?:output|pretend|respond|say(?= that|:? [\"']))\b",
    r"\bNO_ANSWER\b",
)
_PATTERN = re.compile("|".join(_PATTERNS), re.IGNORECASE | re.MULTILINE)

_log = logging.getLogger(__name__)


def trusted(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that speak to customers; the log names the articles of the others."""
    kept = []
    for source in sources:
        if speaks_to_a_model(source.whole_text):
            _log.warning(
                "A passage of the article %r reads like instructions to a language model, so no "
                "answer is made from it; reword the article",
                source.title,
            )
        else:
            kept.append(source)
    return kept


def speaks_to_a_model(text: str) -> bool:
    """Tell whether a text has the usual signs of instructions to a language model, in English."""
    return _PATTERN.search(text) is not None
