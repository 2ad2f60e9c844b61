"""Which sentences their sources support: rules, and figures on real passages."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
import yaml

from aisle.knowledge.answers.grounding import objection
from aisle.knowledge.answers.sentences import Sentence, sentences
from aisle.knowledge.answers.sources import Source
from tests.knowledge.answers.conftest import GetSource

CLAIMS = yaml.safe_load((Path(__file__).parent / "claims.yml").read_text(encoding="utf-8"))


def objection_to(text: str, source: Source) -> str | None:
    return objection(Sentence(text, (1,)), {1: source})


@pytest.mark.parametrize(
    ("part", "least_precision", "least_recall"), [("fit", 0.98, 0.92), ("check", 0.95, 0.92)]
)
def test_supported_sentences_are_kept_and_others_dropped(
    part: str, least_precision: float, least_recall: float, get_source: GetSource
) -> None:
    labelled = [
        (objection_to(text, get_source(claim["article"], claim["heading"])) is None, supported)
        for claim in CLAIMS[part]
        for text, supported in (
            *((text, True) for text in claim["supported"]),
            *((wrong["text"], False) for wrong in claim["unsupported"]),
        )
    ]
    kept = [supported for shown, supported in labelled if shown]
    assert sum(kept) / len(kept) >= least_precision
    assert sum(kept) / sum(supported for _, supported in labelled) >= least_recall


@pytest.mark.parametrize("kind", ["number", "negation", "name", "deed", "address", "code"])
def test_no_error_of_a_kind_that_has_a_rule_of_its_own_gets_through(
    kind: str, get_source: GetSource
) -> None:
    wrong = [
        (text["text"], get_source(claim["article"], claim["heading"]))
        for claim in CLAIMS["fit"] + CLAIMS["check"]
        for text in claim["unsupported"]
        if text["kind"] == kind
    ]
    assert wrong
    assert [text for text, source in wrong if objection_to(text, source) is None] == []


def test_passages_support_their_own_sentences_and_hardly_any_others(
    shop_sources: list[Source],
) -> None:
    own = [
        (source, sentence.text)
        for source in shop_sources
        for line in source.text.splitlines()
        for sentence in sentences([line])
        if len(sentence.text.split()) > 3
    ]
    assert len(own) > 500
    refused = [text for source, text in own if objection_to(text, source)]
    assert len(refused) <= 0.01 * len(own), refused
    random = Random(1)
    foreign = [(random.choice(shop_sources), text) for _, text in random.choices(own, k=2_000)]
    kept = [text for source, text in foreign if objection_to(text, source) is None]
    assert len(kept) <= 0.02 * len(foreign), kept


@pytest.mark.parametrize("citations", [(), (2,), (1, 4), (0,)])
def test_every_source_that_is_cited_must_be_there(
    citations: tuple[int, ...], returns: Sequence[Source]
) -> None:
    sources = {1: returns[0]}
    text = "Returns within 30 days are free with the label in your parcel."
    assert objection(Sentence(text, (1,)), sources) is None
    assert objection(Sentence(text, citations), sources) is not None


def test_a_sentence_may_draw_on_two_sources(returns: Sequence[Source]) -> None:
    sources = {source.number: source for source in returns}
    text = "You have 30 days from delivery, and we check your return within 5 working days."
    assert objection(Sentence(text, (2, 3)), sources) is None
    assert objection(Sentence(text, (3,)), sources) is not None


TRUE = "returns within 30 days are free with the label in your parcel"


@pytest.mark.parametrize(
    "text",
    [
        f"See [here](https://evil.example): {TRUE}.",
        f"![x](https://evil.example/x.png) {TRUE}.",
        f"<b>{TRUE}</b>.",
        f"{TRUE} <script>alert(1)</script>.",
        f"{TRUE} javascript:alert&#40;1).",
        f"{TRUE}, see https://juniper.example.",
        f"{TRUE}, see www.evil.example/free.",
        f"{TRUE}, or write to refunds@evil.example.",
        f"{TRUE}, or call +31 20 123 4567.",
        f"{TRUE} [number].",
        f"{TRUE}\u202e.",
        f"{TRUE}\u200b.",
        f"{TRUE}\x1b[31m.",
    ],
)
def test_links_marks_and_hidden_characters_are_no_part_of_an_answer(
    text: str, returns: Sequence[Source]
) -> None:
    assert objection_to(f"{TRUE}.", returns[0]) is None
    assert objection_to(text, returns[0]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I have refunded your return with the label in your parcel.",
        "I'll refund your return within 30 days.",
        "Your return is free and was refunded.",
        "Your return has been checked.",
        "We've refunded the postage of your parcel.",
        "Your parcel is on its way.",
        "You are entitled to a return within 30 days.",
        "A return within 30 days is guaranteed.",
        "The label in your parcel is in stock.",
    ],
)
def test_nothing_is_said_of_the_customers_own_order_or_of_things_done(
    text: str, returns: Sequence[Source]
) -> None:
    assert objection_to(text, returns[0]) is not None


@pytest.mark.parametrize("part", ["a.", "a-", "9 ", "a", "@", "your order is ", "n't, "])
def test_no_sentence_takes_long_to_check(part: str, returns: Sequence[Source]) -> None:
    started = perf_counter()
    objection_to((part * 500)[:500], returns[0])
    assert perf_counter() - started < 0.5


def test_a_condition_is_no_claim(get_source: GetSource) -> None:
    source = get_source("exchange-an-item", "What can I exchange my article for?")
    assert objection_to("You can get another colour, as long as it is in stock.", source) is None
    assert objection_to("Another colour is in stock.", source) is not None


def test_a_reason_never_quotes_the_sentence(returns: Sequence[Source]) -> None:
    reason = objection_to("Call Mitzi on +31 20 123 4567.", returns[0])
    assert reason is not None
    assert "Mitzi" not in reason
    assert not any(character.isdigit() for character in reason)
