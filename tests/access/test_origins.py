import pytest

from aisle.access.origins import web_origins
from aisle.settings import SecuritySettings, SettingsError


def test_origins_are_taken_as_they_are() -> None:
    origins = "https://shop.example http://localhost:3000 http://[::1]:8000"
    found = web_origins(SecuritySettings(allowed_origins=origins))
    assert found == ("https://shop.example", "http://localhost:3000", "http://[::1]:8000")
    assert web_origins(SecuritySettings()) == ()


@pytest.mark.parametrize(
    "origin", ["*", "null", "https://*.shop.example", "https://shop.example/", "https://a?b", "a.b"]
)
def test_wildcards_patterns_and_addresses_of_pages_are_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="AISLE_ALLOWED_ORIGINS"):
        web_origins(SecuritySettings(allowed_origins=origin))
