"""Order numbers in free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.shop.numbers import find_order_numbers, normalise_order_number, order_number_spans


@pytest.mark.parametrize(
    "text",
    [
        "#W1234567",
        "w1234567",
        "# W 123 45 67",
        "W 1 2 3 4 5 6 7",
        "W 123 4567",
        "W-1234567",
        "W1234567?",
        "(W1234567)",
        "where is w 1234567, please",
        "order no. 1234567",
        "Order number: 1234567",
        "order 123 45 67",
        "order #1234567",
        "ORDER1234567",
        "my order is 1234567",
        "1234567",
        "1234567, mia hansen, 10083",
        "10083 1234567",
        "1234567 10083",
        "W1234567 and W1234567 again",
        "what's in 1234567?",
        "#1234567.",
        "w1234567 2 boots",
        "mia hansen +49 30 555 0118 W1234567",
    ],
)
def test_finds_a_number_however_it_is_written(text: str) -> None:
    assert find_order_numbers(text) == ["#W1234567"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "W123456",
        "#W12345678",
        "order 123456",
        "order 12 345 67 89",
        "300418825571",
        "tracking 3004 1882 5571",
        "10083",
        "1012 AB",
        "4050-032",
        "order 4050-032",
        "€1234567",
        "1234567.00",
        "1,234,567",
        "1234567 euros",
        "+31 10 555 0142",
        "+31105550142",
        "call 5550142",
        "030 1234567",
        "(030) 1234567",
        "555 0142",
        "1234567 89",
        "order of 8.11.2025",
        "my order 8-11-2025",
        "order 8/11/2025",
        "abcW1234567x",
        "DHLW12345678",
    ],
)
def test_takes_no_other_number_for_an_order_number(text: str) -> None:
    assert find_order_numbers(text) == []


def test_keeps_the_order_of_several_numbers() -> None:
    assert find_order_numbers("not 7654321 but #w1234567") == ["#W7654321", "#W1234567"]


def test_spans_hold_the_number_with_its_signs() -> None:
    text = "is order # W 123 45 67 the same as order 7654321?"
    spans = [text[start:end] for start, end in order_number_spans(text)]
    assert spans == ["# W 123 45 67", "7654321"]


@pytest.mark.parametrize(
    "text", ["1234567", "w 123 45 67", "# W1234567", "order no. 1234567", "123-4567"]
)
def test_normalises_a_text_that_is_one_number(text: str) -> None:
    assert normalise_order_number(text) == "#W1234567"


@pytest.mark.parametrize(
    "text", ["", "W123456", "12345678", "W1234567 W1234568", "my lamp", "12345.67"]
)
def test_normalises_nothing_else(text: str) -> None:
    assert normalise_order_number(text) is None


@given(st.text(alphabet="0123456789 #Ww-.order\n", max_size=60))
def test_whatever_is_found_is_an_order_number(text: str) -> None:
    for number, (start, end) in zip(
        dict.fromkeys(find_order_numbers(text)), order_number_spans(text), strict=False
    ):
        assert normalise_order_number(number) == number
        assert 0 <= start < end <= len(text)
