"""New indexes in Elasticsearch, each with a name of its own, for an alias to change to.

While it is built, an index has an alias of its own: so nothing is ever written to a name that
Elasticsearch would make an index for, and nobody takes it for one that was left behind.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from aisle.knowledge.errors import IndexMismatch, IndexUnavailable
from aisle.knowledge.indexes.elasticsearch_client import asking
from aisle.knowledge.indexes.elasticsearch_documents import SETTINGS, mappings

LONGEST_REBUILD = timedelta(hours=6)
"""After this time an index that is still being built counts as left behind."""
LONGEST_MERGE_S = 600.0

_TIME = "%Y%m%d%H%M%S"


@contextmanager
def new_index(client: Elasticsearch, alias: str, fingerprint: str) -> Iterator[str]:
    """Make an index and yield an alias for it; when the block ends well, ``alias`` changes to it.

    Indexes that the alias had before, or that crashed rebuilds left, are deleted.

    Raises:
        IndexMismatch: there is an index with the name of the alias.
        IndexUnavailable: Elasticsearch does not answer, or refuses.
    """
    name = f"{alias}-{datetime.now(timezone.utc):{_TIME}}-{uuid.uuid4().hex[:8]}"
    building = f"{name}-building"
    try:
        with asking(alias):
            _refuse_index(client, alias)
            client.indices.create(
                index=name,
                settings=SETTINGS,
                mappings=mappings(fingerprint),
                aliases={building: {}},
            )
        yield building
        _merge(client, alias, name)
        with asking(alias):
            _take_over(client, alias, name, building)
    finally:
        # What cannot be deleted now is left to the next rebuild.
        with suppress(IndexUnavailable), asking(alias):
            _delete_left_behind(client, alias, name)


def _refuse_index(client: Elasticsearch, alias: str) -> None:
    if client.indices.exists(index=alias) and not client.indices.exists_alias(name=alias):
        raise IndexMismatch(
            f"{alias} is an index in Elasticsearch, and not Aisle's; name another in "
            "elasticsearch.index"
        )


def _merge(client: Elasticsearch, alias: str, name: str) -> None:
    """Merge the segments, as vectors are searched in each of them: many make searches slow.

    Without that the index works too: what takes longer goes on while it is searched.
    """
    patient = client.options(request_timeout=LONGEST_MERGE_S)
    with suppress(IndexUnavailable), asking(alias):
        patient.indices.forcemerge(index=name, max_num_segments=1)


def _take_over(client: Elasticsearch, alias: str, name: str, building: str) -> None:
    """Change the alias to this index, unless another rebuild ends at the same moment.

    Every step names the aliases that it takes away and has no effect when one of them is gone.
    So one index has the alias in the end, and what has lost it never gets it again.
    """
    own, present = building, _indexes_of(client, alias)
    while True:
        with suppress(NotFoundError):  # another rebuild was faster
            client.indices.update_aliases(
                actions=[
                    *(_take_from(other, alias) for other in present - {name}),
                    _take_from(name, own),
                    {"add": {"index": name, "alias": alias}},
                ]
            )
            own = alias
        present = _indexes_of(client, alias)
        if present == {name} or name not in present:
            return


def _take_from(name: str, alias: str) -> dict[str, Any]:
    return {"remove": {"index": name, "alias": alias, "must_exist": True}}


def _indexes_of(client: Elasticsearch, alias: str) -> set[str]:
    try:
        return set(client.indices.get_alias(name=alias))
    except NotFoundError:
        return set()


def _delete_left_behind(client: Elasticsearch, alias: str, built: str) -> None:
    """Delete what no alias stands for any more, and what is not being built any more."""
    ours = re.compile(rf"{re.escape(alias)}-(\d{{14}})-[0-9a-f]{{8}}")
    for name, found in client.indices.get_alias(index=f"{alias}-*").items():
        made = ours.fullmatch(name)
        being_built = f"{name}-building" in found["aliases"]
        if made and (not found["aliases"] or (being_built and (name == built or _old(made[1])))):
            with suppress(NotFoundError):  # another rebuild was faster
                client.indices.delete(index=name)


def _old(made: str) -> bool:
    since = datetime.strptime(made, _TIME).replace(tzinfo=timezone.utc)
    return datetime.now(timezone.utc) - since > LONGEST_REBUILD
