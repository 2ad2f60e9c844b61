"""One-time codes: made, hashed, compared, and found in what somebody writes."""

import hashlib
import hmac
import re
import secrets
import uuid

from aisle.customers.credentials import without_other_numbers

DIGITS = 6

_PURPOSE = b"aisle identity code"
_CODE = re.compile(
    r"(?<![\w@€$£.,-])(?<!\d\s)"
    r"(?:\d{6}|\d{3}[ .-]\d{3}|\d{2} \d{2} \d{2}|\d(?: \d){5})"
    r"(?![\w@€$£-]|[.,]\d|\s\d)",
    re.ASCII,
)
_ZIP_BEFORE = re.compile(
    r"\b(?:zip|post|postal|area|plz)[\s-]*(?:code)?\b\W*(?:is|=|:)?\W*$", re.IGNORECASE
)


def make_code() -> str:
    """Return six digits that nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_code(code: str, code_id: uuid.UUID, secret: str) -> str:
    """Return what is stored of a code.

    A hash without a key would tell: of a million codes all can be tried. ``secret`` is
    kept outside of the database, and ``code_id`` makes equal codes look different.
    """
    content = b"\n".join((_PURPOSE, code_id.bytes, code.encode()))
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def is_code(given: str, code_id: uuid.UUID, secret: str, code_hash: str) -> bool:
    """Whether ``given`` is the code that was hashed; takes as long for each answer."""
    return hmac.compare_digest(hash_code(given, code_id, secret), code_hash)


def find_code(text: str) -> str | None:
    """Return the one code in a message as six digits: "402117", "the code is 402-117".

    Order numbers, phone numbers and ZIP codes are none. With two different ones in it
    nobody knows which is meant, and the answer is None.
    """
    bare = without_other_numbers(text)
    found = {
        re.sub(r"\D", "", match.group())
        for match in _CODE.finditer(bare)
        if not _ZIP_BEFORE.search(bare[: match.start()])
    }
    return found.pop() if len(found) == 1 else None
