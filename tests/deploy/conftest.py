"""The images, built once by following the Dockerfile, in a folder that other users may enter."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from tests.deploy.build_context import write_context
from tests.deploy.dockerfile import parse
from tests.deploy.machine import BUILDER, borrow_package_cache, give
from tests.deploy.replay import Image, Replay

SERVER_USER = 10_001
# Making a user is for root; what the step is for is done instead: two folders of that user's.
MAKE_USER = (
    "groupadd --gid 10001 aisle && "
    "useradd --uid 10001 --gid aisle --no-create-home --home-dir /tmp aisle && "
    "install --directory --owner=aisle --group=aisle var/attachments var/knowledge"
)


@pytest.fixture(scope="session")
def images() -> Iterator[dict[str, Image]]:
    """The images by target, with their files at one place."""
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory(prefix="aisle-images-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        give(folder, BUILDER)
        context = folder / "context"
        write_context(PROJECT_ROOT, context)
        give(context, BUILDER)
        replay = Replay(
            parse((PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8")),
            context,
            folder,
            borrow_package_cache(folder),
            {MAKE_USER: _make_folders},
        )
        yield replay.build("serving", "api", "rasa", "actions")


def _make_folders(app: Path) -> None:
    for name in ("attachments", "knowledge"):
        folder = app / "var" / name
        folder.mkdir(parents=True)
        give(folder, SERVER_USER)
