"""Which words count, which are one word, and how rare they are."""

import pytest

from aisle.knowledge.search.words import Vocabulary, content_words, stem, words_in


def test_words_count_by_their_beginning_and_common_words_not_at_all() -> None:
    assert content_words("How is the delivery delivered?") == {"deliv"}


def test_codes_and_numbers_stay_whole() -> None:
    assert stem("w1000871") == "w1000871"
    assert content_words("W1000871 W1000872") == {"w1000871", "w1000872"}


def test_words_are_told_once_and_in_their_order() -> None:
    assert words_in("Gift card, gift CARD or a voucher_code?") == (
        "gift",
        "card",
        "voucher",
        "code",
    )


def test_a_rarer_word_weighs_more_and_an_unknown_one_most() -> None:
    vocabulary = Vocabulary({"parcel": 8, "locker": 1}, passages=10)
    assert vocabulary.rarity("parcel") < vocabulary.rarity("locker") <= vocabulary.rarity("drone")


def test_forms_of_a_word_are_counted_together_but_never_more_than_there_are_passages() -> None:
    vocabulary = Vocabulary({"return": 2, "returns": 3, "delivery": 4, "delivered": 4}, 5)
    assert vocabulary.share("returned") == 1.0
    assert vocabulary.share("deliver") == 1.0
    assert vocabulary.knows("returning")
    assert not vocabulary.knows("drone")


def test_an_empty_vocabulary_can_be_asked() -> None:
    vocabulary = Vocabulary({}, 0)
    assert vocabulary.share("parcel") == 0.0
    assert vocabulary.rarity("parcel") == pytest.approx(1.0)
