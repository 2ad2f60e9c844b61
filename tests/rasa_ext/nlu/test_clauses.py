"""Messages of several wishes are taken apart, and only those."""

import pytest

from aisle.rasa_ext.nlu.clauses import MOST_CLAUSES, clauses


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cancel the tent and tell me when the refund for my jacket comes",
            ["cancel the tent", "tell me when the refund for my jacket comes"],
        ),
        (
            "cancel that one, and what about my jacket?",
            ["cancel that one", "what about my jacket?"],
        ),
        (
            "return the boots. also, does it cost anything?",
            ["return the boots.", "does it cost anything?"],
        ),
        (
            "change the address of #W1234567 and cancel #W7654321",
            ["change the address of #W1234567", "cancel #W7654321"],
        ),
        (
            "please cancel W1234567, return the lamp from W7654321 and change the size of the belt",
            [
                "please cancel W1234567",
                "return the lamp from W7654321",
                "change the size of the belt",
            ],
        ),
        (
            "I want to return the boots plus I need to change my payment method",
            ["I want to return the boots", "I need to change my payment method"],
        ),
        ("- cancel #W1234567\n- return the boots", ["cancel #W1234567", "return the boots"]),
        (
            "i want to cancel my order; when do i get my money?",
            ["i want to cancel my order", "when do i get my money?"],
        ),
        ("yes. and can i also exchange the lamp?", ["yes.", "can i also exchange the lamp?"]),
        ("no, and where is my other order?", ["no", "where is my other order?"]),
        (
            "hey can you change my address and then cancel the lamp",
            ["hey can you change my address", "cancel the lamp"],
        ),
        (
            "The lamp is broken. Also my chair hasn't arrived.",
            ["The lamp is broken.", "my chair hasn't arrived."],
        ),
    ],
)
def test_each_wish_is_a_clause_without_the_word_that_joins_it(
    text: str, expected: list[str]
) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "where is my order",
        "I want to return the boots and the lamp",
        "exchange the helmet for an L and the lamp for a white one",
        "do you have it in black and in size 9",
        "change my address to 12 St. James Rd., Apt. 4 and Mill Lane, London NW1 6XE",
        "my name is Tom Becker. My zip is 1012 AB",
        "email me at anna.b@example.com. Cancel the order.",
        "the number is W 123 45 67. Please cancel it.",
    ],
)
def test_lists_addresses_and_names_are_left_whole(text: str) -> None:
    assert clauses(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Good morning. I want to return my boots. Thank you!",
        "I received the lamp and I want to return it",
        "My order is late, can you check?",
        "I want to return the boots. How do I do that?",
        "Return the boots. Refund it to my paypal.",
        "I want to return it and get a refund",
        "where is my order? it's been two weeks. order #W1234567",
        "I want to change my order. Make it XL and send it to 12 Oak Street.",
        "It hasn't been sent yet, has it? Please change it for me.",
        "tell me what i bought and what it cost",
    ],
)
def test_what_explains_a_wish_belongs_to_it(text: str) -> None:
    assert clauses(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "if it hasn't shipped, cancel the order and tell me",
        "If I return the boots, how long does the refund take?",
        "Can I get a refund, and if not, can I exchange the boots?",
        "can i return it or can i exchange it?",
    ],
)
def test_conditions_and_alternatives_are_one_wish(text: str) -> None:
    assert clauses(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "yes, cancel the order",
        "Yes. Cancel it.",
        "yep, please change it",
        "no. the blue one",
        "Yes please. Thank you!",
    ],
)
def test_a_yes_or_no_with_its_content_is_one(text: str) -> None:
    assert clauses(text) == []


def test_background_goes_with_the_wish_it_speaks_of() -> None:
    assert parts("Where is my tent? My jacket came broken. I want to return it.") == [
        "Where is my tent?",
        "My jacket came broken. I want to return it.",
    ]
    assert parts("I want to return the boots. They are too small. Where is my refund?") == [
        "I want to return the boots. They are too small.",
        "Where is my refund?",
    ]


def test_nothing_is_lost_after_the_last_clause_there_may_be() -> None:
    found = parts(" ".join(f"cancel order #W123456{number}." for number in range(9)))
    assert len(found) == MOST_CLAUSES
    assert found[-1].endswith("#W1234568.")


@pytest.mark.parametrize("words", ["and ", ", ", "also please ", ". ", "? ", "\n", " ", "thank "])
def test_any_text_comes_back_in_order(words: str) -> None:
    text = (words * 1_000)[:980] + "cancel it? yes."
    spans = clauses(text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
