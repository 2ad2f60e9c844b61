"""Pictures and files: uploaded, named by a message, and downloaded again."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aisle.database.engine import Database
from tests.api.acts import (
    contents,
    fields_in,
    messages,
    new_visitor,
    open_conversation,
    problem,
    say,
)
from tests.api.serving import Api, database_settings, serving

PNG = b"\x89PNG\r\n\x1a\n" + b"picture " * 20
MAX_BYTES = 16 * 1024
LIMITS = {"max_megabytes": MAX_BYTES / 1024 / 1024, "content_types": ["image/png", "text/plain"]}


@pytest.fixture(scope="module")
def api(database: Database, folder: Path) -> Iterator[Api]:
    """Takes small pictures and texts only."""
    with serving(folder, database_settings(database), attachments=LIMITS) as api:
        yield api


def upload(
    client: httpx.Client,
    conversation: str,
    content: bytes = PNG,
    name: str = "cat.png",
    content_type: str = "image/png",
) -> httpx.Response:
    files = {"file": (name, content, content_type)}
    return client.post(f"/conversations/{conversation}/attachments", files=files)


def send(client: httpx.Client, conversation: str, attachment: str, **fields: Any) -> httpx.Response:
    message = {"message_type": "image", "attachment_id": attachment, **fields}
    return say(client, conversation, "look at this", **message)


def test_an_uploaded_picture_is_sent_as_a_message_and_downloaded_again(api: Api) -> None:
    visitor, conversation = new_visitor(api)
    uploaded = upload(visitor, conversation)
    assert uploaded.status_code == 201
    picture = uploaded.json()
    assert picture.keys() == {"id", "name", "content_type", "size", "created_at"}
    send(visitor, conversation, picture["id"])
    (message,) = messages(visitor, conversation)
    assert message["message_type"] == "image"
    attachment = message["metadata"]["attachment"]
    assert attachment == {name: picture[name] for name in ("id", "name", "content_type", "size")}
    found = visitor.get(f"/conversations/{conversation}/attachments/{picture['id']}")
    assert (found.content, found.headers["content-type"]) == (PNG, "image/png")


def test_what_is_downloaded_is_never_shown_as_a_page(shop: httpx.Client) -> None:
    conversation = open_conversation(shop)
    script = b"<script>alert(1)</script>"
    text = upload(shop, conversation, script, "page.html", "text/plain").json()
    headers = shop.get(f"/conversations/{conversation}/attachments/{text['id']}").headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert text["name"] == "page.html.txt"


def test_files_on_disk_cannot_be_read_without_the_key(
    api: Api, shop: httpx.Client, folder: Path
) -> None:
    uploaded = upload(shop, open_conversation(shop)).json()
    (file,) = (folder / "attachments").glob(f"*{uuid.UUID(uploaded['id']).hex}*")
    assert PNG[8:] not in file.read_bytes()


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(
    shop: httpx.Client,
) -> None:
    conversation = open_conversation(shop)
    whole = b"a" * MAX_BYTES
    assert upload(shop, conversation, whole, "a.txt", "text/plain").status_code == 201
    problem(upload(shop, conversation, whole + b"a", "a.txt", "text/plain"), 413)
    problem(upload(shop, conversation, whole * 10, "a.txt", "text/plain"), 413)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"%PDF-1.7", "application/pdf", 415),
        (b"<html>", "text/html", 415),
        (PNG, "image/svg+xml", 415),
        (b"MZ not a picture", "image/png", 422),
        (b"\xff\xfe\x00", "text/plain", 422),
    ],
)
def test_a_file_of_another_type_than_allowed_or_told_is_refused(
    shop: httpx.Client, folder: Path, content: bytes, content_type: str, status: int
) -> None:
    before = sorted((folder / "attachments").glob("*"))
    problem(upload(shop, open_conversation(shop), content, "cat.png", content_type), status)
    assert sorted((folder / "attachments").glob("*")) == before


def test_an_upload_needs_a_file(shop: httpx.Client) -> None:
    path = f"/conversations/{open_conversation(shop)}/attachments"
    assert fields_in(problem(shop.post(path), 422)) == {"body.file"}
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert fields_in(problem(shop.post(path, content=b"nothing", headers=broken), 422)) == {"body"}
    problem(upload(shop, str(uuid.uuid4())), 404)


def test_an_attachment_belongs_to_its_conversation_alone(api: Api, shop: httpx.Client) -> None:
    mine, theirs = open_conversation(shop), open_conversation(shop)
    picture = upload(shop, theirs).json()["id"]
    problem(shop.get(f"/conversations/{mine}/attachments/{picture}"), 404)
    problem(send(shop, mine, picture), 404)
    problem(send(shop, mine, str(uuid.uuid4())), 404)
    visitor, own = new_visitor(api)
    problem(visitor.get(f"/conversations/{own}/attachments/{picture}"), 404)
    problem(visitor.get(f"/conversations/{theirs}/attachments/{picture}"), 404)
    problem(upload(visitor, theirs), 404)
    assert contents(shop, mine) == []


@pytest.mark.parametrize(
    "fields", [{"message_type": "file"}, {"message_type": "image"}, {"attachment_id": "the one"}]
)
def test_only_pictures_and_files_name_an_attachment_and_they_must(
    shop: httpx.Client, fields: dict[str, str]
) -> None:
    conversation = open_conversation(shop)
    if "attachment_id" in fields:
        fields = {"attachment_id": upload(shop, conversation).json()["id"]}
    refused = say(shop, conversation, "look", **fields)
    assert fields_in(problem(refused, 422)) == {"body.__root__"}
    assert contents(shop, conversation) == []
