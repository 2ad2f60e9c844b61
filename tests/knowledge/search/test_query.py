"""What a question is turned into: corrected, with synonyms, weighted."""

import pytest

from aisle.knowledge.search.query import Query, understand
from aisle.knowledge.search.spelling import Spelling
from aisle.knowledge.search.synonyms import Synonyms
from aisle.knowledge.search.words import Vocabulary

VOCABULARY = Vocabulary(
    {"refund": 2, "parcel": 9, "locker": 1, "delivery": 3, "jn": 1, "4471": 1, "money": 2}, 10
)
SYNONYMS = Synonyms([["refund", "money back"], ["parcel", "package", "shipment"]])
ENGLISH = {"rent", "card", "back", "from"}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(VOCABULARY, SYNONYMS.words, ENGLISH.__contains__)


def ask(spelling: Spelling, question: str) -> Query:
    return understand(question, spelling, SYNONYMS)


def test_misspelt_words_become_the_ones_that_can_be_found(spelling: Spelling) -> None:
    assert ask(spelling, "My delivry, and a Refudn!").text == "My delivery, and a refund!"


def test_words_that_are_only_synonyms_are_corrected_too(spelling: Spelling) -> None:
    assert ask(spelling, "pakage").text == "package"


def test_words_of_the_language_stay_though_no_passage_has_them(spelling: Spelling) -> None:
    assert ask(spelling, "card rent").text == "card rent"


def test_short_words_codes_and_numbers_are_never_corrected(spelling: Spelling) -> None:
    assert ask(spelling, "locke JN-4472 4472 xyz").text == "locker JN-4472 4472 xyz"


def test_a_synonym_is_looked_up_as_well(spelling: Spelling) -> None:
    assert set(ask(spelling, "refund").phrases) == {"refund", "money back"}


def test_a_synonym_of_two_words_is_one_term(spelling: Spelling) -> None:
    query = ask(spelling, "when is my money back")
    assert len(query.terms) == 1
    assert set(query.phrases) == {"money back", "refund"}


def test_a_word_that_most_passages_have_is_not_looked_up_among_rarer_ones(
    spelling: Spelling,
) -> None:
    assert "parcel" not in ask(spelling, "parcel locker").phrases
    assert "parcel" in ask(spelling, "parcel or package").phrases


def test_of_words_with_too_many_matches_the_commonest_are_not_looked_up() -> None:
    large = Vocabulary({"hinge": 900, "locker": 12_000, "parcel": 15_000}, 100_000)
    spelling = Spelling(large, SYNONYMS.words, ENGLISH.__contains__)
    query = ask(spelling, "parcel locker hinge")
    assert query.phrases == ("locker", "hinge")
    assert query.overlap(["locker", "hinge"]) < 1
    assert "parcel" in ask(spelling, "parcel hinge").phrases


def test_the_rarest_word_is_looked_up_however_many_matches_it_has() -> None:
    large = Vocabulary({"locker": 40_000, "parcel": 45_000}, 200_000)
    spelling = Spelling(large, SYNONYMS.words, ENGLISH.__contains__)
    assert ask(spelling, "locker or parcel").phrases == ("locker",)


def test_codes_are_also_looked_up_as_they_are_written(spelling: Spelling) -> None:
    assert "JN-4471" in ask(spelling, "error JN-4471?").phrases


def test_the_overlap_is_the_weighted_share_of_the_terms(spelling: Spelling) -> None:
    query = ask(spelling, "locker refund")
    assert query.overlap(["locker", "refund", "x"]) == 1.0
    assert query.overlap([]) == 0.0
    assert query.overlap(["lockers"]) > query.overlap(["refunds"]) > 0


def test_a_synonym_in_the_passage_counts_like_the_word(spelling: Spelling) -> None:
    query = ask(spelling, "shipment")
    assert query.overlap(["parcel"]) == query.overlap(["packages"]) == 1.0


def test_both_words_of_a_phrase_must_be_in_the_passage(spelling: Spelling) -> None:
    assert ask(spelling, "refund").overlap(["money"]) == 0.0


def test_an_unknown_word_makes_every_passage_fit_less(spelling: Spelling) -> None:
    known, with_unknown = ask(spelling, "locker"), ask(spelling, "locker drone42")
    assert with_unknown.overlap(["locker"]) < known.overlap(["locker"])


@pytest.mark.parametrize("question", ["", " ", "?!", "the of", "😀"])
def test_a_question_without_content_has_no_terms(spelling: Spelling, question: str) -> None:
    query = ask(spelling, question)
    assert query.terms == ()
    assert query.phrases == ()
    assert query.overlap(["locker"]) == 0


def test_only_the_beginning_of_a_very_long_question_is_read(spelling: Spelling) -> None:
    query = ask(spelling, " ".join(f"word{number}" for number in range(5_000)))
    assert len(query.terms) == 32
    assert len(query.text) == 2_000
