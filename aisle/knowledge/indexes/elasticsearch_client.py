"""The client for Elasticsearch, where the settings name a server, and what its errors mean."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, TransportError

from aisle.knowledge.errors import IndexMissing, IndexUnavailable
from aisle.settings import ElasticsearchSettings, get_settings

TIMEOUT_S = 2.0
BULK_TIMEOUT_S = 60.0
_ERROR_TYPE = re.compile(r"[a-z_]+")


def open_elasticsearch(settings: ElasticsearchSettings) -> Elasticsearch:
    """Make a client; it connects when it is first used. Safe to use from several threads."""
    # It logs every request, and every failure again; who asks it says what failed.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    login = (settings.username, settings.password.get_secret_value())
    return Elasticsearch(
        [str(host) for host in settings.hosts],
        basic_auth=login if settings.username else None,
        ca_certs=DEFAULT if settings.ca_certs is None else str(settings.ca_certs),
        request_timeout=TIMEOUT_S,
        # Only a host that cannot be connected to is passed over, for the next one.
        max_retries=len(settings.hosts) - 1,
        retry_on_status=(),
    )


@lru_cache(maxsize=1)
def get_elasticsearch() -> Elasticsearch | None:
    """Return the process's client; None when the settings name no server."""
    settings = get_settings().elasticsearch
    return None if settings is None else open_elasticsearch(settings)


@contextmanager
def asking(alias: str) -> Iterator[None]:
    """Turn the client's errors into this package's.

    Their own messages may quote what was asked, so nothing of them is shown but the type.

    Raises:
        IndexMissing: the block asked for an index that is not there.
        IndexUnavailable: Elasticsearch does not answer, or refuses.
    """
    try:
        yield
    except ApiError as error:
        raise failure(alias, error.status_code, error.message) from None
    except TransportError as error:
        raise unavailable(type(error).__name__) from None


def failure(alias: str, status: int, error_type: str) -> IndexMissing | IndexUnavailable:
    """Return what an error means that Elasticsearch, or a proxy before it, reports."""
    if error_type == "index_not_found_exception":
        return IndexMissing(
            f"There is no article index {alias} in Elasticsearch; run `aisle index`"
        )
    shown = error_type if _ERROR_TYPE.fullmatch(error_type) else "unknown error"
    return unavailable(f"{status} {shown}")


def unavailable(problem: str) -> IndexUnavailable:
    return IndexUnavailable(
        f"Elasticsearch cannot be used ({problem}); check that the server runs and that "
        "elasticsearch.hosts has its address, with a username and password that may read and write"
    )
