"""What in a sentence can be looked up word for word: numbers, names, addresses and codes."""

import re

_ADDRESS = re.compile(
    r"[\w.+'-]+@[\w.-]*\w|(?:https?://|www\.)\S*\w|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*\w)?"
)
_PHONE = re.compile(r"\+?\d(?:[ /-]?\d){7,}")
_CODE = re.compile(r"\b(?=\w*\d)[a-z_]\w+\b")
_RANGE = r"\d+(?:-\d+)?"
_NUMBER = re.compile(
    rf"(?P<before>[€$£])?\s?(?P<number>\d+(?:[.,:]\d+)+|{_RANGE})"
    r"(?:[\s-]?(?:(?:business|working|calendar|full|whole)\s)*(?P<after>[a-z%€$£]+))?"
)
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][\w-]+|\b[A-Z]{3,}\b")
_FREE = re.compile(
    r"(?<!feel )\bfree\b|\b(?:no|without)(?: extra| additional)?(?: charge| cost| fee)s?\b"
    r"|\bcosts?(?: you)? nothing\b"
)
_TIMES = ("minute", "hour", "day", "week", "month", "year")
_UNITS = {
    **{f"{unit}{s}": unit for unit in _TIMES for s in ("", "s")},
    **{"€": "€", "euro": "€", "euros": "€", "eur": "€", "$": "$", "dollar": "$", "dollars": "$"},
    **{"£": "£", "pound": "£", "pounds": "£", "%": "%", "percent": "%"},
    **{unit: unit for unit in ("mm", "cm", "m", "km", "g", "kg", "ml", "l")},
}
_VALUES = {
    **{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14},
    **{"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60},
    **{"ninety": 90, "hundred": 100, "thousand": 1000},
}
# "One" is a number only before a unit: "this one", "one of them".
_NUMBER_WORD = re.compile(
    rf"\b(?:(one)(?=\s(?:\w+\s)?(?:{'|'.join(filter(str.isalpha, _UNITS))})\b)"
    rf"|({'|'.join(word for word in _VALUES if word != 'one')}))\b"
)


def facts(text: str) -> frozenset[str]:
    """Return the numbers with their units, addresses, telephone numbers and codes of a text.

    They are brought into one form: "€5.00", "five euros" and "5 EUR" are all "5 €".
    """
    text = _plain(text)
    found: set[str] = set()
    for kind in (_ADDRESS, _PHONE, _CODE):
        found.update(re.sub(r"(?<=\d)[ /-](?=\d)", "", match) for match in kind.findall(text))
        text = kind.sub(" ", text)
    found.update("0 €" for _ in _FREE.finditer(text))
    found.update(_with_unit(match) for match in _NUMBER.finditer(text))
    return frozenset(found)


def bare_numbers(found: frozenset[str]) -> frozenset[str]:
    """Return the numbers of facts without their units."""
    return frozenset(fact.split(" ")[0] for fact in found)


def names(text: str) -> frozenset[str]:
    """Return what is written with a capital though no sentence begins with it, and codes."""
    return frozenset(_NAME.findall(text))


def _plain(text: str) -> str:
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower().replace("per cent", "%"))
    text = _NUMBER_WORD.sub(lambda match: str(_VALUES[match[0]]), text)
    text = re.sub(r"(?<=\d)\s?-\s?(?=\d)|(?<=\d) to (?=\d+(?![\d:.,]*[:.,]\d))", "-", text)
    return re.sub(r"\b(\d+)([a-z]+)\b", r"\1 \2", text)


def _with_unit(match: "re.Match[str]") -> str:
    unit = _UNITS.get(match["before"] or match["after"] or "", "")
    return f"{_canonical(match['number'])} {unit}".strip()


def _canonical(number: str) -> str:
    """Write "5.00" as "5", "5,90" as "5.9" and "1,000" as "1000"."""
    if ":" in number or "-" in number:
        return number
    number = re.sub(r"[.,](?=\d{3}\b)", "", number).replace(",", ".")
    return number.rstrip("0").rstrip(".") if "." in number else number
