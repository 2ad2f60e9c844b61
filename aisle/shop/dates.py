"""English date phrases about the past, turned into ranges of days."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split(), start=1)}
_NUMBERS |= {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 4, "twenty": 20, "thirty": 30}
_MONTH = (
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_CLEAR_MONTH = "(january|february|april|june|july|august|september|october|november|december)"
_WEEKDAY = r"(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SHORT_WEEKDAY = r"(mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_COUNT = (
    rf"(?:about |around |over |roughly )?(\d{{1,3}}|(?:a )?(?:{'|'.join(_NUMBERS)}|half a))(?: of)?"
)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_UNIT_SLACK = {"week": 3, "fortnight": 4, "month": 10, "year": 60}


@dataclass(frozen=True)
class DateRange:
    """Whole days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def parse_dates(phrase: str, today: date) -> DateRange | None:
    """Return the days that a phrase such as "two weeks ago" or "in March" means.

    Names of days and months mean the last ones, counted back from ``today``; "ago" is
    taken with some days of slack, since people guess. Text around the phrase is
    ignored. None when there is no date in it, or none that exists.
    """
    text = re.sub(r"\s+", " ", phrase.casefold()).strip(" ?!,;")
    between = re.search(r"\b(?:between|from) (.+?) (?:and|to|until|till|-) (.+)", text)
    if between:
        found = _both(between.group(1), between.group(2), today)
        if found:
            return found
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            days = reader(match, today)
            if days is not None:
                since = re.search(r"\bsince (?:the |last )?$", text[: match.start()])
                return DateRange(days.first, max(today, days.last)) if since else days
    return None


def _both(first: str, last: str, today: date) -> DateRange | None:
    end = parse_dates(last, today)
    month = re.search(_MONTH, last)
    if end and month and re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", first):
        first = f"{first} {month.group(1)} {end.last.year}"
    start = parse_dates(first, today)
    if not start or not end or start.first > end.last:
        return None
    return DateRange(start.first, end.last)


def _one_day(year: int, month: int, day: int) -> DateRange | None:
    try:
        return _days(date(year, month, day))
    except ValueError:
        return None


def _days(first: date, count: int = 1) -> DateRange:
    return DateRange(first, first + timedelta(days=count - 1))


def _month_of(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _latest(month: int, day: int, today: date) -> DateRange | None:
    """The last such day that is not after today."""
    for year in range(today.year, today.year - 9, -1):  # 29 February may be far away
        found = _one_day(year, month, day)
        if found and found.first <= today:
            return found
    return None


def _iso(match: "re.Match[str]", today: date) -> DateRange | None:
    return _one_day(*(int(part) for part in match.groups()))


def _numeric(match: "re.Match[str]", today: date) -> DateRange | None:
    """Day before month, as in Europe, unless that is no date."""
    day, month, year = int(match.group(1)), int(match.group(2)), match.group(3)
    if month > 12 >= day:
        day, month = month, day
    if year:
        return _one_day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _latest(month, day, today)


def _day_month(match: "re.Match[str]", today: date) -> DateRange | None:
    return _named(match.group(1), match.group(2), match.group(3), today)


def _month_day(match: "re.Match[str]", today: date) -> DateRange | None:
    return _named(match.group(2), match.group(1), match.group(3), today)


def _named(day: str, month: str, year: str | None, today: date) -> DateRange | None:
    if year:
        return _one_day(int(year), _month_of(month), int(day))
    return _latest(_month_of(month), int(day), today)


def _ago(match: "re.Match[str]", today: date) -> DateRange | None:
    words, unit = match.group(1), match.group(2)
    if unit in ("minute", "min", "hour"):
        return DateRange(today - timedelta(days=unit == "hour"), today)
    half = words == "half a"
    number = 1 if half else _number(words)
    length = number * _UNIT_DAYS[unit] // (2 if half else 1)
    slack = timedelta(days=_UNIT_SLACK.get(unit, 0 if number == 1 else 1 if number < 7 else 2))
    middle = today - timedelta(days=length)
    return DateRange(middle - slack, min(middle + slack, today))


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _NUMBERS[words.split()[-1]]


def _period(match: "re.Match[str]", today: date) -> DateRange | None:
    which, unit = match.groups()
    back = 0 if which == "this" else 1
    if unit == "week":
        return _days(_monday(today) - timedelta(weeks=back), 7)
    if unit == "year":
        return DateRange(date(today.year - back, 1, 1), date(today.year - back, 12, 31))
    first = today.replace(day=1)
    return _month(first if not back else first - timedelta(days=1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date) -> DateRange:
    return _days(day.replace(day=1), monthrange(day.year, day.month)[1])


def _weekend(match: "re.Match[str]", today: date) -> DateRange | None:
    weeks_back = 0 if today.weekday() >= 5 and "last" not in match.group() else 1
    return _days(_monday(today) + timedelta(days=5 - 7 * weeks_back), 2)


def _weekday_last_week(match: "re.Match[str]", today: date) -> DateRange | None:
    offset = _DAYS.index(match.group(1)[:3]) - 7
    return _days(_monday(today) + timedelta(days=offset))


def _weekday(match: "re.Match[str]", today: date) -> DateRange | None:
    back = (today.weekday() - _DAYS.index(match.group(1)[:3])) % 7 or 7
    return _days(today - timedelta(days=back))


def _part_of_month(match: "re.Match[str]", today: date) -> DateRange | None:
    part, whole = match.group(1), _latest_month(match.group(2), match.group(3), today)
    if part.startswith(("early", "begin", "start")):
        return _days(whole.first, 12)
    if part.startswith("mid"):
        return _days(whole.first + timedelta(days=8), 14)
    return DateRange(whole.last - timedelta(days=11), whole.last)


def _whole_month(match: "re.Match[str]", today: date) -> DateRange | None:
    return _latest_month(match.group(1), match.group(2), today)


def _latest_month(name: str, year: str | None, today: date) -> DateRange:
    month = _month_of(name)
    if year:
        return _month(date(int(year), month, 1))
    return _month(date(today.year - (month > today.month), month, 1))


def _season(match: "re.Match[str]", today: date) -> DateRange | None:
    month = _SEASONS[match.group(1)]
    first = date(today.year, month, 1)
    if first > today:
        first = date(today.year - 1, month, 1)
    return DateRange(first, _month(first + timedelta(days=75)).last)


def _christmas(match: "re.Match[str]", today: date) -> DateRange | None:
    year = today.year if today >= date(today.year, 12, 24) else today.year - 1
    return DateRange(date(year, 12, 20), date(year, 12, 27))


def _year(match: "re.Match[str]", today: date) -> DateRange | None:
    year = int(match.group(1))
    return DateRange(date(year, 1, 1), date(year, 12, 31))


def _day_of_month(match: "re.Match[str]", today: date) -> DateRange | None:
    day = int(match.group(1))
    for months_back in range(3):
        month = today.year * 12 + today.month - 1 - months_back
        found = _one_day(month // 12, month % 12 + 1, day)
        if found and found.first <= today:
            return found
    return None


def _days_back(first: int, last: int) -> Callable[["re.Match[str]", date], DateRange]:
    return lambda _, today: DateRange(today - timedelta(days=first), today - timedelta(days=last))


_Reader = Callable[["re.Match[str]", date], DateRange | None]
_PATTERNS: list[tuple[str, _Reader]] = [
    (r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", _iso),
    (r"(?<![\d.,€$£])(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b", _numeric),
    (r"(?<![\d.,€$£/])(\d{1,2})/(\d{1,2})()\b(?!/)", _numeric),
    (r"(?<![\d.,€$£])(\d{1,2})\.(\d{1,2})\.(?!\d)()", _numeric),
    (rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (\d{{4}}))?\b", _day_month),
    (rf"{_MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}}))?\b", _month_day),
    (r"\bday before yesterday\b", _days_back(2, 2)),
    (r"\byesterday\b|\blast (?:night|evening)\b", _days_back(1, 1)),
    (
        r"\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b|\bjust now\b",
        _days_back(0, 0),
    ),
    (rf"\b{_COUNT} ?(minute|min|hour|day|week|fortnight|month|year)s? (?:ago|back)\b", _ago),
    (rf"\b{_WEEKDAY} last week\b", _weekday_last_week),
    (rf"\blast week (?:on )?{_WEEKDAY}\b", _weekday_last_week),
    (r"\b(this|last|past|previous) (week|month|year)\b", _period),
    (r"\b(?:last|this|past|the) weekend\b|^weekend$", _weekend),
    (r"\bthe other day\b", _days_back(7, 1)),
    (r"\b(?:recently|lately|(?:last|past) few days)\b", _days_back(14, 0)),
    (
        r"\b(early|mid|late|beginning of|start of|middle of|end of)[ -]"
        rf"{_MONTH}(?: (\d{{4}}))?\b",
        _part_of_month,
    ),
    (rf"{_MONTH} (\d{{4}})\b", _whole_month),
    (rf"\b(?:in|since|last|of|from|during|this) {_MONTH}()(?!\w)", _whole_month),
    (rf"^{_MONTH}()$", _whole_month),
    (rf"(?<!\d )\b{_CLEAR_MONTH}()\b", _whole_month),
    (
        r"(?:\b(?:in|last|this|during|from|since)(?: the)? |^)(spring|summer|autumn|winter)\b",
        _season,
    ),
    (r"\b(?:in|last|this|since)(?: the)? (fall)\b", _season),
    (r"\b(?:christmas|xmas)\b", _christmas),
    (r"\bthe (\d{1,2})(?:st|nd|rd|th)\b", _day_of_month),
    (rf"\b{_WEEKDAY}s?\b", _weekday),
    (rf"(?:\b(?:on|last|since|from) |^){_SHORT_WEEKDAY}\b", _weekday),
    (r"(?:\b(?:in|from|of|since|during|year) |^)(20\d\d)\b", _year),
]
_READERS = [(re.compile(pattern), reader) for pattern, reader in _PATTERNS]
