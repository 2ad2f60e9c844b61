"""Blobs in a bucket of Amazon S3 or of any server that speaks its protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aisle.attachments.blobs import check_key
from aisle.attachments.errors import BlobNotFound, BlobStoreUnavailable
from aisle.settings import S3Settings, SettingsError

CONNECT_TIMEOUT = 2
"""Seconds."""
READ_TIMEOUT = 10
"""Seconds in which nothing arrives."""
ATTEMPTS = 2
"""How often a request is made before it has failed."""
_NOT_THERE = {"NoSuchKey", "404"}


class S3Store:
    """An object for each blob.

    The access key needs GetObject, PutObject, DeleteObject and ListBucket (without the
    last, S3 answers "forbidden" for what is not there). The bucket must exist.

    Raises:
        SettingsError: the endpoint or region is not well-formed.
    """

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.bucket
        try:
            self._client = _client(settings, READ_TIMEOUT, ATTEMPTS)
            self._quick_client = _client(settings, CONNECT_TIMEOUT, attempts=1)
        except ValueError as error:
            raise SettingsError(f"attachments.s3: {error}") from error

    def write(self, key: str, content: bytes) -> None:
        check_key(key)
        with self._errors_told():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def read(self, key: str) -> bytes:
        check_key(key)
        with self._errors_told():
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if _code(error) not in _NOT_THERE:
                    raise
                raise BlobNotFound(f"There is no {key} in the bucket {self._bucket}") from error

    def delete(self, key: str) -> None:
        check_key(key)
        with self._errors_told():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def status(self) -> str:
        try:
            with self._errors_told():
                self._quick_client.head_bucket(Bucket=self._bucket)
        except BlobStoreUnavailable as error:
            return str(error)
        return "ok"

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise BlobStoreUnavailable(
                f"The attachment bucket {self._bucket} cannot be used: {error}"
            ) from error


def _client(settings: S3Settings, read_timeout: int, attempts: int) -> Any:
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # Host names of the form bucket.server rarely resolve outside of Amazon.
        s3={"addressing_style": "path" if settings.endpoint_url else "auto"},
        # boto3 adds newer checksums by default, which other servers refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3",
        endpoint_url=settings.endpoint_url or None,
        region_name=settings.region or None,
        aws_access_key_id=settings.access_key.get_secret_value(),
        aws_secret_access_key=settings.secret_key.get_secret_value(),
        config=config,
    )


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
