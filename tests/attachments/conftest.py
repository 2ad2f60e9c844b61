"""Stores to try: a folder, a bucket on a real HTTP server, and either of them encrypted."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from aisle.attachments.blobs import BlobStore
from aisle.attachments.encryption import Encrypted
from aisle.attachments.folder import FolderStore
from aisle.attachments.s3 import S3Store
from aisle.settings import S3Settings

ENCRYPTION_KEY = "a long text that nobody can guess, because it is random"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_settings(s3_server: str) -> S3Settings:
    """An empty bucket of its own."""
    settings = S3Settings(
        bucket=f"attachments-{uuid.uuid4().hex}",
        endpoint_url=s3_server,
        access_key="access",
        secret_key="secret",
    )
    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id="access",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket=settings.bucket)
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture(params=["folder", "s3"])
def plain_store(request: pytest.FixtureRequest, folder: Path) -> BlobStore:
    if request.param == "folder":
        return FolderStore(folder)
    return S3Store(request.getfixturevalue("s3_settings"))


@pytest.fixture(params=["plain", "encrypted"])
def store(request: pytest.FixtureRequest, plain_store: BlobStore) -> BlobStore:
    return plain_store if request.param == "plain" else Encrypted(plain_store, ENCRYPTION_KEY)
