"""Answers in a model's words, of which only what its sources support is shown."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

from aisle.knowledge.answers.grounding import objection
from aisle.knowledge.answers.instructions import trusted
from aisle.knowledge.answers.prompt import NO_ANSWER, messages
from aisle.knowledge.answers.sentences import Sentence, sentences
from aisle.knowledge.answers.sources import Source
from aisle.language.chat_model import ChatModel, ModelUnavailable
from aisle.live.outage import Outage

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WrittenAnswer:
    """Plain text, and the sources that it draws on, in the order in which it does."""

    text: str
    sources: tuple[Source, ...]


class _NoAnswer(Exception):
    """The model said that the passages do not answer the question."""


def write_answer(
    model: ChatModel,
    question: str,
    passages: Sequence[Source],
    on_sentence: Callable[[str], None],
) -> WrittenAnswer | None:
    """Let the model answer a question from passages; None when it gives no answer to be shown.

    ``on_sentence`` gets each sentence as soon as it is written and checked. After None, what it
    got is not to be kept: the answer broke off or was taken back. Blocks for up to
    ``response_generation_timeout`` seconds; a model that fails is logged once per outage.
    """
    sources = {source.number: source for source in trusted(passages)}
    if not sources:
        return None
    kept: list[Sentence] = []
    try:
        for sentence in _supported(model, question, sources):
            kept.append(sentence)
            on_sentence(sentence.text)
    except ModelUnavailable as error:
        _outage().begin(error)
        return None
    except _NoAnswer:
        kept.clear()
    _outage().end()
    return _answer(kept, sources) if kept else None


def _supported(model: ChatModel, question: str, sources: dict[int, Source]) -> Iterator[Sentence]:
    with closing(model.stream(messages(question, [*sources.values()]))) as pieces:
        for place, sentence in enumerate(sentences(pieces), start=1):
            if NO_ANSWER in sentence.text:
                raise _NoAnswer
            reason = objection(sentence, sources)
            if reason is None:
                yield sentence
            else:
                _log.info("Sentence %d of a written answer was dropped: %s", place, reason)


def _answer(kept: list[Sentence], sources: dict[int, Source]) -> WrittenAnswer:
    cited = dict.fromkeys(number for sentence in kept for number in sentence.citations)
    return WrittenAnswer(
        text=" ".join(sentence.text for sentence in kept),
        sources=tuple(sources[number] for number in cited),
    )


@lru_cache(maxsize=1)
def _outage() -> Outage:
    return Outage(
        _log,
        "The language model gives no answers: articles are quoted instead",
        "The language model answers again",
    )
