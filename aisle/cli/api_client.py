"""Requests to Aisle's HTTP API, whose problems become errors for people."""

from collections.abc import Mapping
from typing import Any

import httpx

from aisle.cli.errors import CommandError

ANSWER_S, CONNECT_S = 30.0, 5.0


def connect(address: str) -> httpx.Client:
    """Raises CommandError when the address is none."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise CommandError(f"{address} is not an address: {error}", 2) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise CommandError(f"{address} is not an address such as http://127.0.0.1:8000", 2)
    timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
    return httpx.Client(base_url=url, timeout=timeout, trust_env=False)


def first_contact(
    client: httpx.Client, method: str, path: str, headers: Mapping[str, str], body: Any = None
) -> httpx.Response:
    """Raises CommandError when nobody answers."""
    try:
        return client.request(method, path, headers=headers, json=body)
    except httpx.TransportError as error:
        raise CommandError(
            f"No assistant answers at {client.base_url}. Start it with `make run` in another "
            "terminal, or name its address with --url."
        ) from error


def content(response: httpx.Response, advice: Mapping[int, str]) -> Any:
    """Return the answer, or raise CommandError with what the API says and what to do."""
    if response.is_error:
        told = [detail(response), advice.get(response.status_code)]
        raise CommandError(". ".join(part for part in told if part))
    try:
        return response.json()
    except ValueError as error:
        raise _not_aisle(response) from error


def detail(response: httpx.Response) -> str:
    """Return what a problem document (RFC 9457) says."""
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        raise _not_aisle(response)
    problem = response.json()
    faults = [fault["message"] for fault in problem.get("errors") or []]
    return "; ".join(faults) or str(problem["detail"])


def _not_aisle(response: httpx.Response) -> CommandError:
    return CommandError(
        f"{response.url.copy_with(path='/', query=None)} did not answer as Aisle's API does: "
        f"it says {response.status_code}"
    )
