"""Postal addresses as people type them, whole or piece by piece."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from aisle.shop.numbers import order_number_spans
from aisle.shop.selection.countries import (
    ZIP,
    country_of,
    find_country,
    find_state,
    split_country,
    split_state,
    zip_fits,
)
from aisle.shop.selection.words import word_set

_EMAIL = re.compile(r"[\w.+'-]+\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\b00)\d[\d\s()./-]{6,}\d|\(\d{2,5}\)\s?\d[\d\s-]{4,}")
_BREAK = re.compile(r"[,;\n|]+|\.(?=\s*$)|(?<=[a-z\d]{3})(?<!str)(?<!apt)(?<!ave)\.\s+(?=[A-Z])")
_LEAD_IN = re.compile(
    r"\b(?:to|at|is|address|be|use|:|place|office|home|house|flat|now|in|it's|its)\b:?|:",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:(?:my|our|the|new|old|is|this|that|one|following|it's|its|work|please|instead|of|"
    r"and|then|oh|ok|sure|yes|no|hi|hello|sorry|actually|i|mean|meant|make|it)\b[\s:,-]*|"
    r"[\s:,.-]+)*",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"(?:[\s,.!]+(?:please|pls|thanks|thank you|instead|thx|cheers|"
    r"for (?:the |my |this |that )?order))+\W*$",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[\s,.;!?)-]+(?:(?:and|so|but)\s+)?(?:it.?s(?!\s+(?:in|at|the)\b)|this\s+is|i.?m|i\s+am|"
    r"i\s+(?:have|will|need|want|hope|just|think|would)|we\s+(?:are|have|will)|name\s+is|"
    r"my\s+(?:name|e-?mail|order|mail|phone|number)|thanks?|thx|cheers|please|pls|regards|"
    r"because|since|hope|asap|can\s+(?:you|i)|could\s+(?:you|i)|is\s+that|that\s+is|that.?s|"
    r"let\s+me|ok|okay|instead|sorry|(?:from|under)\s+(?:my|the)\s+e-?mail)\b\D*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=\w{3})[.!?;]+(?=\s|$)|[!?]")
_NOT_BUT = re.compile(r"\bnot\b.*?\d.*?\bbut\s+(?:rather\s+)?(?=.*\d)", re.IGNORECASE | re.DOTALL)
_FROM_TO = re.compile(r"\bfrom\s[^?]*?\d[^?]*?\bto\s+(?=.*\d)", re.IGNORECASE | re.DOTALL)
_NOT_THIS = re.compile(
    r"(?<=\w)[\s,]+(?:(?:and\s+)?not\s+(?:to|at)?|instead\s+of|rather\s+than)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_FORM_LABEL = re.compile(
    r"\b(?:address\s*(?:line)?\s*[12]?|street(?:\s+address)?|city|town|state|province|country|"
    r"(?:zip|postal|post)\s?(?:code)?|postcode)\s*[:=]",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|boulevard|blvd|terrace|ter|court|ct|"
    r"place|pl|way|square|sq|highway|hwy|parkway|pkwy|circle|cir|trail|trl|close|crescent|row|"
    r"mews|alley|broadway|rue|impasse|quai|via|viale|piazza|calle|avenida|paseo|plaza|carrer|"
    r"rua|ulica|ul|chaussée)\b\.?|"
    r"(?:stra(?:ß|ss)e|str\.?|weg|gasse|platz|allee|ring|damm|ufer|gata[n]?|gatan|vägen|väg|"
    r"torget|straat|laan|plein|gracht|kade|vej|gade|veien|vei|katu|tie|utca|ulice)\b",
    re.IGNORECASE,
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\b|\bpostfach\b", re.IGNORECASE)
_UNIT = (
    r"(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|block|top|stock|stiege|"
    r"lgh|c/o|att?n|door|entrance|stair|hinterhaus|house|box|#)"
)
_INLINE_UNIT = re.compile(rf"\s(?=(?:{_UNIT[3:-1]})\b\.?\s*#?\s*\w*\d|#\s?\d)", re.IGNORECASE)
_UNIT_PART = re.compile(rf"^(?:{_UNIT}(?!\w)|\d+(?:st|nd|rd|th)\s+floor)", re.IGNORECASE)
_UNIT_SAID = re.compile(
    r"\b((?:apt|apartment|suite|unit|flat|room|top)\b\.?\s*(?:number|no\.?|is|#)?\s*)"
    r"([a-z]?\d+\s?[a-z]?)\b",
    re.IGNORECASE,
)
_HOUSE_NUMBER = re.compile(
    r"\b(?:(?:house|street)?\s?number|no\.|nr\.?)\s*(?:is\s+|should be\s+)?(\d+\s?[a-z]?)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\b(zip(?:[\s-]?code)?|post(?:al)?[\s-]?code|postcode|plz|city|town|country|state|province|"
    r"street(?:\s+address)?|apartment|address line 2)\b(?:\s+(?:is|should be|was|to)\b|\s*[:=])\s*"
    r"([^,;\n]+)",
    re.IGNORECASE,
)
_LABELS = {"city": "city", "town": "city", "country": "country", "state": "state"}
_DEFAULT = re.compile(
    r"(?:\b(?:to|use|at|with|take|is|it's|yes|just|same as|from|like)\W+|^\W*)(?:on\s+)?"
    r"(?:my|the)\s+"
    r"(?:(?:(?:default|usual|account|profile|saved|registered|standard|normal|home|main)\s+)+"
    r"(?:shipping\s+|delivery\s+)?address|(?:one|address)\s+(?:you have\s+)?(?:on|in|from)\s+"
    r"(?:file|my\s+(?:account|profile))|home)\b",
    re.IGNORECASE,
)
_ABOUT_DEFAULT = re.compile(
    r"\b(?:change|update|edit|correct|set|replace|modify|new)\s+(?:my|the)\s+(?:default|home|usual)",
    re.IGNORECASE,
)
_NO_PLACE = word_set(
    "a about again ah all am and any anything are as ask be but by can cancel cant card change "
    "could did do does done dont for forget from get go good have help hello hi how human i if "
    "item just know like mind need never no nope not nothing now of ok okay one only or order "
    "other please person quit really refund return same send sorry stop sure talk thank thanks "
    "that then there they think this to today tomorrow wait want was we what when where which "
    "who why will with wrong yeah yep yes yet you your when's what's where's mistake paypal gift "
    "hmm hm nevermind default account file sure maybe later first second both "
    "correct right fine great email e-mail phone code it's its it is in at the my"
)
_NO_CITY = word_set("i it its it's my you your is are please thanks thank can order email mail")
_IT_IS_IN = re.compile(
    r"^(?:and\s+)?(?:(?:it|that)(?:.?s|\s+is)\s+(?:in\s+)?|in\s+(?=[A-Z]))", re.IGNORECASE
)
_INTO = re.compile(
    r"^(?:(?:it's|its|it is|that's|that is|in|the|city is|to|and)\s+)+", re.IGNORECASE
)


@dataclass(frozen=True)
class PartialAddress:
    """An address as far as it is known; what is not known is empty."""

    address1: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    address2: str = ""
    state: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields still to ask for; never ``address2`` and ``state``."""
        return tuple(
            name for name in ("address1", "zip", "city", "country") if not getattr(self, name)
        )

    @property
    def complete(self) -> bool:
        return not self.missing


def read_address(
    text: str,
    previous: Mapping[str, str] | None = None,
    default: Mapping[str, str] | None = None,
) -> PartialAddress:
    """Read an address, or what a message adds to or corrects in the previous one.

    Args:
        previous: what is known already, as the fields of `PartialAddress`; empty where an
            address was asked for and nothing is known, None where it was not.
        default: the customer's own address. "My default address" means it. Its country is
            taken where none is said and the ZIP code has that country's form.

    Returns:
        The previous address, unchanged, when the text has nothing of an address.
    """
    known = _partial(previous)
    cleaned = _cleaned(text)
    whole = _read_whole(cleaned, street_asked=previous is not None and not known.address1)
    if whole is None and default and _means_default(text):
        return _partial(default)
    if whole is not None and (not known.address1 or whole.city or whole.zip):
        found = whole if known.address1 else _filled(known, asdict(whole))
    else:
        found = _with_follow_up(cleaned, known, whole, asked=previous is not None)
    return _with_country(found, (default or {}).get("country") or "")


def _partial(content: Mapping[str, str] | None) -> PartialAddress:
    names = [field.name for field in fields(PartialAddress)]
    return PartialAddress(**{name: str((content or {}).get(name) or "") for name in names})


def _cleaned(text: str) -> str:
    for start, end in reversed(order_number_spans(text)):
        text = text[:start] + " " + text[end:]
    text = re.sub(r"\([^()\d]*\)", " ", _PHONE.sub(" ", _EMAIL.sub(" ", text)))
    if len(_FORM_LABEL.findall(text)) > 1:
        text = _FORM_LABEL.sub(",", text)
    text = _only_new(text)
    return _TRAILER.sub("", _without_remarks(text)).strip()


def _only_new(text: str) -> str:
    """Leave out the address that is not wanted: "not to 5 Elm Street but to", "instead of"."""
    for pattern in (_NOT_BUT, _FROM_TO):
        match = pattern.search(text)
        if match:
            return text[match.end() :]
    match = _NOT_THIS.search(text)
    named_before = match is not None and re.search(r"\d", text[: match.start()])
    return text[: match.start()] if match and named_before else text


def _without_remarks(text: str) -> str:
    """Cut what follows an address: another sentence, thanks, who it is from."""
    found = list(ZIP.finditer(text))
    ends = _SENTENCE_END.search(text, found[-1].end()) if found else None
    if ends and not re.search(r"\d", text[ends.end() :]):
        text = text[: ends.start()]
    remark = _REMARK.search(text)
    return text[: remark.start()] if remark else text


def _means_default(text: str) -> bool:
    if re.search(
        r"\bnot\s+(?:to\s+|at\s+)?(?:my|the)\s+(?:default|home|usual)", text, re.IGNORECASE
    ):
        return False
    return _DEFAULT.search(text) is not None and not _ABOUT_DEFAULT.search(text)


def _filled(known: PartialAddress, found: Mapping[str, str]) -> PartialAddress:
    return replace(known, **{name: value for name, value in found.items() if value})


def _with_country(address: PartialAddress, default_country: str) -> PartialAddress:
    if address.country:
        same = find_country(address.country) == find_country(default_country)
        return replace(address, country=default_country) if default_country and same else address
    if not address.zip:
        return address
    certain = country_of(address.zip, address.state)
    if certain and certain != find_country(default_country):
        return replace(address, country=certain)
    if default_country and zip_fits(address.zip, default_country):
        return replace(address, country=default_country)
    return address


def _read_whole(text: str, *, street_asked: bool) -> PartialAddress | None:
    """Read an address that has at least a street."""
    parts = [part.strip(" .\t") for part in _BREAK.split(text)]
    parts = [part for part in parts if part]
    place = next(
        (number for number, part in enumerate(parts) if _has_street(part, parts, street_asked)),
        None,
    )
    if place is None:
        return None
    street = _without_lead_in(parts[place])
    rest = [_IT_IS_IN.sub("", part) for part in parts[place + 1 :]]
    rest, country = _take_country(rest)
    if not rest:
        street, inline, found = _split_street(street)
        country = country or found
        rest = [inline] if inline else []
    street, unit = _split_unit(street)
    if re.fullmatch(r"\d+\s?[a-z]?", street, re.IGNORECASE) and rest and not ZIP.search(rest[0]):
        street, rest = f"{street} {rest[0]}", rest[1:]
    units = [unit] if unit else []
    while rest and (_is_unit(rest[0]) or (len(rest) > 1 and _more_follow(rest))):
        units.append(rest.pop(0))
    city, state, zip_code = _read_city(rest)
    if {word.casefold() for word in city.split()} & _NO_CITY:
        city = ""  # it is asked for rather than guessed
    return PartialAddress(street, city, zip_code, country or "", ", ".join(units), state)


def _is_unit(part: str) -> bool:
    return _UNIT_PART.match(part) is not None


def _more_follow(rest: Sequence[str]) -> bool:
    """Whether the first part is neither city, state nor ZIP code, as enough parts come after."""
    named = [part for part in rest if not find_state(part) and _bare_zip(part) is None]
    holder = [part for part in named if ZIP.search(part)]
    if (
        holder
        and re.sub(r"\W", "", ZIP.sub("", holder[0]))
        and find_state(ZIP.sub("", holder[0])) is None
    ):
        return rest[0] is not holder[0] and split_state(ZIP.sub("", holder[0]))[0] != ""
    plain = [part for part in named if not ZIP.search(part)]
    return len(plain) > 1 and rest[0] is plain[0]


def _bare_zip(part: str) -> str | None:
    match = ZIP.fullmatch(part.strip())
    return match.group() if match else None


def _has_street(part: str, parts: Sequence[str], asked: bool) -> bool:
    bare = _without_lead_in(part)
    if _PO_BOX.search(bare):
        return True
    has_number = re.search(r"(?<![\w#€$£.,])\d{1,6}\s?[a-z]?\b", bare, re.IGNORECASE) is not None
    has_name = (
        re.search(r"[^\W\d_]{2,}", ZIP.sub(" ", bare) if len(parts) == 1 else bare) is not None
    )
    if not has_number or bare.strip() == "" or len(bare) > 120:
        return False
    if _STREET.search(bare) and has_name and not re.fullmatch(r"\D*", _numbers_of(bare)):
        return True
    if not has_name:
        return len(parts) > 1 and part is parts[0] and bool(_STREET.search(parts[1]))
    if _bare_zip(part) or _zip_city(part):
        return False
    later = parts[list(parts).index(part) + 1 :]
    settled = any(ZIP.search(other) or find_country(other) or find_state(other) for other in later)
    return settled or (asked and "?" not in part)


def _numbers_of(text: str) -> str:
    return " ".join(re.findall(r"\d+", text))


def _zip_city(part: str) -> bool:
    """Whether a part is only ZIP code and city (and state): "211 42 Malmö", "IL 62704"."""
    bare = _INTO.sub("", part.strip())
    match = ZIP.match(bare)
    if match and len(match.group()) >= 4 and not re.search(r"\d", bare[match.end() :]):
        return not _STREET.search(bare)
    return (
        bool(re.search(r"^\D+$", ZIP.sub("", bare)))
        and ZIP.search(bare) is not None
        and (not _STREET.search(bare))
    )


def _without_lead_in(part: str) -> str:
    """Cut what leads to the street: "please send it to my office at"."""
    digit = re.search(r"\d", part)
    end = digit.start() if digit else len(part)
    cues = [match.end() for match in _LEAD_IN.finditer(part, 0, end)]
    cues = [cue for cue in cues if re.search(r"\w", part[cue:])]
    named = part[cues[-1] :] if cues else part
    return _FILLER.sub("", named).strip()


def _take_country(parts: Sequence[str]) -> tuple[list[str], str | None]:
    parts = list(parts)
    while parts and not re.search(r"\w", parts[-1]):
        parts.pop()
    for place in range(len(parts) - 1, -1, -1):
        country = find_country(parts[place])
        is_state = place < len(parts) - 1 or country != "USA"
        if country and not (len(parts[place]) == 2 and find_state(parts[place]) and is_state):
            return [*parts[:place], *parts[place + 1 :]], country
    if parts:
        last, country = split_country(parts[-1])
        if country:
            return [*parts[:-1], last], country
    return parts, None


def _split_street(text: str) -> tuple[str, str, str | None]:
    """Split an address without commas into its street, the rest and the country."""
    text, country = split_country(text)
    found = [match for match in ZIP.finditer(text) if match.start() > 0]
    if not found:
        words = list(_STREET.finditer(text))
        if country and words and re.search(r"\w", text[words[-1].end() :]):
            end = words[-1].end()
            number = re.match(r"\s*\d+\s?[a-z]?\b", text[end:], re.IGNORECASE)
            end += number.end() if number else 0
            return text[:end].strip(), text[end:].strip(), country
        return text, "", country
    zip_match = found[-1]
    before, after = text[: zip_match.start()].strip(), text[zip_match.end() :].strip()
    if after and not find_state(after):
        return before, f"{zip_match.group()} {after}", country
    types = [match for match in _STREET.finditer(before) if match.start() > 0]
    if not types:
        return before, zip_match.group(), country
    end = types[0].end()
    tail = re.match(
        rf"\s*(?:\d+\s?[a-z]?\b)?(?:\s*{_UNIT}\.?\s*#?\w+)?", before[end:], re.IGNORECASE
    )
    end += tail.end() if tail else 0
    return (
        before[:end].strip(),
        f"{before[end:].strip()} {zip_match.group()} {after}".strip(),
        country,
    )


def _split_unit(street: str) -> tuple[str, str]:
    match = _INLINE_UNIT.search(street)
    if match is None or not re.search(r"\d", street[: match.start()]):
        return street, ""
    return street[: match.start()].strip(" ,"), street[match.end() :].strip()


def _read_city(parts: Sequence[str]) -> tuple[str, str, str]:
    """Return city, state and ZIP code from the parts after the street."""
    zip_code, state = "", ""
    names: list[str] = []
    for part in parts:
        found = list(ZIP.finditer(part))
        if found:
            zip_code = _written(found[-1].group())
            part = f"{part[: found[-1].start()]} {part[found[-1].end() :]}".strip()
        alone = find_state(part)
        if alone and (names or len(part) == 2):
            state, part = alone, ""
        elif part:
            part, found_state = split_state(part)
            state = found_state or state
        if part.strip(" ."):
            names.append(re.sub(r"^(?:in|zip|postcode|zip code)\s+", "", part.strip(" .")))
    return ", ".join(names[:1]), state, zip_code


def _written(zip_code: str) -> str:
    return re.sub(r"\s+", " ", zip_code).upper()


def _with_follow_up(
    text: str, known: PartialAddress, whole: PartialAddress | None, *, asked: bool
) -> PartialAddress:
    """Take single parts: labelled ones, corrections, and what was asked for."""
    found: dict[str, str] = {}
    rest = text
    for match in _LABELLED.finditer(text):
        field, value = _labelled(match[1].casefold(), match[2].strip(" ."))
        if value:
            found[field] = value
            rest = rest.replace(match.group(), " ")
    if known.address1:
        unit, number = _UNIT_SAID.search(rest), _HOUSE_NUMBER.search(rest)
        if unit:
            found["address2"] = _unit_written(unit)
            rest = rest.replace(unit.group(), " ")
        elif number:
            found["address1"] = re.sub(r"\d+\s?[a-zA-Z]?\b", number[1], known.address1, count=1)
            rest = rest.replace(number.group(), " ")
        elif whole is not None:
            found["address1"] = whole.address1
            rest = ""
    if not found and "?" not in text and asked:
        found.update(_asked(rest, known))
    return _filled(known, found)


def _unit_written(match: "re.Match[str]") -> str:
    name = re.sub(r"\s*(?:number|no\.?|is|#)?\s*$", "", match[1], flags=re.IGNORECASE)
    return f"{name[:1].upper()}{name[1:]} {match[2]}"


def _labelled(label: str, value: str) -> tuple[str, str]:
    if label.startswith(("zip", "post", "plz")):
        match = ZIP.search(value)
        return "zip", _written(match.group()) if match else ""
    if label.startswith(("state", "province")):
        return "state", find_state(value) or value
    if label == "country":
        return "country", find_country(value) or ""
    if label.startswith("street"):
        return "address1", value
    if label in ("apartment", "address line 2"):
        return "address2", f"Apartment {value}" if label == "apartment" else value
    return _LABELS[label], value


def _asked(text: str, known: PartialAddress) -> dict[str, str]:
    """Read a message that has nothing but a ZIP code, a city, a state or a country."""
    bare = _INTO.sub("", _FILLER.sub("", text.strip())).strip(" .!")
    parts, country = _take_country([part.strip() for part in _BREAK.split(bare) if part.strip()])
    city, state, zip_code = _read_city(parts)
    words = re.findall(r"[^\W\d_][\w'\u2019.-]*", city)
    is_city = bool(words) and len(words) <= 4 and not {w.casefold() for w in words} & _NO_PLACE
    if city and not is_city:
        return {}
    found = {"zip": zip_code, "state": state, "country": country or ""}
    alone = not (known.address1 or known.city or known.zip or zip_code)
    if alone and is_city and not (city[:1].isupper() and len(words) < 4):
        return {}  # "nevermind"
    if is_city and (not known.city or zip_code) and not re.search(r"\d", city):
        found["city"] = city
    return found
