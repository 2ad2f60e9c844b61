"""Reading JSON records with their lines."""

from decimal import Decimal

import pytest

from aisle.shop.transfer.json_text import BrokenJson, JsonEntry, entries_of


def test_each_entry_has_the_line_it_begins_on_and_exact_numbers() -> None:
    text = '\n[ {"a":\n 0.10},\n\n  {"b": "x\\ny"}, 3\n]\n'
    assert list(entries_of(text)) == [
        JsonEntry(2, None, {"a": Decimal("0.10")}),
        JsonEntry(5, None, {"b": "x\ny"}),
        JsonEntry(5, None, 3),
    ]


def test_entries_of_an_object_have_their_keys() -> None:
    assert list(entries_of('{"a":\n1,\n"b": {}}')) == [
        JsonEntry(1, "a", 1),
        JsonEntry(3, "b", {}),
    ]


@pytest.mark.parametrize("text", ["[]", " {}\n"])
def test_nothing_is_no_entries(text: str) -> None:
    assert list(entries_of(text)) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "must be a list"),
        ("3", 1, "must be a list"),
        ('[1,\n{"a": }]', 2, "no valid JSON"),
        ("[1\n2]", 2, "needs a comma or ]"),
        ("[1,\n]", 2, "comma with nothing after it"),
        ("[1", 1, "needs a comma or ]"),
        ('{"a" 1}', 1, '"key":'),
        ("{1: 2}", 1, '"key":'),
        ("[1]\n[2]", 2, "something after its end"),
        ('[\n{"a": 1, "a": 2}]', 2, "'a' twice"),
        ("[\nNaN]", 2, "no number"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BrokenJson, match=said) as caught:
        list(entries_of(text))
    assert caught.value.line == line


def test_a_text_nested_without_end_is_refused() -> None:
    with pytest.raises(BrokenJson, match="nested too deep"):
        list(entries_of("[" * 100_000))
