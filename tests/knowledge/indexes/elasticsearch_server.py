"""Elasticsearch for tests: names of a test's own, and a node that can be stopped."""

import os
import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from aisle.knowledge.indexes.elasticsearch_client import open_elasticsearch
from aisle.settings import ElasticsearchSettings

ELASTICSEARCH_URL = os.environ.get("AISLE_TEST_ELASTICSEARCH_URL")
START_NODE = os.environ.get("AISLE_TEST_ELASTICSEARCH_NODE")

needs_elasticsearch = pytest.mark.skipif(
    ELASTICSEARCH_URL is None, reason="AISLE_TEST_ELASTICSEARCH_URL is not set"
)
needs_node = pytest.mark.skipif(
    START_NODE is None,
    reason="AISLE_TEST_ELASTICSEARCH_NODE, a command that runs a node, is not set",
)


def settings_for(url: str, alias: str = "aisle") -> ElasticsearchSettings:
    return ElasticsearchSettings(hosts=url, index=alias)


@contextmanager
def opened(url: str) -> Iterator[Elasticsearch]:
    with open_elasticsearch(settings_for(url)) as client:
        yield client


@contextmanager
def own_alias(client: Elasticsearch) -> Iterator[str]:
    """Yield a name for an alias; indexes whose names begin with it are deleted at the end."""
    alias = f"aisle_test_{uuid.uuid4().hex}"
    yield alias
    for name in client.indices.get(index=f"{alias}*", features="aliases"):
        client.indices.delete(index=name)


class Node:
    """A node of a test's own, which keeps its data in a folder from start to start."""

    def __init__(self, folder: Path) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "node.log"
        self._environment = {
            "ES_DATA_DIR": str(folder),
            "ES_HTTP_PORT": str(port),
            "ES_RIG_HEAP": "256m",
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        assert START_NODE is not None
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [START_NODE],
                env={**os.environ, **self._environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        lines = iter(self._process.stdout.readline, "")
        assert any(line.startswith("ready") for line in lines), self._log.read_text()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Leave it hanging: connections stay open, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.communicate(timeout=60)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
