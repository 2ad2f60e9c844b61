"""Date phrases, seen from Sunday 22 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisle.shop.dates import DateRange, parse_dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("phrase", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("this morning", "2026-11-22", "2026-11-22"),
        ("10 minutes ago", "2026-11-22", "2026-11-22"),
        ("an hour ago", "2026-11-21", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("last night", "2026-11-21", "2026-11-21"),
        ("the day before yesterday", "2026-11-20", "2026-11-20"),
        ("a day ago", "2026-11-21", "2026-11-21"),
        ("5 days ago", "2026-11-16", "2026-11-18"),
        ("a couple of days ago", "2026-11-19", "2026-11-21"),
        ("two weeks ago", "2026-11-05", "2026-11-11"),
        ("about 2 weeks back", "2026-11-05", "2026-11-11"),
        ("a week ago", "2026-11-12", "2026-11-18"),
        ("a fortnight ago", "2026-11-04", "2026-11-12"),
        ("a month ago", "2026-10-13", "2026-11-02"),
        ("half a year ago", "2026-03-25", "2026-07-23"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("Monday last week", "2026-11-09", "2026-11-09"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("on Monday", "2026-11-16", "2026-11-16"),
        ("last Friday", "2026-11-20", "2026-11-20"),
        ("Sunday night", "2026-11-15", "2026-11-15"),
        ("on tue", "2026-11-17", "2026-11-17"),
        ("since Monday", "2026-11-16", "2026-11-22"),
        ("this weekend", "2026-11-21", "2026-11-22"),
        ("last weekend", "2026-11-14", "2026-11-15"),
        ("8 November", "2026-11-08", "2026-11-08"),
        ("Nov 8th", "2026-11-08", "2026-11-08"),
        ("the 8th of november", "2026-11-08", "2026-11-08"),
        ("24 December", "2025-12-24", "2025-12-24"),
        ("3 March 2025", "2025-03-03", "2025-03-03"),
        ("29 February", "2024-02-29", "2024-02-29"),
        ("2026-11-08", "2026-11-08", "2026-11-08"),
        ("8.11.2026", "2026-11-08", "2026-11-08"),
        ("8/11", "2026-11-08", "2026-11-08"),
        ("11/21/2026", "2026-11-21", "2026-11-21"),
        ("8.11.26", "2026-11-08", "2026-11-08"),
        ("the 8th", "2026-11-08", "2026-11-08"),
        ("on the 30th", "2026-10-30", "2026-10-30"),
        ("in March", "2026-03-01", "2026-03-31"),
        ("may", "2026-05-01", "2026-05-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("March 2025", "2025-03-01", "2025-03-31"),
        ("early october", "2026-10-01", "2026-10-12"),
        ("end of October", "2026-10-20", "2026-10-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("autumn", "2026-09-01", "2026-11-30"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("christmas", "2025-12-20", "2025-12-27"),
        ("between May and August", "2026-05-01", "2026-08-31"),
        ("from 3 to 8 November", "2026-11-03", "2026-11-08"),
    ],
)
def test_reads_the_days_that_a_phrase_means(phrase: str, first: str, last: str) -> None:
    found = parse_dates(phrase, TODAY)
    assert found == DateRange(date.fromisoformat(first), date.fromisoformat(last))


def test_ignores_the_words_around_a_phrase() -> None:
    text = "i ordered a lamp two weeks ago and it still hasn't come"
    found = parse_dates(text, TODAY)
    assert found is not None
    assert date(2026, 11, 8) in found


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "soon",
        "may I ask",
        "it cost 12.50",
        "32 November",
        "30/2",
        "€8.11.",
        "size 42",
        "order 12/2026",
        "#W1234567",
        "march on",
        "he sat down",
        "0 days of",
    ],
)
def test_finds_no_date_where_there_is_none(phrase: str) -> None:
    assert parse_dates(phrase, TODAY) is None


@given(
    st.text(alphabet="0123456789 ./-agowekndymthslcrvbjuipf", max_size=40),
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
)
def test_any_text_gives_a_range_or_nothing(text: str, today: date) -> None:
    found = parse_dates(text, today)
    assert found is None or found.first <= found.last
