"""What lies in the store tells nothing, and cannot be changed unnoticed."""

import uuid
from pathlib import Path

import pytest

from aisle.attachments.encryption import Encrypted
from aisle.attachments.errors import BlobError, TamperedContent, WrongEncryptionKey
from aisle.attachments.folder import FolderStore
from aisle.settings import SettingsError

KEY = uuid.uuid4().hex
SECRET = b"My new address is 12 Mill Lane"


@pytest.fixture
def plain(folder: Path) -> FolderStore:
    return FolderStore(folder)


@pytest.fixture
def encrypted(plain: FolderStore) -> Encrypted:
    encrypted = Encrypted(plain, "the right key")
    encrypted.write(KEY, SECRET)
    return encrypted


def test_what_is_stored_does_not_hold_the_content(plain: FolderStore, encrypted: Encrypted) -> None:
    stored = plain.read(KEY)
    assert SECRET not in stored
    assert b"address" not in stored


def test_the_same_content_is_never_stored_the_same(
    plain: FolderStore, encrypted: Encrypted
) -> None:
    before = plain.read(KEY)
    encrypted.write(KEY, SECRET)
    assert plain.read(KEY)[9:] != before[9:]


def test_the_same_key_reads_it_after_a_restart(plain: FolderStore, encrypted: Encrypted) -> None:
    assert Encrypted(plain, "the right key").read(KEY) == SECRET


def test_another_key_is_told_to_be_wrong(plain: FolderStore, encrypted: Encrypted) -> None:
    with pytest.raises(WrongEncryptionKey, match=r"security\.encryption_key") as refused:
        Encrypted(plain, "another key").read(KEY)
    assert "another key" not in str(refused.value)


def test_a_change_of_any_byte_is_noticed(plain: FolderStore, encrypted: Encrypted) -> None:
    stored = plain.read(KEY)
    for position in range(len(stored)):
        changed = bytearray(stored)
        changed[position] ^= 1
        plain.write(KEY, bytes(changed))
        with pytest.raises(BlobError):
            encrypted.read(KEY)


def test_a_changed_content_is_told_to_be_tampered_with(
    plain: FolderStore, encrypted: Encrypted
) -> None:
    plain.write(KEY, plain.read(KEY) + b"!")
    with pytest.raises(TamperedContent, match=KEY):
        encrypted.read(KEY)


@pytest.mark.parametrize("length", [0, 1, 8, 9, 20, 21, 36])
def test_a_cut_off_content_is_told_to_be_tampered_with(
    plain: FolderStore, encrypted: Encrypted, length: int
) -> None:
    plain.write(KEY, plain.read(KEY)[:length])
    with pytest.raises(TamperedContent):
        encrypted.read(KEY)


def test_content_that_was_never_encrypted_is_refused(
    plain: FolderStore, encrypted: Encrypted
) -> None:
    plain.write(KEY, b"\x89PNG\r\n\x1a\n and so on, as it came from a customer")
    with pytest.raises(TamperedContent):
        encrypted.read(KEY)


def test_one_blob_cannot_take_the_place_of_another(
    plain: FolderStore, encrypted: Encrypted
) -> None:
    other = uuid.uuid4().hex
    plain.write(other, plain.read(KEY))
    with pytest.raises(TamperedContent):
        encrypted.read(other)


@pytest.mark.parametrize("key", ["", "  \n"])
def test_an_empty_key_is_refused(plain: FolderStore, key: str) -> None:
    with pytest.raises(SettingsError, match=r"security\.encryption_key"):
        Encrypted(plain, key)
