"""The store that the settings choose."""

from aisle.attachments.blobs import BlobStore
from aisle.attachments.encryption import Encrypted
from aisle.attachments.folder import FolderStore
from aisle.attachments.formats import format_of
from aisle.settings import AttachmentSettings


def open_blob_store(settings: AttachmentSettings, encryption_key: str) -> BlobStore:
    """Return the folder or bucket of the settings, encrypted. Nothing is connected yet.

    Raises:
        SettingsError: the key is empty, or a content type is allowed that cannot be checked.
    """
    for content_type in settings.content_types:
        format_of(content_type)
    return Encrypted(_plain_store(settings), encryption_key)


def _plain_store(settings: AttachmentSettings) -> BlobStore:
    if settings.s3 is not None:
        # Loading boto3 takes half a second, which only those who use it should wait.
        from aisle.attachments.s3 import S3Store

        return S3Store(settings.s3)
    assert settings.folder is not None  # one of the two, by the settings' validation
    return FolderStore(settings.folder)
