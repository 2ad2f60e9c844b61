"""The sentences that go into a chat message."""

from hypothesis import given
from hypothesis import strategies as st

from aisle.knowledge.answers.excerpt import excerpt


def test_a_short_text_is_kept_whole() -> None:
    assert excerpt("One. Two.\n- three", "what", 400) == "One. Two.\n- three"


def test_a_long_text_is_cut_at_the_end_of_a_sentence() -> None:
    text = "First sentence here. Second sentence here. Third sentence here."
    assert excerpt(text, "unrelated", 45) == "First sentence here. Second sentence here."


def test_the_sentences_that_share_words_with_the_question_are_chosen() -> None:
    text = "Express costs more. Desks come by van. Returns need the label. The label is free."
    assert excerpt(text, "is the return label free?", 45) == (
        "Returns need the label. The label is free."
    )


def test_list_items_count_as_sentences() -> None:
    text = "Prices by country are these:\n- Belgium four euros\n- Norway twelve euros\n- USA twenty"
    assert excerpt(text, "norway or usa", 45) == "- Norway twelve euros\n- USA twenty"


def test_no_introduction_is_left_without_its_list() -> None:
    text = "It depends on where you live. These are the prices:\n- Belgium: " + "very " * 20
    assert excerpt(text, "where do you live", 60) == "It depends on where you live."


def test_one_endless_sentence_is_cut_between_words() -> None:
    cut = excerpt("word " * 200, "what", 50)
    assert len(cut) <= 50
    assert cut.endswith("word…")


@given(st.text(max_size=600), st.text(max_size=50))
def test_an_excerpt_is_never_longer_than_its_limit(text: str, question: str) -> None:
    assert len(excerpt(text, question, 80)) <= 80
