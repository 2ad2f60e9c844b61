"""What a shopper types to say who they are, read into e-mail, names and ZIP code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_EMAIL = re.compile(r"[\w.+'-]+\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_ORDER_NUMBER = re.compile(
    r"(?<![a-z0-9])(?:\border\s*(?:number|num|nr|no|id)?\W{0,3}(?:is\s)?(?:#\s*)?w?|#\s*w?|w)[\s.-]*"
    r"(?:\d(?:[ -]?\d){6}(?!\d)|\d+(?![\da-z]))",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+|\b00)\d[\d\s()./-]{6,}\d|\(\d{2,5}\)\s?\d[\d\s-]{4,}")

_ZIP_CUE = re.compile(
    r"\b(?:zip|post|postal|area|plz|eircode|pin)[\s-]*(?:code)?\b\W*(?:is|=|:)?\W*$", re.IGNORECASE
)
_MIXED_ZIPS = [
    r"[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}",  # United Kingdom
    r"[a-z]\d[a-z][\s-]?\d[a-z]\d",  # Canada
    r"[ac-fhknprtv-y](?:\d{2}|6w)\s?(?=[a-z\d]{0,3}\d)[a-z\d]{4}",  # Ireland
    r"\d{4}\s?[a-z]{2}",  # Netherlands
    r"[a-z]{1,2}-\d{4,5}",  # with a country's letters in front: D-10083
]
_DIGIT_ZIPS = [r"\d{4}-\d{3}", r"\d{5}-\d{4}", r"\d{2}-\d{3}", r"\d{3}\s\d{2}", r"\d{4,6}"]
_MIXED_ZIP = re.compile(rf"(?<![\w#@.-])(?:{'|'.join(_MIXED_ZIPS)})(?![\w@-])", re.IGNORECASE)
_DIGIT_ZIP = re.compile(
    rf"(?<![\w#@€$£.,:/-])(?:{'|'.join(_DIGIT_ZIPS)})(?![\w@/-]|[.,:]\d)"
    r"(?!\s?(?:€|\$|£|%|eur|cm|mm|ml|kg|gb|mah|euros?|pieces|items|days|weeks)\b)",
    re.IGNORECASE,
)
_NOT_A_ZIP_BEFORE = re.compile(
    r"(?:\d[\s./-]|\bending(?:\sin|\swith)?\s|\bsize\s|[€$£]\s?)$", re.IGNORECASE
)
_BEFORE_A_YEAR = re.compile(
    r"(?:\b(?:in|since|of|year|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|"
    r"nov\w*|dec\w*)|\d)[,.]?\s?$",
    re.IGNORECASE,
)
_TWO_LETTER_WORDS = (
    "is my in at on or it to no so me we he of as by if an am be do go up us ok hi ml mm cm kg gb "
    "km pm st nd rd th sa sd ss"
)
_NOT_DUTCH_LETTERS = frozenset(_TWO_LETTER_WORDS.split())

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019`\u00b4.-][^\W\d_]+)*")
_NAME_CUE = re.compile(r"\bnames?(?:['\u2019]s|\s+is|\s+was)?\s*[:=-]?\s*", re.IGNORECASE)
_FIRST_NAME = re.compile(
    r"\b(?:first|given|fore)[\s-]?name(?:['\u2019]s|\s+is)?\s*[:=-]?\s*", re.IGNORECASE
)
_LAST_NAME = re.compile(
    r"\b(?:(?:last|family)[\s-]?name|surname)(?:['\u2019]s|\s+is)?\s*[:=-]?\s*", re.IGNORECASE
)
_PARTICLE_WORDS = (
    "de del della di da dos das do du la le les van von der den ter ten zu zur el al bin ben abu "
    "af av mac o"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_ORDINARY_WORDS = """
    a about account actually address again ago ah all already also am an and any anyone anything
    are arrive arrived as ask asked at back be because been before billing boots bought bye can
    cancel cant card change chat check code colour come comes contact correct could customer date
    day days dear deliver delivered delivery details did didn didnt do does doesnt doing done dont
    e each email e-mail else enter ever exchange family first for forename found from full get
    give given go going good got great had has hasn't hasnt have haven't havent he hello help her
    here hey hi him his how i id if i'd i'll i'm i've im in info information is isn't isnt it
    it's item items its ive just know last late like live living long look looking lost mail make
    many may maybe me mine miss missing mr mrs ms must my myself name names need never new nice no
    not nothing now number numbers of ok okay old on one only or order ordered orders our out over
    own parcel package paid pay payment phone place placed please plz postal post postcode price
    product question quick refund registered return returned right same say see send sent she
    shipped shipping shop should show sir so some something sorry status still store street sure
    surname tell than thank thanks that that's thats the their them then there they thing think
    this time to today told track tracking try two under until up us use used user very wait
    waiting want wanted was we week weeks well were what what's whats when where where's wheres
    which who why will with wish would wrong year years yes yesterday yet you your yours zip zipcode
"""
_NO_NAME = frozenset(_ORDINARY_WORDS.split())
_MOST_NAME_WORDS = 5


@dataclass(frozen=True)
class Credentials:
    """What is known of who somebody says they are. Its ``repr`` tells no values."""

    email: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    zip_code: str | None = field(default=None, repr=False)

    @property
    def has_name_and_zip(self) -> bool:
        return bool(self.first_name and self.last_name and self.zip_code)

    @property
    def complete(self) -> bool:
        """Whether a check can be made: an e-mail address, or both names and the ZIP code."""
        return bool(self.email) or self.has_name_and_zip

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields still to ask for; ``("email",)`` when nothing is known yet."""
        if self.complete:
            return ()
        fields = ("first_name", "last_name", "zip_code")
        unknown = tuple(name for name in fields if not getattr(self, name))
        return ("email",) if len(unknown) == len(fields) else unknown

    def combined_with(self, newer: "Credentials") -> "Credentials":
        """Fill the gaps of ``newer`` with what was known before.

        A lone name after a lone first name is taken as the last name.
        """
        first, last = newer.first_name or self.first_name, newer.last_name or self.last_name
        lone_names = not (newer.last_name or self.last_name)
        if lone_names and self.first_name and newer.first_name not in (None, self.first_name):
            first, last = self.first_name, newer.first_name
        return Credentials(newer.email or self.email, first, last, newer.zip_code or self.zip_code)


def parse_credentials(text: str, names: Sequence[str] = ()) -> Credentials:
    """Read e-mail, name and ZIP code from a message.

    Args:
        text: what the shopper wrote.
        names: people's names that NLU found in it, each in full or in part.
    """
    email = _EMAIL.search(text)
    rest = _PHONE.sub("|", _ORDER_NUMBER.sub("|", _EMAIL.sub("|", text)))
    zip_match = _find_zip(rest)
    if zip_match is not None:
        rest = rest[: zip_match.start()] + "|" + rest[zip_match.end() :]
    first, last = _find_name(rest, names, zip_match is not None)
    return Credentials(
        email=re.sub(r"\s", "", email.group()).casefold() if email else None,
        first_name=first,
        last_name=last,
        zip_code=re.sub(r"\s+", " ", zip_match.group()).upper() if zip_match else None,
    )


def split_name(name: str) -> tuple[str | None, str | None]:
    """Divide "Anna-Maria de Vries" or "de Vries, Anna-Maria" into first and last name."""
    words = _in_order(name)
    if len(words) < 2:
        return (words[0] if words else None), None
    return _split(words)


def _find_zip(text: str) -> "re.Match[str] | None":
    mixed = [match for match in _MIXED_ZIP.finditer(text) if _is_mixed_zip(match)]
    digits = [match for match in _DIGIT_ZIP.finditer(text) if _is_digit_zip(match)]
    for match in (*mixed, *digits):
        if _ZIP_CUE.search(text[: match.start()]):
            return match
    found = mixed or digits
    return found[-1] if found else None


def _is_mixed_zip(match: "re.Match[str]") -> bool:
    dutch = re.fullmatch(r"\d{4}(\s?)([A-Za-z]{2})", match.group())
    if dutch is None:
        return True
    space, letters = dutch.groups()
    return letters.lower() not in _NOT_DUTCH_LETTERS or (letters.isupper() and bool(space))


def _is_digit_zip(match: "re.Match[str]") -> bool:
    before = match.string[: match.start()]
    after = match.string[match.end() :]
    if _NOT_A_ZIP_BEFORE.search(before) or re.match(r"[\s/.-]\d", after):
        return False
    looks_like_a_year = re.fullmatch(r"(?:19|20)\d\d", match.group())
    return not (looks_like_a_year and _BEFORE_A_YEAR.search(before))


def _find_name(text: str, hints: Sequence[str], has_zip: bool) -> tuple[str | None, str | None]:
    first, last = _after(_FIRST_NAME, text), _after(_LAST_NAME, text)
    if first or last:
        return (" ".join(first) or None, " ".join(last) or None)
    cued = _after(_NAME_CUE, text)
    hinted = _hinted_name(hints)
    for words in (cued, hinted, _bare_name(text, has_zip)):
        if len(words) > 1:
            return _split(words)
    lone = cued or hinted
    return (lone[0], None) if lone else (None, None)


def _hinted_name(hints: Sequence[str]) -> list[str]:
    read = [_in_order(hint) for hint in hints]
    longest = max(read, key=len, default=[])
    if len(longest) == 1:
        return list(dict.fromkeys(words[0] for words in read if words))[:2]
    return longest


def _in_order(name: str) -> list[str]:
    """The words of a name, given names first: "Hansen, Mia" is turned round."""
    last, comma, first = name.partition(",")
    return _WORD.findall(f"{first} {last}" if comma else name)


def _after(cue: "re.Pattern[str]", text: str) -> list[str]:
    for match in cue.finditer(text):
        words = next(_segments(text[match.end() :], start_only=True), [])
        if words:
            return words[:_MOST_NAME_WORDS]
    return []


def _bare_name(text: str, has_zip: bool) -> list[str]:
    """A name that stands in the text by itself: capitalised, or next to a ZIP code."""
    for words in reversed(list(_segments(text))):
        if not 2 <= len(words) <= _MOST_NAME_WORDS:
            continue
        capitals = all(word[0].isupper() or word in _PARTICLES for word in words)
        if capitals or has_zip:
            return words
    if has_zip:  # "Hansen, Mia, 10083"
        last_first = re.search(r"^\W*([^\W\d_]{2,})\s*,\s*([^\W\d_]{2,})\s*[,;|]?\W*$", text)
        if last_first and not {word.casefold() for word in last_first.groups()} & _NO_NAME:
            return [last_first.group(2), last_first.group(1)]
    return []


def _segments(text: str, start_only: bool = False) -> Iterator[list[str]]:
    """Yield runs of words that may be names, broken by punctuation and ordinary words.

    With ``start_only``, only the run at the very beginning.
    """
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        broken = bool(text[end : match.start()].strip()) or match.group().casefold() in _NO_NAME
        if broken:
            if run or start_only:
                yield run
            if start_only:
                return
            run = []
        if match.group().casefold() not in _NO_NAME:
            run.append(match.group())
        end = match.end()
    if run:
        yield run


def _split(words: list[str]) -> tuple[str, str]:
    """Divide a full name; small words such as "van" begin the last name."""
    for index, word in enumerate(words[1:], start=1):
        if word.casefold() in _PARTICLES and index < len(words) - 1:
            return " ".join(words[:index]), " ".join(words[index:])
    return " ".join(words[:-1]), words[-1]
