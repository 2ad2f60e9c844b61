"""Web origins whose pages may talk to the bot."""

import re

from aisle.settings import SecuritySettings, SettingsError

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?", re.IGNORECASE)


def web_origins(security: SecuritySettings) -> tuple[str, ...]:
    """Return the allowed origins, each named in full.

    Raises:
        SettingsError: one is a wildcard, a pattern or an address with a path.
    """
    for origin in security.allowed_origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"security.allowed_origins (AISLE_ALLOWED_ORIGINS): {origin!r} is no web origin; "
                "write each one in full, such as https://shop.example"
            )
    return security.allowed_origins
