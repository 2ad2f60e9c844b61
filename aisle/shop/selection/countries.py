"""Countries as people write them, their ZIP codes, and states that stand before a ZIP code."""

import re
from collections.abc import Mapping

_ALIASES = {
    "USA": "us, united states, united states of america, u.s.a., u.s., america, the states",
    "Canada": "ca",
    "United Kingdom": "uk, gb, great britain, england, scotland, wales, northern ireland, u.k.",
    "Ireland": "ie, republic of ireland, eire",
    "Germany": "de, deutschland",
    "Austria": "at, österreich, oesterreich",
    "Switzerland": "ch, schweiz, suisse, svizzera",
    "France": "fr",
    "Belgium": "be, belgië, belgique",
    "Netherlands": "nl, the netherlands, holland, nederland",
    "Luxembourg": "lu, luxemburg",
    "Denmark": "dk, danmark",
    "Sweden": "se, sverige",
    "Norway": "no, norge",
    "Finland": "fi, suomi",
    "Iceland": "is",
    "Poland": "pl, polska",
    "Czechia": "cz, czech republic, česko",
    "Slovakia": "sk, slovensko",
    "Slovenia": "si, slovenija",
    "Hungary": "hu, magyarország",
    "Romania": "ro, românia",
    "Bulgaria": "bg",
    "Croatia": "hr, hrvatska",
    "Greece": "gr, hellas",
    "Italy": "it, italia",
    "Spain": "es, españa, espana",
    "Portugal": "pt",
    "Estonia": "ee, eesti",
    "Latvia": "lv, latvija",
    "Lithuania": "lt, lietuva",
    "Malta": "mt",
    "Cyprus": "cy",
    "Liechtenstein": "li",
    "Australia": "au",
    "New Zealand": "nz",
    "Japan": "jp",
    "India": "in",
    "Turkey": "tr, türkiye",
    "Mexico": "mx, méxico",
    "Brazil": "br, brasil",
    "Ukraine": "ua",
}
_BY_ALIAS = {
    alias.strip(): name
    for name, aliases in _ALIASES.items()
    for alias in (name.casefold(), *aliases.split(","))
}
_FIVE = r"\d{5}"
_FOUR = r"\d{4}"
_FIVE_SPACED = r"\d{3}\s?\d{2}"
_SIX = r"\d{6}"
_ZIPS = {
    "USA": r"\d{5}(?:-\d{4})?",
    "Canada": r"[A-Z]\d[A-Z][\s-]?\d[A-Z]\d",
    "United Kingdom": r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}",
    "Ireland": r"[AC-FHKNPRTV-Y](?:\d{2}|6W)\s?[A-Z\d]{4}",
    "Netherlands": r"\d{4}\s?[A-Z]{2}",
    "Portugal": r"\d{4}-\d{3}",
    "Poland": r"\d{2}-\d{3}",
    "Romania": _SIX,
    "India": r"\d{3}\s?\d{3}",
    "Japan": r"\d{3}-\d{4}",
    "Brazil": r"\d{5}-\d{3}",
    "Iceland": r"\d{3}",
    "Latvia": r"(?:LV-)?\d{4}",
    "Lithuania": r"(?:LT-)?\d{5}",
    "Malta": r"[A-Z]{3}\s?\d{4}",
    "Luxembourg": r"(?:L-)?\d{4}",
    **dict.fromkeys(
        ("Germany", "France", "Italy", "Spain", "Finland", "Estonia", "Croatia", "Turkey",
         "Mexico", "Ukraine"),
        rf"(?:[A-Z]{{1,3}}-)?{_FIVE}",
    ),
    **dict.fromkeys(
        ("Sweden", "Czechia", "Slovakia", "Greece"), rf"(?:[A-Z]{{1,2}}-)?{_FIVE_SPACED}"
    ),
    **dict.fromkeys(
        ("Austria", "Switzerland", "Belgium", "Denmark", "Norway", "Hungary", "Slovenia",
         "Bulgaria", "Cyprus", "Liechtenstein", "Australia", "New Zealand"),
        rf"(?:[A-Z]{{1,2}}-)?{_FOUR}",
    ),
}  # fmt: skip
_UNMISTAKABLE = ("Canada", "United Kingdom", "Netherlands", "Portugal", "Poland")
_FORMS = [
    *(_ZIPS[country] for country in _UNMISTAKABLE),
    *sorted({*_ZIPS.values()} - {_ZIPS["Iceland"]}, key=len, reverse=True),
]
ZIP = re.compile(rf"(?<![\w#@€$£.,:/-])(?:{'|'.join(_FORMS)})(?![\w@/-]|[.:]\d)", re.IGNORECASE)
"""Any country's ZIP code."""

_US_STATES = """
    Alabama AL, Alaska AK, Arizona AZ, Arkansas AR, California CA, Colorado CO, Connecticut CT,
    Delaware DE, District of Columbia DC, Florida FL, Georgia GA, Hawaii HI, Idaho ID, Illinois IL,
    Indiana IN, Iowa IA, Kansas KS, Kentucky KY, Louisiana LA, Maine ME, Maryland MD,
    Massachusetts MA, Michigan MI, Minnesota MN, Mississippi MS, Missouri MO, Montana MT,
    Nebraska NE, Nevada NV, New Hampshire NH, New Jersey NJ, New Mexico NM, New York NY,
    North Carolina NC, North Dakota ND, Ohio OH, Oklahoma OK, Oregon OR, Pennsylvania PA,
    Rhode Island RI, South Carolina SC, South Dakota SD, Tennessee TN, Texas TX, Utah UT,
    Vermont VT, Virginia VA, Washington WA, West Virginia WV, Wisconsin WI, Wyoming WY
"""
_PROVINCES = """
    Alberta AB, British Columbia BC, Manitoba MB, New Brunswick NB, Newfoundland and Labrador NL,
    Nova Scotia NS, Northwest Territories NT, Nunavut NU, Ontario ON, Prince Edward Island PE,
    Quebec QC, Saskatchewan SK, Yukon YT
"""


def _states(listing: str) -> dict[str, str]:
    entries = (entry.split() for entry in listing.split(","))
    return {" ".join(words[:-1]).casefold(): words[-1] for words in entries}


_STATE_CODES: Mapping[str, Mapping[str, str]] = {
    "USA": _states(_US_STATES),
    "Canada": _states(_PROVINCES),
}


def find_country(text: str) -> str | None:
    """Return the English name of the country that a text is: a name, a local name or a code."""
    words = " ".join(text.casefold().split()).strip(" .,!")
    return _BY_ALIAS.get(words) or _BY_ALIAS.get(words.removeprefix("the "))


def split_country(text: str) -> tuple[str, str | None]:
    """Split a country's name, but no two-letter code, from the end of a text."""
    words = text.split()
    for count in range(min(4, len(words) - 1), 0, -1):
        tail = " ".join(words[-count:])
        if len(tail.strip(" .,!")) > 2 or tail in ("UK", "US"):
            country = find_country(tail)
            if country:
                return " ".join(words[:-count]).rstrip(" ,"), country
    return text, None


def zip_fits(zip_code: str, country: str) -> bool:
    """Whether a ZIP code has the form of a country's; yes for countries that are not known."""
    form = _ZIPS.get(find_country(country) or "")
    return form is None or re.fullmatch(form, zip_code, re.IGNORECASE) is not None


def country_of(zip_code: str, state: str) -> str | None:
    """Return the country that a ZIP code's form, or its state, leaves no doubt about."""
    for country, codes in _STATE_CODES.items():
        if state and state in codes.values() and zip_fits(zip_code, country):
            return country
    fitting = [country for country in _UNMISTAKABLE if zip_fits(zip_code, country)]
    return fitting[0] if len(fitting) == 1 else None


def find_state(text: str) -> str | None:
    """Return the code of the US state or Canadian province that a text is."""
    words = " ".join(text.split()).strip(" .,")
    for codes in _STATE_CODES.values():
        if words.upper() in codes.values() and (words.isupper() or len(words) == 2):
            return words.upper()
        if words.casefold() in codes:
            return codes[words.casefold()]
    return None


def split_state(text: str) -> tuple[str, str | None]:
    """Split a state from the end of a text, where words stand before it."""
    words = text.split()
    for count in range(min(4, len(words) - 1), 0, -1):
        tail = " ".join(words[-count:])
        state = find_state(tail)
        if state and (len(tail) > 2 or tail.isupper()):
            return " ".join(words[:-count]).rstrip(" ,"), state
    return text, None
