"""Blobs as files."""

import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aisle.attachments.errors import BlobStoreUnavailable
from aisle.attachments.folder import FolderStore

KEY = uuid.uuid4().hex


def test_only_the_servers_user_may_read_the_files(folder: Path) -> None:
    FolderStore(folder).write(KEY, b"hello")
    assert stat.S_IMODE((folder / KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_folder_holds_nothing_but_the_blobs(folder: Path) -> None:
    store = FolderStore(folder)
    store.write(KEY, b"hello")
    store.write(KEY, b"hello again")
    assert store.status() == "ok"
    assert [file.name for file in folder.iterdir()] == [KEY]


def test_a_write_that_fails_leaves_nothing_behind(folder: Path) -> None:
    (folder / KEY).mkdir(parents=True)
    with pytest.raises(BlobStoreUnavailable, match="cannot be used"):
        FolderStore(folder).write(KEY, b"hello")
    assert [path.name for path in folder.iterdir()] == [KEY]


def test_a_folder_that_is_a_file_is_said_to_be_wrong(tmp_path: Path) -> None:
    path = tmp_path / "attachments"
    path.write_text("I am a file")
    store = FolderStore(path)
    assert str(path) in store.status()
    with pytest.raises(BlobStoreUnavailable, match="cannot be used"):
        store.write(KEY, b"hello")
    with pytest.raises(BlobStoreUnavailable, match="cannot be used"):
        store.read(KEY)


def test_a_reader_never_sees_half_of_a_new_version(folder: Path) -> None:
    store = FolderStore(folder)
    versions = [b"a" * 500_000, b"b" * 500_000]
    store.write(KEY, versions[0])
    with ThreadPoolExecutor(max_workers=4) as pool:
        writes = [pool.submit(store.write, KEY, versions[turn % 2]) for turn in range(40)]
        reads = [pool.submit(store.read, KEY) for _ in range(40)]
    assert [write.exception() for write in writes] == [None] * 40
    assert {read.result() for read in reads} <= set(versions)
