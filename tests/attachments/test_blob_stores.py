"""What every store does, whatever it keeps the bytes in."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from aisle.attachments.blobs import BlobStore
from aisle.attachments.errors import BlobNotFound

KEY = "8c1f0a7be2d94f6c9b3e5d2a41706fce"


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", bytes(range(256)) * 12_000],
    ids=["empty", "short", "three megabytes"],
)
def test_content_comes_back_as_it_was_written(store: BlobStore, content: bytes) -> None:
    store.write(KEY, content)
    assert store.read(KEY) == content


def test_each_key_has_its_own_content(store: BlobStore) -> None:
    other = uuid.uuid4().hex
    store.write(KEY, b"one")
    store.write(other, b"two")
    assert (store.read(KEY), store.read(other)) == (b"one", b"two")


def test_writing_again_replaces_the_content(store: BlobStore) -> None:
    store.write(KEY, b"a long first version")
    store.write(KEY, b"second")
    assert store.read(KEY) == b"second"


def test_what_was_never_written_is_not_found(store: BlobStore) -> None:
    with pytest.raises(BlobNotFound, match=KEY):
        store.read(KEY)


def test_what_was_deleted_is_not_found(store: BlobStore) -> None:
    store.write(KEY, b"hello")
    store.delete(KEY)
    with pytest.raises(BlobNotFound):
        store.read(KEY)


def test_deleting_what_is_not_there_changes_nothing(store: BlobStore) -> None:
    other = uuid.uuid4().hex
    store.write(other, b"hello")
    store.delete(KEY)
    assert store.read(other) == b"hello"


@pytest.mark.parametrize(
    "key",
    ["", "../../etc/passwd", KEY.upper(), KEY + "\n", f"../{KEY}", str(uuid.UUID(KEY))],
)
def test_a_key_that_is_no_uuid_in_hexadecimal_is_refused(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="must be a UUID"):
        store.write(key, b"hello")
    with pytest.raises(ValueError, match="must be a UUID"):
        store.read(key)
    with pytest.raises(ValueError, match="must be a UUID"):
        store.delete(key)


def test_a_store_that_works_says_ok(store: BlobStore) -> None:
    assert store.status() == "ok"


def test_several_threads_may_use_one_store(store: BlobStore) -> None:
    def write_and_read(number: int) -> bytes:
        key = uuid.uuid4().hex
        store.write(key, b"%d" % number)
        return store.read(key)

    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(write_and_read, range(40)))
    assert found == [b"%d" % number for number in range(40)]
