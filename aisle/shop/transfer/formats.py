"""Reads and writes a shop's data in each format."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aisle.shop.transfer.options import STOCK, Format
from aisle.shop.transfer.own_csv import read_aisle_csv, write_aisle_csv
from aisle.shop.transfer.own_json import read_aisle_json, write_aisle_json
from aisle.shop.transfer.reading import Reading
from aisle.shop.transfer.records import ShopRecords
from aisle.shop.transfer.retail_reading import read_retail
from aisle.shop.transfer.retail_writing import write_retail


@dataclass(frozen=True)
class _Codec:
    read: Callable[[Path, int], Reading]
    write: Callable[[ShopRecords], dict[str, str]]


_CODECS = {
    Format.AISLE_JSON: _Codec(lambda folder, _stock: read_aisle_json(folder), write_aisle_json),
    Format.AISLE_CSV: _Codec(lambda folder, _stock: read_aisle_csv(folder), write_aisle_csv),
    Format.RETAIL: _Codec(read_retail, write_retail),
}


def read_files(folder: Path, form: Format, stock: int = STOCK) -> Reading:
    """Read a folder; problems are collected, not raised.

    Args:
        stock: pieces of what is available, in formats that have no numbers.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "This is not a folder", str(folder))
    return _CODECS[form].read(folder, stock)


def files_of(shop: ShopRecords, form: Format) -> dict[str, str]:
    """Return the texts of an export's files by name."""
    return _CODECS[form].write(shop)
