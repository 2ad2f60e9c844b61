"""The one-time codes in the mails that servers sent."""

import re
from pathlib import Path

from aisle.mail.folder import latest_mails

MOST_MAILS = 100
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def codes_sent(folder: Path, address: str) -> list[str]:
    """Return the codes in the mails to an address, the latest last."""
    mails = [kept.mail for kept in latest_mails(folder, MOST_MAILS)]
    found = [_CODE.search(mail.text) for mail in mails if mail.to == address]
    return [match.group() for match in found if match]


def delete_mails(folder: Path) -> None:
    """Leave no mail of an earlier conversation."""
    for file in folder.glob("*.eml"):
        file.unlink()
