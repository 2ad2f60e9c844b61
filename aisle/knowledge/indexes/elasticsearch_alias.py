"""Asks the index behind an alias, which may be replaced at any time."""

from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from aisle.knowledge.errors import IndexMismatch, IndexMissing, IndexUnavailable
from aisle.knowledge.indexes.contract import check_built_by
from aisle.knowledge.indexes.elasticsearch_client import TIMEOUT_S, asking, failure
from aisle.knowledge.indexes.elasticsearch_queries import Query

Response = Mapping[str, Any]
State = tuple[str, str]
"""The name of an index, and its generation, which changes when it is written to."""


class Alias:
    """An alias that stands for one index, built for the encoder with this fingerprint."""

    def __init__(self, client: Elasticsearch, name: str, fingerprint: str) -> None:
        self._client = client.options(request_timeout=TIMEOUT_S)
        self._name = name
        self._fingerprint = fingerprint
        self._checked: str | None = None

    def look(self) -> State:
        """Return what the alias stands for now.

        Raises:
            IndexMissing: there is no such alias.
            IndexMismatch: another encoder or version built the index, or there are several.
            IndexUnavailable: Elasticsearch does not answer, or refuses.
        """
        with asking(self._name):
            found = self._client.indices.get_mapping(index=self._name)
        if len(found) != 1:
            raise IndexMismatch(
                f"{self._name} stands for several indexes in Elasticsearch; "
                "run `aisle index --rebuild`"
            )
        ((index, description),) = found.items()
        about = description["mappings"].get("_meta", {})
        check_built_by(f"{self._name} in Elasticsearch", about, self._fingerprint)
        self._checked = index
        return index, about["generation"]

    def ask(self, queries: Sequence[Query]) -> Sequence[Response]:
        """Ask everything in one request; an index that was not asked before is looked at.

        Raises:
            IndexMissing, IndexMismatch, IndexUnavailable: as ``look`` does.
        """
        asked = self._checked or self.look()[0]
        searches = [part for query in queries for part in ({}, query)]
        with asking(self._name):
            responses = self._client.msearch(index=self._name, searches=searches)["responses"]
        problem = self._problem(responses)
        if problem is None and _answered_by(responses) <= {asked}:
            return responses
        if self.look()[0] != asked and problem:
            return self.ask(queries)  # an index is gone when it is replaced
        if problem:
            raise problem
        return responses

    def _problem(self, responses: Sequence[Response]) -> IndexMissing | IndexUnavailable | None:
        for response in responses:
            if "error" in response:
                return failure(self._name, response["status"], response["error"]["type"])
        return None


def hits_of(response: Response) -> Sequence[Mapping[str, Any]]:
    hits: Sequence[Mapping[str, Any]] = response["hits"]["hits"]
    return hits


def _answered_by(responses: Sequence[Response]) -> set[str]:
    return {hit["_index"] for response in responses for hit in hits_of(response)}
