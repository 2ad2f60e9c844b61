"""The settings choose the store."""

import uuid
from pathlib import Path

import pytest

from aisle.attachments.blobs import BlobStore
from aisle.attachments.folder import FolderStore
from aisle.attachments.s3 import S3Store
from aisle.attachments.store import open_blob_store
from aisle.settings import AttachmentSettings, S3Settings, SettingsError

KEY = uuid.uuid4().hex
TYPES = ("image/png", "text/plain")


def expect_encrypted(store: BlobStore, plain: BlobStore) -> None:
    store.write(KEY, b"my secret")
    assert store.read(KEY) == b"my secret"
    assert b"secret" not in plain.read(KEY)


def test_a_folder_is_used_encrypted(folder: Path) -> None:
    settings = AttachmentSettings(folder=folder, content_types=TYPES)
    expect_encrypted(open_blob_store(settings, "the key"), FolderStore(folder))


def test_a_bucket_is_used_encrypted(s3_settings: S3Settings) -> None:
    settings = AttachmentSettings(s3=s3_settings, content_types=TYPES)
    expect_encrypted(open_blob_store(settings, "the key"), S3Store(s3_settings))


def test_opening_makes_nothing(folder: Path) -> None:
    open_blob_store(AttachmentSettings(folder=folder, content_types=TYPES), "the key")
    assert not folder.exists()


def test_without_a_key_there_is_no_store(folder: Path) -> None:
    settings = AttachmentSettings(folder=folder, content_types=TYPES)
    with pytest.raises(SettingsError, match=r"security\.encryption_key"):
        open_blob_store(settings, "")


def test_a_type_that_cannot_be_checked_is_refused_at_the_start(folder: Path) -> None:
    settings = AttachmentSettings(folder=folder, content_types=("image/heic",))
    with pytest.raises(SettingsError, match="image/heic cannot be checked"):
        open_blob_store(settings, "the key")
