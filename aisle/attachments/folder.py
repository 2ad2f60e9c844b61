"""Blobs as files in a folder."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aisle.attachments.blobs import check_key
from aisle.attachments.errors import BlobNotFound, BlobStoreUnavailable


class FolderStore:
    """A file for each blob, which only the user of the server may read.

    Servers on several machines must share the folder, or use S3.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, key: str, content: bytes) -> None:
        target = self._file(key)
        with self._errors_told():
            self._make_folder()
            descriptor, name = tempfile.mkstemp(prefix=".writing-", dir=self._path)
            temporary = Path(name)  # mkstemp made it with mode 0600
            try:
                with open(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
            _sync(self._path)

    def read(self, key: str) -> bytes:
        file = self._file(key)
        with self._errors_told():
            try:
                return file.read_bytes()
            except FileNotFoundError as error:
                raise BlobNotFound(f"There is no file {key} in {self._path}") from error

    def delete(self, key: str) -> None:
        file = self._file(key)
        with self._errors_told():
            file.unlink(missing_ok=True)

    def status(self) -> str:
        try:
            with self._errors_told():
                self._make_folder()
                tempfile.TemporaryFile(dir=self._path).close()
        except BlobStoreUnavailable as error:
            return str(error)
        return "ok"

    def _file(self, key: str) -> Path:
        check_key(key)
        return self._path / key

    def _make_folder(self) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BlobStoreUnavailable(
                f"The attachment folder {self._path} cannot be used: {error.strerror}"
            ) from error


def _sync(folder: Path) -> None:
    """Make a file's new name outlast a power cut; syncing the file keeps only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
