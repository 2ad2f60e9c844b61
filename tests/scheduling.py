"""Which tests go to which of several processes (pytest-xdist), and in which order."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What is here comes first, because it takes long; every other file is a group of its own.
# A test belongs to the first group that has the beginning of its name.
GROUPS = {
    # Builds images and kills servers under load: never at the same time.
    "machine": ("tests/deploy/", "tests/platform/"),
    # The fixtures of a group start its servers, once for a process.
    "retail": ("tests/conversations/test_conversations.py::test_conversation[retail/",),
    "conversations": tuple(
        f"tests/conversations/test_{name}.py" for name in ("conversations", "doors", "play")
    ),
    "actions": ("tests/actions/",),
    "fuzzing": ("tests/api/test_fuzzing.py",),
    # Where redis-server is not installed, these remove each other's keys.
    "redis": ("tests/live/", "tests/api/test_stream.py", "tests/api/test_reconnecting.py"),
}


class GroupScheduling(LoadScopeScheduling):
    """Gives a process one group after the other, in the order of the tests."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def put_in_order(items: list[pytest.Item]) -> None:
    """Put the tests of `GROUPS` first."""
    places = {name: place for place, name in enumerate(GROUPS)}
    items.sort(key=lambda item: places.get(_group(item.nodeid), len(places)))


def _group(nodeid: str) -> str:
    for name, beginnings in GROUPS.items():
        if nodeid.startswith(beginnings):
            return name
    return nodeid.split("::", 1)[0]
