"""Checks that the sources which a written sentence cites say what it says.

The checks compare words, so they are strict where an error costs most: a number, name, address
or code must be in a cited source, a number in a clause about the same thing. A claim about the
customer's own order must be there word for word. What they miss: a wrong sentence in the
source's own words, such as one with two subjects exchanged.
"""

import re
from collections.abc import Iterator, Mapping

from aisle.knowledge.answers.claims import claims
from aisle.knowledge.answers.clauses import Clause, clauses, clauses_of
from aisle.knowledge.answers.facts import bare_numbers, names
from aisle.knowledge.answers.sentences import Sentence
from aisle.knowledge.answers.sources import Source
from aisle.knowledge.search.words import content_words

# The share of a sentence's words that its sources must have, measured on
# tests/knowledge/answers/claims.yml.
LEAST_COVERED = 0.65
SAME_MATTER = 0.5

# They make an answer friendly and say nothing that a source could support.
_COURTESY = content_words(
    "all also another course even give glad good happy hear however it's isn just let like live "
    "need news now once our please possible receive simply sorry still sure that's though "
    "unfortunately use while worry yes"
)
_MARKUP = re.compile(r"[\[\]{}|\\]|<\s*[a-z/!]|://|\]\(|&\w+;|&#", re.IGNORECASE)


def objection(sentence: Sentence, sources: Mapping[int, Source]) -> str | None:
    """Return why a sentence must not be shown, or None when the sources it cites support it.

    The reason never quotes the sentence.
    """
    if not sentence.complete:
        return "it has no end"
    if not sentence.citations:
        return "it cites no source"
    if not sources.keys() >= set(sentence.citations):
        return "it cites a source that there is not"
    cited = [sources[number] for number in sentence.citations]
    return next(_objections(sentence.text, cited), None)


def _objections(text: str, cited: list[Source]) -> Iterator[str]:
    whole = "\n".join(source.whole_text for source in cited)
    said = clauses(text)
    known = [clause for source in cited for clause in clauses_of(source)]
    if _MARKUP.search(text) or not text.isprintable():
        yield "it has marks that no plain sentence has"
    if not content_words(" ".join(names(text))) <= content_words(whole):
        yield "a name is not in its sources"
    if _claimed(said) - _claimed(known):
        yield "it claims something about the customer's own order, or that something was done"
    if _covered(content_words(text) - _COURTESY, content_words(whole)) < LEAST_COVERED:
        yield "too few of its words are in its sources"
    if _has_foreign_fact(said, known):
        yield "a number, address or code is not in its sources, or belongs to something else"
    if _is_denied(said, known):
        yield "its sources say the opposite"


def _claimed(said: list[Clause]) -> frozenset[str]:
    return frozenset(claim for clause in said for claim in claims(clause.text))


def _covered(words: frozenset[str], known: frozenset[str]) -> float:
    """Return the share of words that are known; "send" and "sending" are one word."""
    if not words:
        return 0.0
    beginnings = {word[:4] for word in known}
    return sum(w in known or w in beginnings or w[:4] in known for w in words) / len(words)


def _has_foreign_fact(said: list[Clause], known: list[Clause]) -> bool:
    """Tell whether a fact's clause shares no word with a clause of the sources that has it."""
    around = frozenset[str]().union(*(clause.topic for clause in said if not clause.facts))
    return not all(
        _is_known(fact, clause.topic | around, known) for clause in said for fact in clause.facts
    )


def _is_known(fact: str, topic: frozenset[str], known: list[Clause]) -> bool:
    with_it = [clause for clause in known if fact in clause.facts | bare_numbers(clause.facts)]
    return any(topic & clause.topic or not (topic and clause.topic) for clause in with_it)


def _is_denied(said: list[Clause], known: list[Clause]) -> bool:
    """Tell whether a source's clause in about the same words says no for yes, or yes for no."""
    for clause in said:
        closest = max(known, key=lambda other: _similarity(clause.words, other.words))
        # Several clauses may say what is one in the source: together they deny it or not.
        about_it = [other for other in said if len(other.words & closest.words) >= 2]
        same_matter = len(clause.words & closest.words) >= SAME_MATTER * len(clause.words)
        denied = any(other.denies for other in about_it)
        if clause in about_it and same_matter and denied != closest.denies:
            return True
    return False


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))
