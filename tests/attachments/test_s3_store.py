"""Blobs in a bucket, when the bucket or its server is not as it should be."""

import socket
import uuid
from typing import Any

import pytest

from aisle.attachments.errors import BlobStoreUnavailable
from aisle.attachments.s3 import S3Store
from aisle.settings import S3Settings, SettingsError

KEY = uuid.uuid4().hex


def changed(settings: S3Settings, **values: Any) -> S3Settings:
    return settings.copy(update=values)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def expect_unavailable(store: S3Store, what: str) -> None:
    assert what in store.status()
    with pytest.raises(BlobStoreUnavailable, match=what):
        store.read(KEY)
    with pytest.raises(BlobStoreUnavailable, match=what):
        store.write(KEY, b"hello")
    with pytest.raises(BlobStoreUnavailable, match=what):
        store.delete(KEY)


def test_a_bucket_that_does_not_exist_is_named(s3_settings: S3Settings) -> None:
    expect_unavailable(S3Store(changed(s3_settings, bucket="nowhere")), "nowhere")


def test_a_server_that_does_not_answer_is_an_error(s3_settings: S3Settings) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    store = S3Store(changed(s3_settings, endpoint_url=nobody))
    expect_unavailable(store, "Could not connect")


def test_errors_do_not_tell_the_secret_key(s3_settings: S3Settings) -> None:
    store = S3Store(changed(s3_settings, bucket="nowhere"))
    secret = s3_settings.secret_key.get_secret_value()
    assert secret not in store.status()
    assert secret not in repr(vars(store))


def test_a_region_may_be_set(s3_settings: S3Settings) -> None:
    store = S3Store(changed(s3_settings, region="eu-central-1"))
    store.write(KEY, b"hello")
    assert store.read(KEY) == b"hello"


@pytest.mark.parametrize("wrong", [{"endpoint_url": "minio:9000"}, {"region": "not a region"}])
def test_settings_that_cannot_be_used_are_refused(
    s3_settings: S3Settings, wrong: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match=r"attachments\.s3"):
        S3Store(changed(s3_settings, **wrong))


def test_an_empty_endpoint_means_amazon(s3_settings: S3Settings) -> None:
    S3Store(changed(s3_settings, endpoint_url="", region=""))
