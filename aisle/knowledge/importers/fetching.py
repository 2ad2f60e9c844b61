"""Fetches what is on the web: nothing too large, nothing too slow, one thing at a time."""

import time
from dataclasses import dataclass

import httpx

from aisle.knowledge.importers.drafts import BrokenRecord

LARGEST_PAGE = 5_000_000
"""Bytes, once unpacked."""

_USER_AGENT = "Aisle article importer"
_MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Fetched:
    """``address`` is where the redirects ended, ``kind`` the content type in small letters."""

    address: str
    kind: str
    charset: str | None
    body: bytes


def web_client(seconds: float) -> httpx.Client:
    """Return a client that follows redirects, which httpx allows to http and https only."""
    return httpx.Client(
        follow_redirects=True,
        max_redirects=_MOST_REDIRECTS,
        timeout=seconds,
        headers={"User-Agent": _USER_AGENT},
    )


def fetch(client: httpx.Client, address: str, seconds: float) -> Fetched:
    """Fetch an address within the time.

    Raises:
        BrokenRecord: it does not answer, answers with an error, too slowly or too much.
    """
    try:
        with client.stream("GET", address) as response:
            if response.status_code != httpx.codes.OK:
                raise BrokenRecord(f"the server answered {response.status_code}")
            body = _body(response, time.monotonic() + seconds)
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(str(response.url), kind, response.charset_encoding, body)
    except httpx.TimeoutException as error:
        raise BrokenRecord(f"the server took longer than {seconds:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BrokenRecord(f"cannot be fetched: {str(error) or type(error).__name__}") from error


def _body(response: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_PAGE:
            raise BrokenRecord(f"is larger than {LARGEST_PAGE / 1e6:g} MB")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer took too long", request=response.request)
    return bytes(body)
