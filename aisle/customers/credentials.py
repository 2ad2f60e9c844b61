"""What a shopper types to say who they are, read into e-mail, names and ZIP code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aisle.customers.names import ZIP_PLACE, find_name

_EMAIL = re.compile(r"[\w.+'-]+\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_OWN = re.compile(r"\b(?:i\W?m|i am|my|mine is|me)\b[^@.;,]*$", re.IGNORECASE)
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
    r"(?:\b(?:in|since|of|from|before|after|until|by|born|enter|year|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|"
    r"nov\w*|dec\w*)|\d)[,.]?\s?$",
    re.IGNORECASE,
)
_TWO_LETTER_WORDS = (
    "is my in at on or it to no so me we he of as by if an am be do go up us ok hi ml mm cm kg gb "
    "km pm st nd rd th sa sd ss"
)
_NOT_DUTCH_LETTERS = frozenset(_TWO_LETTER_WORDS.split())


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
    email = _own_email(text)
    rest = without_other_numbers(text)
    zip_match = _find_zip(rest)
    if zip_match is not None:
        rest = rest[: zip_match.start()] + ZIP_PLACE + rest[zip_match.end() :]
    first, last = find_name(rest, names)
    return Credentials(
        email=re.sub(r"\s", "", email.group()).casefold() if email else None,
        first_name=first,
        last_name=last,
        zip_code=re.sub(r"\s+", " ", zip_match.group()).upper() if zip_match else None,
    )


def without_other_numbers(text: str) -> str:
    """Return the text with a bar for each e-mail address, order number and phone number."""
    return _PHONE.sub("|", _ORDER_NUMBER.sub("|", _EMAIL.sub("|", text)))


def _own_email(text: str) -> "re.Match[str] | None":
    """The only address in a text, or the one that somebody calls their own."""
    found = list(_EMAIL.finditer(text))
    if len({match.group().casefold() for match in found}) < 2:
        return found[0] if found else None
    own = [match for match in found if _OWN.search(text[: match.start()])]
    return own[0] if len(own) == 1 else None


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
