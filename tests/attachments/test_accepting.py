"""Which files are accepted, and under which name."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aisle.attachments.accepting import MAX_NAME_LENGTH, accept, max_bytes
from aisle.attachments.errors import (
    AttachmentContentMismatch,
    AttachmentTooLarge,
    AttachmentTypeNotAllowed,
)
from aisle.settings import AttachmentSettings, SettingsError, get_settings


def picture(name: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(content, name)
    return content.getvalue()


SETTINGS = get_settings().attachments
PNG = picture("PNG")
GENUINE = {
    "image/jpeg": picture("JPEG"),
    "image/png": PNG,
    "image/gif": picture("GIF"),
    "image/webp": picture("WEBP"),
    "application/pdf": picture("PDF"),
    "text/plain": "Grüße aus Köln 🎁".encode(),
}
TYPES = list(GENUINE)


def settings(**values: object) -> AttachmentSettings:
    return AttachmentSettings(**{**SETTINGS.dict(), **values})


def accepted_name(name: str, content_type: str = "image/png") -> str:
    return accept(name, content_type, GENUINE[content_type], SETTINGS).name


@pytest.mark.parametrize("content_type", TYPES)
def test_a_genuine_file_of_each_type_is_accepted(content_type: str) -> None:
    file = accept("parcel", content_type, GENUINE[content_type], SETTINGS)
    assert (file.content_type, file.content) == (content_type, GENUINE[content_type])


@pytest.mark.parametrize("declared", ["Text/Plain", "text/plain; charset=utf-8", " text/plain "])
def test_a_type_may_be_declared_with_parameters_and_capitals(declared: str) -> None:
    assert accept("note.txt", declared, b"hello", SETTINGS).content_type == "text/plain"


@pytest.mark.parametrize("declared", TYPES)
@pytest.mark.parametrize("real", TYPES)
def test_content_that_lies_is_refused(declared: str, real: str) -> None:
    if declared == real:
        return
    with pytest.raises(AttachmentContentMismatch, match=declared):
        accept("parcel", declared, GENUINE[real], SETTINGS)


@pytest.mark.parametrize("declared", [name for name in TYPES if name != "text/plain"])
@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>", b"MZ\x90\x00", b"RIFF"])
def test_what_is_no_picture_or_document_is_refused_as_one(declared: str, content: bytes) -> None:
    with pytest.raises(AttachmentContentMismatch):
        accept("parcel", declared, content, SETTINGS)


@pytest.mark.parametrize("content", [b"a\x00b", "Grüße".encode("latin-1"), "a".encode("utf-16")])
def test_text_must_be_utf_8_without_nul(content: bytes) -> None:
    with pytest.raises(AttachmentContentMismatch, match="UTF-8"):
        accept("note.txt", "text/plain", content, SETTINGS)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    small = settings(max_megabytes=0.001)
    accept("note.txt", "text/plain", b"x" * max_bytes(small), small)
    with pytest.raises(AttachmentTooLarge, match=r"at most 0\.001 MB"):
        accept("note.txt", "text/plain", b"x" * (max_bytes(small) + 1), small)


def test_a_megabyte_has_1024_times_1024_bytes() -> None:
    assert max_bytes(settings(max_megabytes=2)) == 2_097_152


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "application/zip", ""])
def test_a_type_that_is_not_listed_is_refused_and_the_listed_ones_are_named(declared: str) -> None:
    with pytest.raises(AttachmentTypeNotAllowed, match="accepted are image/png, text/plain"):
        accept("page", declared, b"hello", settings(content_types=("image/png", "text/plain")))


def test_a_listed_type_that_cannot_be_checked_is_an_error_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="application/zip cannot be checked"):
        accept("a.zip", "application/zip", b"PK", settings(content_types=("application/zip",)))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("broken lamp.png", "broken lamp.png"),
        ("Rückgabe 日本 🎁.png", "Rückgabe 日本 🎁.png"),
        ("PHOTO.PNG", "PHOTO.PNG"),
        ("../../etc/passwd.png", "passwd.png"),
        (r"C:\Users\mia\lamp.png", "lamp.png"),
        ("lamp\r\nSet-Cookie: x\x00\x7f\x85.png", "lampSet-Cookie: x.png"),
        ("lamp\u202egnp.exe.png", "lampgnp.exe.png"),
        ("half \ud83d.png", "half .png"),
        ("  lamp \t  on   desk.png  ", "lamp on desk.png"),
        ("", "attachment.png"),
        ("...", "attachment.png"),
        ("folder/", "attachment.png"),
        ("\x00\u200b", "attachment.png"),
        ("lamp", "lamp.png"),
    ],
)
def test_names_are_cleaned(sent: str, kept: str) -> None:
    assert accepted_name(sent) == kept


@pytest.mark.parametrize(
    ("sent", "content_type", "kept"),
    [
        ("open me.bat", "text/plain", "open me.bat.txt"),
        ("page.html", "text/plain", "page.html.txt"),
        ("server.log", "text/plain", "server.log"),
        ("invoice.exe", "application/pdf", "invoice.exe.pdf"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo.png", "image/jpeg", "photo.png.jpg"),
    ],
)
def test_a_name_does_not_promise_another_type(sent: str, content_type: str, kept: str) -> None:
    assert accepted_name(sent, content_type) == kept


def test_a_long_name_is_cut_before_its_extension() -> None:
    name = accepted_name("a" * 500 + ".png")
    assert len(name) == MAX_NAME_LENGTH
    assert name.endswith("a.png")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_whatever_name_is_sent_the_kept_one_is_usable(sent: str) -> None:
    name = accepted_name(sent)
    assert name.lower().endswith(".png")
    assert len(".png") < len(name) <= MAX_NAME_LENGTH
    assert not set(name) & {"/", "\\"}
    assert not [char for char in name if unicodedata.category(char) in {"Cc", "Cf", "Cs"}]


def test_names_and_content_stay_out_of_logs() -> None:
    shown = repr(accept("Mia Hansen.txt", "text/plain", b"my secret", SETTINGS))
    assert "Mia" not in shown
    assert "secret" not in shown
