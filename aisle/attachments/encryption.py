"""Blobs encrypted at rest.

What is stored: the format's version (1 byte), the id of the encryption key (8), a nonce
(12), and the content as AES-256-GCM leaves it. Version, key id and the blob's own key are
authenticated too, so that one blob cannot take the place of another.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aisle.attachments.blobs import BlobStore
from aisle.attachments.errors import TamperedContent, WrongEncryptionKey
from aisle.settings import SettingsError

_VERSION = b"\x01"
_KEY_ID_BYTES = 8
_NONCE_BYTES = 12
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES


class Encrypted:
    """A store whose content only the holder of the key can read or change unnoticed.

    The key should be long and random: no work is added that would protect a guessable one.
    """

    def __init__(self, store: BlobStore, key: str) -> None:
        if not key.strip():
            raise SettingsError(
                "Attachments are stored encrypted: set security.encryption_key to a long random"
                " text"
            )
        self._store = store
        self._cipher = AESGCM(_derive(key, 32, b"aisle attachments: encryption"))
        self._key_id = _derive(key, _KEY_ID_BYTES, b"aisle attachments: key id")

    def write(self, key: str, content: bytes) -> None:
        header = _VERSION + self._key_id
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, content, _authenticated(header, key))
        self._store.write(key, header + nonce + sealed)

    def read(self, key: str) -> bytes:
        """Return the content.

        Raises:
            BlobNotFound: nothing is stored under this key.
            WrongEncryptionKey: it was written with another encryption key.
            TamperedContent: it is not what was written under this key.
        """
        stored = self._store.read(key)
        header, rest = stored[:_HEADER_BYTES], stored[_HEADER_BYTES:]
        nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        if len(nonce) < _NONCE_BYTES or not header.startswith(_VERSION):
            raise _tampered(key)
        self._check_key_id(header.removeprefix(_VERSION))
        try:
            return self._cipher.decrypt(nonce, sealed, _authenticated(header, key))
        except InvalidTag as error:
            raise _tampered(key) from error

    def delete(self, key: str) -> None:
        self._store.delete(key)

    def status(self) -> str:
        return self._store.status()

    def _check_key_id(self, found: bytes) -> None:
        if found != self._key_id:
            raise WrongEncryptionKey(
                f"The attachment was encrypted with the key {found.hex()}, but"
                f" security.encryption_key is the key {self._key_id.hex()}:"
                " set it to the one that was used before"
            )


def _derive(secret: str, length: int, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(secret.encode())


def _authenticated(header: bytes, key: str) -> bytes:
    return header + key.encode()


def _tampered(key: str) -> TamperedContent:
    return TamperedContent(
        f"The stored attachment {key} was changed or damaged: restore it from a backup"
    )
