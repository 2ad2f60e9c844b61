"""Where the bytes of attachments are kept: what every store does."""

import re
from typing import Protocol

_KEY = re.compile(r"[0-9a-f]{32}")


class BlobStore(Protocol):
    """Keeps blobs under keys that are UUIDs in hexadecimal; safe to use from several threads.

    Each method raises ValueError for any other key, and BlobStoreUnavailable when the
    folder or bucket cannot be used.
    """

    def write(self, key: str, content: bytes) -> None:
        """Store the whole content, in place of what was there; readers never see a part."""
        ...

    def read(self, key: str) -> bytes:
        """Return the content.

        Raises:
            BlobNotFound: nothing is stored under this key.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove the content; it may be gone already."""
        ...

    def status(self) -> str:
        """Return "ok", or a sentence that says what is wrong. Raises nothing."""
        ...


def check_key(key: str) -> None:
    """Raise ValueError unless the key is a UUID in hexadecimal, which no path can hide in."""
    if not _KEY.fullmatch(key):
        raise ValueError("The key of a blob must be a UUID in 32 lower-case hexadecimal digits")
